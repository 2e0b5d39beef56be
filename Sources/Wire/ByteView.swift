/// The only raw loads of the module: big-endian numbers at an offset, checked against the end of the bytes.
///
/// Why the unsafe lines hold: each load is checked against `byteCount` first, and plain bytes have no
/// padding. Every caller has asked `Walk.has` (or the like) before; a load beyond the end is a mistake of ours, which stops
/// a debug build and reads as 0 in a release.
///
/// Inlinable, as what reads by them is: the loop over the records of a file is another module's.
extension RawSpan {
  @inlinable @inline(__always)
  func holds(_ count: Int, at offset: Int) -> Bool {
    guard offset >= 0, offset <= byteCount &- count else {
      assertionFailure("load of \(count) bytes at \(offset) of \(byteCount)")
      return false
    }
    return true
  }

  @inlinable @inline(__always)
  func u8(at offset: Int) -> UInt8 {
    guard holds(1, at: offset) else { return 0 }
    return unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt8.self)
  }

  @inlinable @inline(__always)
  func u16(at offset: Int) -> UInt16 {
    guard holds(2, at: offset) else { return 0 }
    return unsafe UInt16(bigEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt16.self))
  }

  @inlinable @inline(__always)
  func u32(at offset: Int) -> UInt32 {
    guard holds(4, at: offset) else { return 0 }
    return unsafe UInt32(bigEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt32.self))
  }

  /// A number in network order; 0 beyond the end.
  @inlinable @inline(__always)
  func u64(at offset: Int) -> UInt64 {
    guard holds(8, at: offset) else { return 0 }
    return unsafe UInt64(bigEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
  }

  /// Two numbers of 32 bits that lie side by side, in this machine's byte order; 0 beyond the end.
  @inlinable @inline(__always)
  public func pair(at offset: Int) -> (UInt32, UInt32) {
    guard holds(8, at: offset) else { return (0, 0) }
    let both = unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self).littleEndian
    let (first, second) = (UInt32(truncatingIfNeeded: both), UInt32(truncatingIfNeeded: both >> 32))
    return (UInt32(littleEndian: first), UInt32(littleEndian: second))
  }
}

extension Span where Element == UInt8 {
  /// Plain bytes have no padding that could be uninitialised.
  var raw: RawSpan {
    @_lifetime(copy self) get { unsafe bytes }
  }
}
