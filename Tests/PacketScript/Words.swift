internal import Wire

/// A mistake in a script: which line, and what about it.
public struct ScriptError: Error, Equatable, CustomStringConvertible {
  public var line: Int
  public var message: String

  public init(line: Int, message: String) {
    self.line = line
    self.message = message
  }

  public var description: String { "line \(line): \(message)" }
}

/// The words of one line, read from left to right; `<…>` is one word, `>` and `=` between names stand alone.
struct Words {
  private var words: [String] = []
  private var index = 0
  let line: Int

  init(_ text: Substring, line: Int) {
    self.line = line
    var word = ""
    var inOptions = false
    for character in text {
      if inOptions {
        word.append(character)
        if character == ">" {
          inOptions = false
          words.append(word)
          word = ""
        }
        continue
      }
      switch character {
      case "#":
        break
      case " ", "\t", ">", "<":
        if !word.isEmpty { words.append(word) }
        word = character == "<" ? "<" : ""
        inOptions = character == "<"
        if character == ">" { words.append(">") }
        continue
      default:
        word.append(character)
        continue
      }
      break
    }
    if !word.isEmpty { words.append(word) }
  }

  var isAtEnd: Bool { index >= words.count }
  var peek: String? { isAtEnd ? nil : words[index] }

  mutating func next(_ what: String) throws(ScriptError) -> String {
    guard !isAtEnd else { throw fail("\(what) is missing") }
    index += 1
    return words[index - 1]
  }

  /// Takes the next word if it is `word`.
  mutating func take(_ word: String) -> Bool {
    guard peek == word else { return false }
    index += 1
    return true
  }

  mutating func expect(_ word: String) throws(ScriptError) {
    let found = try next("'\(word)'")
    guard found == word else { throw fail("'\(word)' expected, '\(found)' found") }
  }

  mutating func number<Number: FixedWidthInteger>(_ what: String, as type: Number.Type = Number.self)
    throws(ScriptError) -> Number
  {
    let word = try next(what)
    return try number(in: word, what)
  }

  func number<Number: FixedWidthInteger>(in word: String, _ what: String) throws(ScriptError) -> Number {
    let parsed = word.hasPrefix("0x") ? Number(word.dropFirst(2), radix: 16) : Number(word)
    guard let parsed else { throw fail("\(what) must be a number up to \(Number.max), not '\(word)'") }
    return parsed
  }

  /// Nanoseconds; `0.081`, `350s`, `5m`, `2h`, `10ms`, `5us`, `7ns`.
  func duration(in word: String, _ what: String) throws(ScriptError) -> Int64 {
    let units: [(String, Int64)] = [
      ("ms", 1_000_000), ("us", 1000), ("ns", 1), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
    ]
    var text = Substring(word)
    var unit: Int64 = 1_000_000_000
    for (name, length) in units where text.hasSuffix(name) {
      text = text.dropLast(name.count)
      unit = length
      break
    }
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first.flatMap({ Int64($0) }), whole >= 0, whole < 1_000_000_000 else {
      throw fail("\(what) must be a time such as 0.081 or 350s, not '\(word)'")
    }
    var result = whole &* unit
    if parts.count == 2 {
      var place = unit
      for character in parts[1] {
        guard let digit = character.wholeNumberValue else { throw fail("'\(word)' is no time") }
        place /= 10
        result += Int64(digit) * place
      }
    }
    return result
  }

  func fail(_ message: String) -> ScriptError { ScriptError(line: line, message: message) }
}

/// An address and port as text: `10.0.0.1:80`, `[fe80::1]:80`, or the address alone.
struct AddressText {
  static func host(_ text: String) -> Host? {
    if text.hasPrefix("[") {
      let parts = text.dropFirst().split(separator: "]", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let address = v6(parts[0]) else { return nil }
      if parts[1].isEmpty { return Host(address, port: 0, ipVersion: 6) }
      guard parts[1].hasPrefix(":"), let port = UInt16(parts[1].dropFirst()) else { return nil }
      return Host(address, port: port, ipVersion: 6)
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count > 2 {
      guard let address = v6(text[...]) else { return nil }
      return Host(address, port: 0, ipVersion: 6)
    }
    guard let first = parts.first, let address = v4(first) else { return nil }
    guard parts.count == 2 else { return Host(IPAddress(v4: address), port: 0) }
    guard let port = UInt16(parts[1]) else { return nil }
    return Host(IPAddress(v4: address), port: port)
  }

  static func v4(_ text: Substring) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var result: UInt32 = 0
    for part in parts {
      guard let byte = UInt8(part) else { return nil }
      result = result << 8 | UInt32(byte)
    }
    return result
  }

  static func v6(_ text: Substring) -> IPAddress? {
    var groups: [UInt16] = []
    var gap: Int?
    var rest = text
    if rest.hasPrefix("::") {
      gap = 0
      rest = rest.dropFirst(2)
    }
    for part in rest.split(separator: ":", omittingEmptySubsequences: false) where !(rest.isEmpty) {
      if part.isEmpty {
        guard gap == nil else { return nil }
        gap = groups.count
        continue
      }
      if part.contains(".") {
        guard let address = v4(part) else { return nil }
        groups += [UInt16(address >> 16), UInt16(address & 0xffff)]
        continue
      }
      guard let group = UInt16(part, radix: 16) else { return nil }
      groups.append(group)
    }
    if let gap {
      guard groups.count < 8 else { return nil }
      groups.insert(contentsOf: [UInt16](repeating: 0, count: 8 - groups.count), at: gap)
    }
    guard groups.count == 8 else { return nil }
    let high = groups[0..<4].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
    let low = groups[4..<8].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
    return IPAddress(high: high, low: low)
  }
}
