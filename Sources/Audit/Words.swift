internal import Flow

// How findings say things: numbers with commas, times with a unit that fits, parties by their names.

/// `9144` → `9,144`.
func commas<Number: BinaryInteger>(_ number: Number) -> String {
  let digits = String(number.magnitude)
  var text = number < 0 ? "-" : ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
    text.append(digit)
  }
  return text
}

/// `1 byte`, `9,144 bytes`, `3 probes`.
func count<Number: BinaryInteger>(_ number: Number, _ one: String, _ many: String? = nil) -> String {
  "\(commas(number)) \(number == 1 ? one : many ?? one + "s")"
}

func bytes<Number: BinaryInteger>(_ number: Number) -> String { count(number, "byte") }

/// Nanoseconds as a person says them: `350 s`, `1.2 s`, `80 ms`, `0.4 ms`.
func duration(_ nanoseconds: Int64) -> String {
  let value = max(0, nanoseconds)
  if value >= 10_000_000_000 { return "\(commas((value + 500_000_000) / 1_000_000_000)) s" }
  if value >= 1_000_000_000 { return tenths(value, of: 1_000_000_000) + " s" }
  if value >= 10_000_000 { return "\((value + 500_000) / 1_000_000) ms" }
  return tenths(value, of: 1_000_000) + " ms"
}

private func tenths(_ value: Int64, of unit: Int64) -> String {
  let tenths = (value + unit / 20) / (unit / 10)
  return tenths.isMultiple(of: 10) ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
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
