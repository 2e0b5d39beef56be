/// A TCP header (RFC 9293 §3.1): written straight into the segment it becomes.
enum TCPHeader {
  /// Up to the checksum: what a segment can't be told without.
  static var indispensable: Int { 18 }

  /// Reads the header at `offset` of a packet that ends at `end` and can be read up to `limit`.
  ///
  /// - Returns: what is wrong with it, or nil; then every field that TCP has is set.
  @inline(__always)
  static func read(
    _ bytes: RawSpan, at offset: Int, limit: Int, end: Int, bound: LengthBound, into segment: inout Segment
  ) -> DecodeFailure? {
    guard limit &- offset >= indispensable, end &- offset >= 20 else { return cut(offset, limit, end, bound) }
    // Ports, sequence | acknowledgment, data offset, flags, window.
    let first = bytes.u64(at: offset)
    let second = bytes.u64(at: offset &+ 8)
    let headerLength = Int(second >> 28 & 15) &* 4
    let length = end &- offset
    guard headerLength >= 20, headerLength <= length else { return wrongOffset(offset, headerLength, length) }
    segment.sourcePort = UInt16(truncatingIfNeeded: first >> 48)
    segment.destinationPort = UInt16(truncatingIfNeeded: first >> 32)
    segment.numbers = first << 32 | second >> 32
    segment.flags = TCPFlags(rawValue: UInt16(truncatingIfNeeded: second >> 16) & 0xfff)
    segment.window = UInt16(truncatingIfNeeded: second)
    segment.checksum = bytes.u16(at: offset &+ 16)
    segment.payloadLength = UInt32(truncatingIfNeeded: length &- headerLength)
    segment.options = []
    segment.mss = 0
    segment.windowScale = 0
    segment.timestampValue = 0
    segment.timestampEcho = 0
    segment.sackCount = 0
    if headerLength > 20 {
      // What most segments carry, and nothing else: NOP, NOP, timestamps.
      if headerLength == 32, limit &- offset >= 32, bytes.u32(at: offset &+ 20) == 0x0101_080a {
        segment.options = .timestamps
        segment.timestampValue = bytes.u32(at: offset &+ 24)
        segment.timestampEcho = bytes.u32(at: offset &+ 28)
      } else {
        TCPOptions.read(bytes, from: offset &+ 20, to: offset &+ headerLength, limit: limit, into: &segment)
      }
    }
    if segment.payloadLength &- 1 < TLSAlert.longest,
      TLSAlert.isExcluded(bytes, at: offset &+ headerLength, length: length &- headerLength, limit: limit)
    {
      segment.options.insert(.noAlert)
    }
    return nil
  }

  /// What the capture left of a header that it cut (field.md, trap 2): ports and sequence number, and from 14 bytes on what
  /// it says. What is missing is marked so: `TCPFlags.unknown`, `.notCaptured`, `.windowNotCaptured`.
  ///
  /// - Returns: false where there is less, or no header.
  @inline(never)
  static func readCut(_ bytes: RawSpan, at offset: Int, limit: Int, end: Int, into segment: inout Segment) -> Bool {
    guard limit &- offset >= 8, end &- offset >= 20 else { return false }
    let first = bytes.u64(at: offset)
    segment.sourcePort = UInt16(truncatingIfNeeded: first >> 48)
    segment.destinationPort = UInt16(truncatingIfNeeded: first >> 32)
    segment.sequence = SequenceNumber(UInt32(truncatingIfNeeded: first))
    segment.acknowledgment = SequenceNumber(0)
    segment.flags = .unknown
    segment.options = [.notCaptured, .windowNotCaptured]
    segment.window = 0
    segment.checksum = 0
    segment.payloadLength = 0
    segment.mss = 0
    segment.windowScale = 0
    segment.timestampValue = 0
    segment.timestampEcho = 0
    segment.sackCount = 0
    guard limit &- offset >= 14 else { return true }
    let headerLength = Int(bytes.u8(at: offset &+ 12) >> 4) &* 4
    guard headerLength >= 20, headerLength <= end &- offset else { return false }
    segment.acknowledgment = SequenceNumber(bytes.u32(at: offset &+ 8))
    segment.flags = TCPFlags(rawValue: bytes.u16(at: offset &+ 12) & 0xfff)
    segment.payloadLength = UInt32(truncatingIfNeeded: end &- offset &- headerLength)
    if headerLength == 20 { segment.options.remove(.notCaptured) }
    if limit &- offset >= 16 {
      segment.window = bytes.u16(at: offset &+ 14)
      segment.options.remove(.windowNotCaptured)
    }
    return true
  }

  @inline(never)
  private static func cut(_ offset: Int, _ limit: Int, _ end: Int, _ bound: LengthBound) -> DecodeFailure {
    let isClaim = end &- offset < 20
    return DecodeFailure(
      .tcp, .headerCut, offset: offset, needed: 20, available: (isClaim ? end : limit) &- offset,
      bound: isClaim ? bound : .capture)
  }

  @inline(never)
  private static func wrongOffset(_ offset: Int, _ headerLength: Int, _ length: Int) -> DecodeFailure {
    headerLength < 20
      ? DecodeFailure(
        .tcp, .lengthTooSmall, offset: offset, needed: 20, available: headerLength, bound: .headerLength)
      : DecodeFailure(
        .tcp, .headerTooLong, offset: offset, needed: headerLength, available: length, bound: .headerLength)
  }
}
