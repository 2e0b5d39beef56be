/// One line of JSON (RFC 8259), member by member: as much of the grammar as our own records need, for bytes that anybody may have written.
///
/// Members of objects inside come as `outer.inner`, items of a list each under the list's name.
struct RecordScanner {
  enum Value: Hashable {
    case null
    case flag(Bool)
    case number(Double)
    case text(String)
  }

  /// What is no record: why, and at which byte of the line.
  struct Mistake: Error, Hashable {
    var cause: String
    var offset: Int
  }

  /// Deeper than any record of ours.
  private static var deepest: Int { 8 }

  private let bytes: [UInt8]
  private var place: Int
  private let end: Int

  /// - Parameter range: the line's bytes, without its end.
  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    place = range.lowerBound
    end = range.upperBound
  }

  mutating func visit(_ take: (_ name: String, _ value: Value) -> Void) throws(Mistake) {
    guard next == UInt8(ascii: "{") else { throw mistake("no JSON object") }
    try value(named: "", depth: 0, take)
    guard place == end else { throw mistake("something stands behind the object") }
  }

  private var next: UInt8? { place < end ? bytes[place] : nil }

  private func mistake(_ cause: String) -> Mistake { Mistake(cause: cause, offset: place) }

  private mutating func skipBlanks() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0d { place += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipBlanks()
    guard next == byte else { return false }
    place += 1
    return true
  }

  private mutating func value(
    named name: String, depth: Int, _ take: (_ name: String, _ value: Value) -> Void
  ) throws(Mistake) {
    guard depth < RecordScanner.deepest else { throw mistake("objects lie too deep in each other") }
    skipBlanks()
    switch next {
    case UInt8(ascii: "{"): try object(name, depth, take)
    case UInt8(ascii: "["): try list(name, depth, take)
    case UInt8(ascii: "\""): take(name, .text(try string()))
    case UInt8(ascii: "t"):
      try word("true")
      take(name, .flag(true))
    case UInt8(ascii: "f"):
      try word("false")
      take(name, .flag(false))
    case UInt8(ascii: "n"):
      try word("null")
      take(name, .null)
    default: take(name, .number(try number()))
    }
    skipBlanks()
  }

  private mutating func object(
    _ outer: String, _ depth: Int, _ take: (_ name: String, _ value: Value) -> Void
  ) throws(Mistake) {
    place += 1
    if self.take(UInt8(ascii: "}")) { return }
    repeat {
      skipBlanks()
      let name = try string()
      guard self.take(UInt8(ascii: ":")) else { throw mistake("a colon is missing") }
      try value(named: outer.isEmpty ? name : outer + "." + name, depth: depth + 1, take)
    } while self.take(UInt8(ascii: ","))
    guard self.take(UInt8(ascii: "}")) else { throw mistake("an object does not end") }
  }

  private mutating func list(
    _ name: String, _ depth: Int, _ take: (_ name: String, _ value: Value) -> Void
  ) throws(Mistake) {
    place += 1
    if self.take(UInt8(ascii: "]")) { return }
    repeat { try value(named: name, depth: depth + 1, take) } while self.take(UInt8(ascii: ","))
    guard self.take(UInt8(ascii: "]")) else { throw mistake("a list does not end") }
  }

  private mutating func word(_ word: String) throws(Mistake) {
    for byte in word.utf8 {
      guard next == byte else { throw mistake("no value") }
      place += 1
    }
  }

  private mutating func number() throws(Mistake) -> Double {
    let start = place
    while let byte = next, (48...57).contains(byte) || "+-.eE".utf8.contains(byte) { place += 1 }
    guard place > start, let number = Double(String(decoding: bytes[start..<place], as: UTF8.self)), number.isFinite
    else {
      throw mistake("no value")
    }
    return number
  }

  private mutating func string() throws(Mistake) -> String {
    guard next == UInt8(ascii: "\"") else { throw mistake("a text is missing") }
    place += 1
    let start = place
    while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { place += 1 }
    if next == UInt8(ascii: "\"") {
      place += 1
      return String(decoding: bytes[start..<place - 1], as: UTF8.self)
    }
    var text = Array(bytes[start..<place])
    while let byte = next, byte != UInt8(ascii: "\"") {
      place += 1
      if byte == UInt8(ascii: "\\") { try escape(into: &text) } else { text.append(byte) }
    }
    guard next != nil else { throw mistake("a text does not end") }
    place += 1
    return String(decoding: text, as: UTF8.self)
  }

  /// Halves of a surrogate pair are not joined: no name that we compare needs them.
  private mutating func escape(into text: inout [UInt8]) throws(Mistake) {
    guard let letter = next else { throw mistake("a text does not end") }
    place += 1
    switch letter {
    case UInt8(ascii: "n"): text.append(10)
    case UInt8(ascii: "t"): text.append(9)
    case UInt8(ascii: "r"): text.append(13)
    case UInt8(ascii: "b"): text.append(8)
    case UInt8(ascii: "f"): text.append(12)
    case UInt8(ascii: "u"):
      guard place + 4 <= end,
        let code = UInt32(String(decoding: bytes[place..<place + 4], as: UTF8.self), radix: 16)
      else { throw mistake("\\u takes four hexadecimal digits") }
      place += 4
      text += Array(String(Unicode.Scalar(code) ?? "\u{fffd}").utf8)
    default: text.append(letter)
    }
  }
}
