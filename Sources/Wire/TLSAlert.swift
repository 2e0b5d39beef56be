/// The record by which a TLS end says that it closes, or why it does not go on: its last word.
///
/// In clear it is 7 bytes: type 21, version 3.x, length 2 (RFC 8446 §5.1, RFC 5246 §7.2). Encrypted it is as long as its cipher
/// makes it: 23 … 31 bytes with an AEAD, up to 69 with a block cipher and a long MAC. TLS 1.3 hides it in a record of type 23:
/// 2 bytes, the true type and a tag of 16 (RFC 8446 §5.2), 24 with its header.
public enum TLSAlert {
  /// Bytes of the longest one.
  @inlinable public static var longest: UInt32 { 69 }

  /// Lengths of a whole record, header included, as the usual ciphers make them.
  public static func isLengthOfOne(_ length: Int64) -> Bool { [7, 23, 24, 27, 31, 37, 53, 69].contains(length) }

  /// Whether `length` bytes of payload at `start`, 1 … `longest` of them, were captured and are something else. Of those that a snaplen
  /// cut the first tell it.
  @usableFromInline @inline(never)
  static func isExcluded(_ bytes: RawSpan, at start: Int, length: Int, limit: Int) -> Bool {
    guard limit &- start >= min(length, 5) else {
      return limit > start && !(21...23 ~= bytes.u8(at: start))
    }
    guard length >= 7, isVersion(bytes.u16(at: start &+ 1)), Int(bytes.u16(at: start &+ 3)) == length &- 5 else {
      return true
    }
    let type = bytes.u8(at: start)
    return type != 21 && !(type == 23 && length == 24)
  }

  /// SSL 3.0 to TLS 1.3; who closes before a version was agreed on may say 0.0.
  private static func isVersion(_ version: UInt16) -> Bool { version == 0 || (0x300...0x304).contains(version) }
}
