internal import Flow

// How findings say things: numbers with commas, times with a unit that fits, parties by their names.

func commas(_ number: some BinaryInteger) -> String { Numeral.text(number) }

func count(_ number: some BinaryInteger, _ one: String, _ many: String? = nil) -> String {
  Numeral.count(number, one, many)
}

func ordinal(_ number: UInt32) -> String { Numeral.ordinal(number) }

func bytes<Number: BinaryInteger>(_ number: Number) -> String { count(number, "byte") }

func duration(_ nanoseconds: Int64) -> String { TimeSpan.text(nanoseconds) }

/// Numbers as people read them; one way for everything.
public enum Numeral {
  /// `9144` → `9,144`.
  public static func text(_ number: some BinaryInteger) -> String {
    let digits = String(number.magnitude)
    var text = number < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return text
  }

  /// `1 byte`, `9,144 bytes`, `3 probes`.
  public static func count(_ number: some BinaryInteger, _ one: String, _ many: String? = nil) -> String {
    "\(text(number)) \(number == 1 ? one : many ?? one + "s")"
  }

  /// `1st`, `2nd`, `12th`.
  public static func ordinal(_ number: some BinaryInteger) -> String {
    let suffix =
      switch (number % 10, number % 100) {
      case (_, 11...13): "th"
      case (1, _): "st"
      case (2, _): "nd"
      case (3, _): "rd"
      default: "th"
      }
    return text(number) + suffix
  }
}

/// How long, as a person says it, to two or three digits; the one scale of everything that people read.
public enum TimeSpan {
  /// `80 ms`, `1.2 s`, `350 s`, `3 h 12 min`, `118 d 15 h`, `28.7 years`.
  public static func text(_ nanoseconds: Int64) -> String {
    let value = max(0, nanoseconds)
    func rounded(_ unit: Int64) -> Int64 { value / unit + (value % unit >= unit - unit / 2 ? 1 : 0) }
    if value == 0 { return "0 s" }
    if value < 1000 { return "\(value) ns" }
    if rounded(1000) < 1000 { return "\(rounded(1000)) µs" }
    if rounded(100_000) < 100 { return "\(tenths(rounded(100_000))) ms" }
    if rounded(1_000_000) < 1000 { return "\(rounded(1_000_000)) ms" }
    if rounded(100_000_000) < 100 { return "\(tenths(rounded(100_000_000))) s" }
    let seconds = rounded(1_000_000_000)
    if seconds < 1000 { return "\(seconds) s" }
    if seconds < 7200 { return pair(seconds, 60, "min", "s") }
    let minutes = rounded(60_000_000_000)
    if minutes < 2880 { return pair(minutes, 60, "h", "min") }
    let hours = rounded(3_600_000_000_000)
    // Two years of 365.25 days.
    if hours < 17_532 { return pair(hours, 24, "d", "h") }
    return "\(tenths(rounded(3_155_760_000_000_000))) years"
  }

  private static func tenths(_ tenths: Int64) -> String {
    tenths.isMultiple(of: 10) ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }

  private static func pair(_ count: Int64, _ each: Int64, _ large: String, _ small: String) -> String {
    "\(count / each) \(large)" + (count % each == 0 ? "" : " \(count % each) \(small)")
  }
}

extension Side {
  var party: Party { self == .client ? .client : .server }
}

extension NamedFact {
  init(_ name: String, _ value: Int64) { self.init(name, .integer(value)) }
  init(_ name: String, _ value: Int64?) { self.init(name, value.map { .integer($0) } ?? .null) }
  init(_ name: String, _ value: Bool) { self.init(name, .bool(value)) }
  init(_ name: String, _ value: String) { self.init(name, .text(value)) }
  init(_ name: String, _ value: [String]) { self.init(name, .list(value.map { .text($0) })) }
  /// Nanoseconds, written as seconds.
  init(_ name: String, duration: Int64?) { self.init(name, duration.map { .duration($0) } ?? .null) }
}
