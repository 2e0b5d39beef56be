/// The short way for what most frames are: Ethernet, IP without options or extensions, TCP; no tag, no tunnel, no fragment,
/// nothing cut before the TCP options, nothing wrong.
enum PlainFrame {
  /// Writes all of `segment` but what the frame itself knows. False for every other frame, and for what must be looked at
  /// closely.
  @inline(__always)
  static func decode(_ bytes: RawSpan, into segment: inout Segment) -> Bool {
    guard bytes.byteCount >= 54 else { return false }
    // The sender's address and the type.
    let link = bytes.u64(at: 6)
    switch link & 0xffff {
    case 0x0800:
      guard ipv4(bytes, into: &segment) else { return false }
    case 0x86dd:
      guard ipv6(bytes, into: &segment) else { return false }
    default:
      return false
    }
    segment.macHash = hash(mac: link >> 16)
    segment.encapsulation = 0
    return true
  }

  @inline(__always)
  private static func ipv4(_ bytes: RawSpan, into segment: inout Segment) -> Bool {
    let first = bytes.u64(at: 14)
    let second = bytes.u64(at: 22)
    guard first >> 56 == 0x45, first & 0x3fff == 0, second >> 48 & 0xff == 6 else { return false }
    let total = Int(first >> 32 & 0xffff)
    guard total >= 40 else { return false }
    let end = 14 &+ total
    let failure = TCPHeader.read(
      bytes, at: 34, limit: min(bytes.byteCount, end), end: end, bound: .ipv4TotalLength, into: &segment)
    guard failure == nil else { return false }
    segment.source = IPAddress(v4: UInt32(truncatingIfNeeded: second))
    segment.destination = IPAddress(v4: bytes.u32(at: 30))
    segment.wireLength = UInt32(truncatingIfNeeded: total)
    segment.ipID = UInt16(truncatingIfNeeded: first >> 16)
    segment.ttl = UInt8(truncatingIfNeeded: second >> 56)
    segment.ipVersion = 4
    return true
  }

  @inline(never)
  private static func ipv6(_ bytes: RawSpan, into segment: inout Segment) -> Bool {
    guard bytes.byteCount >= 74 else { return false }
    let first = bytes.u64(at: 14)
    let length = Int(first >> 16 & 0xffff)
    guard first >> 60 == 6, first >> 8 & 0xff == 6, length >= 20 else { return false }
    let end = 54 &+ length
    let failure = TCPHeader.read(
      bytes, at: 54, limit: min(bytes.byteCount, end), end: end, bound: .ipv6PayloadLength, into: &segment)
    guard failure == nil else { return false }
    segment.source = IPAddress(high: bytes.u64(at: 22), low: bytes.u64(at: 30))
    segment.destination = IPAddress(high: bytes.u64(at: 38), low: bytes.u64(at: 46))
    segment.wireLength = UInt32(truncatingIfNeeded: 40 &+ length)
    segment.ipID = 0
    segment.ttl = UInt8(truncatingIfNeeded: first)
    segment.ipVersion = 6
    return true
  }
}
