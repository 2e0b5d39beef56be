/// What a line of JSON holds: read by the grammar of RFC 8259 and nothing more lenient; object members keep their order.
indirect enum JSON: Equatable {
  case null
  case bool(Bool)
  /// As it was written.
  case number(String)
  case string(String)
  case array([JSON])
  case object([Member])

  struct Member: Equatable {
    var name: String
    var value: JSON
  }

  subscript(_ name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  subscript(_ index: Int) -> JSON? {
    guard case .array(let values) = self, values.indices.contains(index) else { return nil }
    return values[index]
  }

  /// Names of an object in their order.
  var names: [String] {
    guard case .object(let members) = self else { return [] }
    return members.map(\.name)
  }

  var string: String? { if case .string(let text) = self { text } else { nil } }
  var number: String? { if case .number(let text) = self { text } else { nil } }

  /// - Throws: where the text is not one JSON value without blanks around or between its tokens, or repeats a name.
  static func parse(_ text: some StringProtocol) throws(JSONError) -> JSON {
    var parser = JSONParser(Array(text.utf8))
    let value = try parser.value()
    guard parser.place == parser.bytes.count else { throw parser.error("more after the value") }
    return value
  }
}

struct JSONError: Error { var message: String }

private struct JSONParser {
  let bytes: [UInt8]
  var place = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func error(_ message: String) -> JSONError {
    let near = String(decoding: bytes[max(0, place - 30)..<min(bytes.count, place + 30)], as: UTF8.self)
    return JSONError(message: "\(message) at byte \(place), near \(near)")
  }

  var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  mutating func take(_ text: String) -> Bool {
    guard bytes[place...].starts(with: text.utf8) else { return false }
    place += text.utf8.count
    return true
  }

  mutating func value() throws(JSONError) -> JSON {
    switch next ?? 0 {
    case UInt8(ascii: "{"): try object()
    case UInt8(ascii: "["): try array()
    case UInt8(ascii: "\""): .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
    default:
      if take("null") {
        .null
      } else if take("true") {
        .bool(true)
      } else if take("false") {
        .bool(false)
      } else {
        throw error("no value")
      }
    }
  }

  mutating func object() throws(JSONError) -> JSON {
    place += 1
    var members: [JSON.Member] = []
    if take("}") { return .object([]) }
    repeat {
      let name = try string()
      guard take(":") else { throw error("no colon") }
      guard !members.contains(where: { $0.name == name }) else { throw error("\(name) twice") }
      members.append(JSON.Member(name: name, value: try value()))
    } while take(",")
    guard take("}") else { throw error("object does not end") }
    return .object(members)
  }

  mutating func array() throws(JSONError) -> JSON {
    place += 1
    var values: [JSON] = []
    if take("]") { return .array([]) }
    repeat { values.append(try value()) } while take(",")
    guard take("]") else { throw error("array does not end") }
    return .array(values)
  }

  mutating func number() throws(JSONError) -> JSON {
    let start = place
    _ = take("-")
    if !take("0") { try digits() }
    if take(".") { try digits() }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      try digits()
    }
    return .number(String(decoding: bytes[start..<place], as: UTF8.self))
  }

  mutating func digits() throws(JSONError) {
    let start = place
    while let digit = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) { place += 1 }
    guard place > start else { throw error("no digit") }
  }

  mutating func string() throws(JSONError) -> String {
    guard take("\"") else { throw error("no string") }
    var text: [UInt8] = []
    while let unit = next {
      place += 1
      switch unit {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else { throw error("invalid UTF-8") }
        return string
      case UInt8(ascii: "\\"): text += try escape()
      case 0..<0x20: throw error("a bare control character")
      default: text.append(unit)
      }
    }
    throw error("string does not end")
  }

  mutating func escape() throws(JSONError) -> [UInt8] {
    let plain: [String: UInt8] = ["\"": 0x22, "\\": 0x5c, "/": 0x2f, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9]
    for (name, byte) in plain where take(name) { return [byte] }
    guard take("u"), place + 4 <= bytes.count,
      let code = UInt32(String(decoding: bytes[place..<place + 4], as: UTF8.self), radix: 16),
      let scalar = Unicode.Scalar(code)
    else { throw error("a bad escape") }
    place += 4
    return Array(String(scalar).utf8)
  }
}
