extension Walk {
  /// PPP (RFC 1661, in HDLC framing RFC 1662): address and control may be there, the protocol has one byte or two.
  mutating func ppp(_ bytes: RawSpan) -> Step {
    guard has(2) else { return cut(.ppp, 2) }
    switch bytes.u16(at: offset) {
    case 0xff03: offset &+= 2
    case 0x0f00, 0x8f00:
      // Cisco's HDLC on the same kind of line.
      guard has(4) else { return cut(.ppp, 4) }
      let type = bytes.u16(at: offset &+ 2)
      offset &+= 4
      return .etherType(type)
    default: break
    }
    guard has(1) else { return cut(.ppp, 1) }
    var number = UInt16(bytes.u8(at: offset))
    if number & 1 != 0 {
      offset &+= 1
    } else {
      guard has(2) else { return cut(.ppp, 2) }
      number = bytes.u16(at: offset)
      offset &+= 2
    }
    switch number {
    case 0x21: return .ipv4
    case 0x57: return .ipv6
    case 0x281, 0x283: return .mpls
    // Van Jacobson's compressed TCP (RFC 1144), multilink, encryption, compression.
    case 0x2d, 0x2f, 0x3d, 0x53, 0x55, 0xfb, 0xfd: return skip(.ppp, .opaque, bound)
    default: return .notTCP
    }
  }

  /// A session of PPP over Ethernet (RFC 2516 §4): version and type, code, session, length.
  mutating func pppoe(_ bytes: RawSpan) -> Step {
    guard has(6) else { return cut(.ppp, 6) }
    let word = bytes.u32(at: offset)
    guard word >> 24 == 0x11 else { return skip(.ppp, .wrongVersion, .headerLength) }
    guard word >> 16 & 0xff == 0 else { return .notTCP }
    let length = Int(bytes.u16(at: offset &+ 4))
    let session = TunnelWords(.pppoe, id: word & 0xffff, outer: nil)
    path.push(tunnel: session)
    offset &+= 6
    // 0 stands for "too long to say" (offload).
    if length > 0, offset &+ length < end { setEnd(offset &+ length, .pppoeLength) }
    return .ppp
  }

  /// A stack of labels (RFC 3032), and a guess at what is below: the labels don't say (RFC 4928 §3).
  mutating func mpls(_ bytes: RawSpan) -> Step {
    var word: UInt32 = 0
    repeat {
      layers &+= 1
      guard layers <= Walk.layersMax else { return skip(.mpls, .tooDeep, bound) }
      guard has(4) else { return cut(.mpls, 4) }
      word = bytes.u32(at: offset)
      offset &+= 4
    } while word & 0x100 == 0
    path.push(tunnel: TunnelWords(.mpls, id: word >> 12, outer: nil))
    guard has(1) else { return cut(.mpls, 1) }
    switch bytes.u8(at: offset) >> 4 {
    case 4 where isIPv4(bytes) || !looksLikeEthernet(bytes): return .ipv4
    case 6 where isIPv6(bytes) || !looksLikeEthernet(bytes): return .ipv6
    case 0 where !looksLikeEthernet(bytes):
      // The control word of a pseudowire (RFC 4385 §3).
      guard has(4) else { return cut(.mpls, 4) }
      offset &+= 4
      return .ethernet
    // The associated channel: no user's traffic (RFC 4385 §5).
    case 1 where !looksLikeEthernet(bytes): return .notTCP
    default: return .ethernet
    }
  }

  /// A header whose checksum holds is no coincidence.
  private func isIPv4(_ bytes: RawSpan) -> Bool {
    guard has(20) else { return false }
    let length = Int(bytes.u8(at: offset) & 15) &* 4
    return length >= 20 && has(length) && Checksum.sum(bytes, from: offset, to: offset &+ length) == 0xffff
  }

  private func isIPv6(_ bytes: RawSpan) -> Bool {
    has(6) && Int(bytes.u16(at: offset &+ 4)) == end &- offset &- 40
  }

  /// A station address may begin with any nibble: the type behind both addresses decides.
  private func looksLikeEthernet(_ bytes: RawSpan) -> Bool {
    guard has(15) else { return false }
    switch bytes.u16(at: offset &+ 12) {
    case 0x0800: return bytes.u8(at: offset &+ 14) >> 4 == 4
    case 0x86dd: return bytes.u8(at: offset &+ 14) >> 4 == 6
    case 0x8100, 0x88a8: return true
    default: return false
    }
  }
}
