/// A key that was pressed, as terminals send it.
public enum Key: Hashable, Sendable {
  case character(Character)
  case enter, escape, tab, backspace
  case up, down, left, right, pageUp, pageDown, home, end
  /// With Ctrl; a small letter.
  case control(Character)
}

/// Keys out of the bytes that a terminal sends (ECMA-48 §5.4; xterm's control sequences), however the bytes are cut.
///
/// A lone ESC is the key only when nothing follows it: say so by `finish()` after a pause.
public struct KeyReader: Sendable {
  /// No sequence that means something is longer; what is, is dropped.
  private static var longest: Int { 16 }

  private var waiting: [UInt8] = []

  /// Nothing waits to be completed.
  public init() {}

  /// Keys that these bytes complete.
  public mutating func take(_ bytes: some Sequence<UInt8>) -> [Key] {
    waiting += bytes
    var keys: [Key] = []
    while let (key, length) = KeyReader.first(in: waiting) {
      waiting.removeFirst(length)
      if let key { keys.append(key) }
    }
    if waiting.count > KeyReader.longest { waiting.removeAll() }
    return keys
  }

  /// Nothing came for a while: an ESC that waited for more was the key itself.
  public mutating func finish() -> [Key] {
    defer { waiting.removeAll() }
    return waiting == [0x1b] ? [.escape] : []
  }

  /// The first key and the bytes that it takes; a key of nil is a sequence that means nothing. nil as a whole: more is to come.
  private static func first(in bytes: [UInt8]) -> (Key?, Int)? {
    guard let byte = bytes.first else { return nil }
    switch byte {
    case 0x1b: return escape(bytes)
    case 0x0d, 0x0a: return (.enter, 1)
    case 0x09: return (.tab, 1)
    case 0x7f, 0x08: return (.backspace, 1)
    case 0x01...0x1a: return (.control(Character(UnicodeScalar(byte + 0x60))), 1)
    case 0x20..<0x7f: return (.character(Character(UnicodeScalar(byte))), 1)
    default: return character(bytes)
    }
  }

  /// `ESC [ … final`, `ESC O final`.
  private static func escape(_ bytes: [UInt8]) -> (Key?, Int)? {
    guard bytes.count > 1 else { return nil }
    guard bytes[1] == UInt8(ascii: "[") || bytes[1] == UInt8(ascii: "O") else { return (.escape, 1) }
    guard let end = bytes[2...].firstIndex(where: { (0x40...0x7e).contains($0) }) else { return nil }
    let number = String(decoding: bytes[2..<end].prefix { $0 != UInt8(ascii: ";") }, as: UTF8.self)
    return (key(final: bytes[end], number), end + 1)
  }

  private static func key(final: UInt8, _ number: String) -> Key? {
    switch UnicodeScalar(final) {
    case "A": return .up
    case "B": return .down
    case "C": return .right
    case "D": return .left
    case "H": return .home
    case "F": return .end
    case "M": return .enter
    case "~":
      switch number {
      case "1", "7": return .home
      case "4", "8": return .end
      case "5": return .pageUp
      case "6": return .pageDown
      default: return nil
      }
    default: return nil
    }
  }

  /// One character in UTF-8; a byte that begins none is dropped.
  private static func character(_ bytes: [UInt8]) -> (Key?, Int)? {
    let length =
      switch bytes[0] {
      case 0xc2...0xdf: 2
      case 0xe0...0xef: 3
      case 0xf0...0xf4: 4
      default: 1
      }
    guard length > 1 else { return (nil, 1) }
    guard bytes.count >= length else { return nil }
    guard let text = String(validating: bytes[..<length], as: UTF8.self), let character = text.first else {
      return (nil, 1)
    }
    return (.character(character), length)
  }
}
