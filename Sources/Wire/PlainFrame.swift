/// The short way for what most frames are: Ethernet, IP without options or extensions, TCP; no tag, no tunnel, no fragment,
/// nothing cut before the TCP options, nothing wrong.
@usableFromInline enum PlainFrame {
  /// What nearly all of them are: IPv4 without options, and TCP with none or with timestamps alone, where everybody puts them
  /// (RFC 7323 appendix A). One check of the length, and each word is loaded once; nothing is called.
  ///
  /// Writes all of `segment` but what the frame itself knows; false, and nothing written, for every other frame.
  @inlinable @inline(__always)
  static func decodeUsual(_ bytes: RawSpan, into segment: inout Segment) -> Bool {
    guard bytes.byteCount >= 54 else { return false }
    let link = bytes.u64(at: 6)
    let first = bytes.u64(at: 14)
    let second = bytes.u64(at: 22)
    // Data offset, flags, window, checksum.
    let fourth = bytes.u64(at: 46)
    guard link & 0xffff == 0x0800, first >> 56 == 0x45, first & 0x3fff == 0, second >> 48 & 0xff == 6 else {
      return false
    }
    let total = UInt32(truncatingIfNeeded: first >> 32 & 0xffff)
    let headerLength: UInt32
    var timestamps: UInt64 = 0
    var options = TCPOptionSet()
    switch fourth >> 60 {
    case 8:
      // No operation twice, and the option's kind and length.
      guard bytes.byteCount >= 66, bytes.u32(at: 54) == 0x0101_080a else { return false }
      headerLength = 32
      timestamps = bytes.u64(at: 58)
      options = .timestamps
    case 5: headerLength = 20
    default: return false
    }
    guard total >= 20 &+ headerLength else { return false }
    let payload = total &- 20 &- headerLength
    // What may be an alert is looked at; an ACK alone, which wraps around here, is none.
    if payload &- 1 < TLSAlert.longest,
      TLSAlert.isExcluded(
        bytes, at: 34 &+ Int(headerLength), length: Int(payload), limit: min(bytes.byteCount, 14 &+ Int(total)))
    {
      options.insert(.noAlert)
    }
    segment.source = IPAddress(v4: UInt32(truncatingIfNeeded: second))
    segment.destination = IPAddress(v4: bytes.u32(at: 30))
    segment.numbers = bytes.u64(at: 38)
    segment.payloadLength = payload
    segment.window = UInt16(truncatingIfNeeded: fourth >> 32)
    segment.flags = TCPFlags(rawValue: UInt16(truncatingIfNeeded: fourth >> 48) & 0xfff)
    segment.timestampEcho = UInt32(truncatingIfNeeded: timestamps)
    segment.timestampValue = UInt32(truncatingIfNeeded: timestamps >> 32)
    segment.ipID = UInt16(truncatingIfNeeded: first >> 16)
    segment.checksum = UInt16(truncatingIfNeeded: fourth >> 16)
    segment.wireLength = total
    segment.sourcePort = bytes.u16(at: 34)
    segment.destinationPort = bytes.u16(at: 36)
    segment.options = options
    segment.mss = 0
    segment.windowScale = 0
    segment.sackCount = 0
    segment.ttl = UInt8(truncatingIfNeeded: second >> 56)
    segment.ipVersion = 4
    segment.macHash = hash(mac: link >> 16)
    segment.encapsulation = 0
    return true
  }

  /// The short way for all of them. Writes all of `segment` but what the frame itself knows. False for every other frame, and for what must be looked at
  /// closely.
  @usableFromInline static func decode(_ bytes: RawSpan, into segment: inout Segment) -> Bool {
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
