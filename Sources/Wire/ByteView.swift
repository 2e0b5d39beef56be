/// The only raw loads of the module: big-endian numbers at an offset, checked against the end of the bytes.
///
/// Why the unsafe lines hold: each load is checked against `byteCount` first, and plain bytes have no
/// padding. Every caller has asked `Walk.has` (or the like) before; a load beyond the end is a mistake of ours, which stops
/// a debug build and reads as 0 in a release.
extension RawSpan {
  @inline(__always)
  private func holds(_ count: Int, at offset: Int) -> Bool {
    guard offset >= 0, offset <= byteCount &- count else {
      assertionFailure("load of \(count) bytes at \(offset) of \(byteCount)")
      return false
    }
    return true
  }

  @inline(__always)
  func u8(at offset: Int) -> UInt8 {
    guard holds(1, at: offset) else { return 0 }
    return unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt8.self)
  }

  @inline(__always)
  func u16(at offset: Int) -> UInt16 {
    guard holds(2, at: offset) else { return 0 }
    return unsafe UInt16(bigEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt16.self))
  }

  @inline(__always)
  func u32(at offset: Int) -> UInt32 {
    guard holds(4, at: offset) else { return 0 }
    return unsafe UInt32(bigEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt32.self))
  }

  @inline(__always)
  func u64(at offset: Int) -> UInt64 {
    guard holds(8, at: offset) else { return 0 }
    return unsafe UInt64(bigEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
  }
}

extension Span where Element == UInt8 {
  /// Plain bytes have no padding that could be uninitialised.
  var raw: RawSpan {
    @_lifetime(copy self) get { unsafe bytes }
  }
}
