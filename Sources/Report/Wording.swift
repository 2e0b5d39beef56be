internal import Audit
public import Flow
internal import Wire

/// How numbers, times and names are written for people; the same everywhere.
public enum Wording {
  /// - Parameter isOpen: it may yet be acknowledged.
  static func unacknowledged(_ isOpen: Bool) -> String { isOpen ? "not acknowledged so far" : "never acknowledged" }

  /// With thousands separators: `13,240`.
  static func number(_ value: UInt64) -> String { Numeral.text(value) }

  /// `1 packet`, `38 packets`.
  static func count(_ value: UInt64, _ one: String, _ many: String? = nil) -> String { Numeral.count(value, one, many) }

  /// How long: `80 ms`, `1.2 s`, `350 s`, `3 h 12 min`, `28.7 years`.
  static func span(_ nanoseconds: Int64) -> String { TimeSpan.text(nanoseconds) }

  static var noLength: String { "length unknown: the clock ran backwards" }

  /// From one time to another; a clock that was set back tells of no length.
  static func span(from start: Timestamp, to end: Timestamp) -> String {
    end < start ? noLength : span(end.since(start))
  }

  /// Since a start, in seconds with `places` decimals: `+0.081 s`; what is farther than weeks is not told in seconds.
  static func offset(_ nanoseconds: Int64, places: Int = 3) -> String {
    let sign = nanoseconds < 0 ? "-" : "+"
    if nanoseconds.magnitude >= 1_000_000_000_000_000 { return sign + span(Int64(clamping: nanoseconds.magnitude)) }
    return sign + decimals(nanoseconds, unit: 1_000_000_000, places: places) + " s"
  }

  /// The magnitude in units, cut (not rounded) to `places` decimals.
  static func decimals(_ value: Int64, unit: UInt64, places: Int) -> String {
    var step = unit
    for _ in 0..<places { step /= 10 }
    let steps = value.magnitude / max(step, 1)
    let scale = unit / max(step, 1)
    let fraction = String(steps % scale)
    let zeros = String(repeating: "0", count: max(0, places - fraction.count))
    return places == 0 ? number(steps) : "\(number(steps / scale)).\(zeros)\(fraction)"
  }

  /// A file as it was given; `-` is no name.
  static func input(_ path: String) -> String { path == "-" ? "standard input" : path }

  /// A connection's state as its record has it, for people: `half closed`.
  static func state(_ state: ConnectionState) -> String {
    String(state.name.map { $0 == "_" ? " " : $0 })
  }

  /// `10.1.0.2:50124`, `[2001:db8::1]:443`.
  static func endpoint(_ endpoint: Endpoint, ipVersion: UInt8) -> String {
    let address = endpoint.address.text(ipVersion: ipVersion)
    return ipVersion == 6 ? "[\(address)]:\(endpoint.port)" : "\(address):\(endpoint.port)"
  }

  /// `10.1.0.2:50124 → 10.2.0.2:2181`, the client first.
  public static func endpoints(_ facts: Facts) -> String {
    "\(endpoint(facts.clientEndpoint, ipVersion: facts.ipVersion)) → "
      + endpoint(facts.serverEndpoint, ipVersion: facts.ipVersion)
  }

  /// The first letter large, where it begins a plain word (a name or address stays as it is), and a full stop at the end.
  static func sentence(_ text: String) -> String {
    guard let first = text.first else { return "" }
    let word = text.prefix { $0 != " " && $0 != "," && $0 != ";" }
    let isPlain = word.allSatisfy { ("a"..."z").contains($0) || $0 == "-" || $0 == "'" }
    return (isPlain ? first.uppercased() : String(first)) + text.dropFirst()
      + (".!?:".contains(text.last ?? " ") ? "" : ".")
  }

  /// `a`, `a and b`, `a, b and c`.
  static func list(_ items: [String], _ word: String = "and") -> String {
    guard items.count > 1, let last = items.last else { return items.first ?? "" }
    return items.dropLast().joined(separator: ", ") + " \(word) \(last)"
  }

  /// Columns that a text takes; one for each character.
  static func width(_ text: String) -> Int {
    text.utf8.allSatisfy { (0x20..<0x7f).contains($0) } ? text.utf8.count : visible(text).count
  }

  static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - Wording.width(text)))
  }

  /// Control, format and private characters written as `\u{1b}`: what the terminal would obey or hide is shown.
  public static func visible(_ text: String) -> String {
    if text.utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if (0x20..<0x7f).contains(scalar.value) {
        result.unicodeScalars.append(scalar)
        continue
      }
      switch scalar.properties.generalCategory {
      case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
        result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// As a shell takes it for one word.
  static func shellWord(_ text: String) -> String {
    let plain = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "-_./,+:@%=".utf8.contains(byte)
      }
    }
    guard !plain || text.isEmpty else { return text }
    return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
