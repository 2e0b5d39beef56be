/// Numbers in the machine's own byte order, as netlink(7) has them, and in the network's, each checked against the end of the bytes:
/// nil beyond it.
struct KernelBytes: ~Escapable {
  let bytes: Span<UInt8>

  @_lifetime(copy bytes)
  init(_ bytes: Span<UInt8>) { self.bytes = bytes }

  var count: Int { bytes.count }

  /// `length` bytes from `offset` on; nil where they are not all there.
  @_lifetime(copy self)
  func part(at offset: Int, _ length: Int) -> KernelBytes? {
    guard offset >= 0, length >= 0, offset <= count, length <= count - offset else { return nil }
    return KernelBytes(bytes.extracting(offset..<offset + length))
  }

  func u8(at offset: Int) -> UInt8? { offset >= 0 && offset < count ? bytes[offset] : nil }

  func u16(at offset: Int) -> UInt16? {
    guard offset >= 0, offset <= count - 2 else { return nil }
    return UInt16(littleEndian: UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8)
  }

  func u32(at offset: Int) -> UInt32? {
    guard offset >= 0, offset <= count - 4 else { return nil }
    let low = UInt32(bytes[offset]) | UInt32(bytes[offset + 1]) << 8
    return UInt32(littleEndian: low | UInt32(bytes[offset + 2]) << 16 | UInt32(bytes[offset + 3]) << 24)
  }

  func u64(at offset: Int) -> UInt64? {
    guard offset >= 0, offset <= count - 8 else { return nil }
    var value: UInt64 = 0
    for index in 0..<8 { value |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
    return UInt64(littleEndian: value)
  }

  /// Network order.
  func net16(at offset: Int) -> UInt16? { u16(at: offset).map(UInt16.init(bigEndian:)) }
  func net32(at offset: Int) -> UInt32? { u32(at: offset).map(UInt32.init(bigEndian:)) }
  func net64(at offset: Int) -> UInt64? { u64(at: offset).map(UInt64.init(bigEndian:)) }
}

/// Bytes for the kernel, in the machine's own order.
struct KernelWriter {
  private(set) var bytes: [UInt8] = []

  mutating func u8(_ value: UInt8) { bytes.append(value) }
  mutating func u16(_ value: UInt16) { append(UInt64(value), 2) }
  mutating func u32(_ value: UInt32) { append(UInt64(value), 4) }
  mutating func zeros(_ count: Int) { bytes.append(contentsOf: repeatElement(0, count: count)) }

  private mutating func append(_ value: UInt64, _ count: Int) {
    for index in 0..<count {
      let place = 1.littleEndian == 1 ? index : count - 1 - index
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * place)))
    }
  }
}
