/// Tunnels over UDP. A port is a hint, no proof: what does not parse as the tunnel to its inner IP header is no TCP.
extension Walk {
  mutating func udp(_ bytes: RawSpan) -> Step {
    guard has(8) else { return has(4) && !isTunnelPort(bytes) ? .notTCP : cutDatagram(bytes) }
    guard isTunnelPort(bytes) else { return .notTCP }
    let word = bytes.u64(at: offset)
    let source = UInt16(truncatingIfNeeded: word >> 48)
    let destination = UInt16(truncatingIfNeeded: word >> 32)
    let length = Int(word >> 16 & 0xffff)
    // 0: a jumbogram, or captured before the hardware cut it.
    if length >= 8, offset &+ length < end { setEnd(offset &+ length, .udpLength) }
    offset &+= 8
    isGuess = true
    switch destination {
    case 4789, 8472: return vxlan(bytes)
    case 4790: return vxlanGPE(bytes)
    case 6081: return geneve(bytes)
    case 2152: return gtpu(bytes)
    case 3544: return teredo(bytes)
    case 5072: return ayiya(bytes)
    case 1701: return l2tp(bytes)
    default: break
    }
    switch source {
    case 2152: return gtpu(bytes)
    case 3544: return teredo(bytes)
    case 5072: return ayiya(bytes)
    case 1701: return l2tp(bytes)
    default: return .notTCP
    }
  }

  /// Whether a UDP header's ports suggest a tunnel.
  private func isTunnelPort(_ bytes: RawSpan) -> Bool {
    let ports = bytes.u32(at: offset)
    switch ports & 0xffff {
    case 4789, 8472, 4790, 6081, 2152, 3544, 5072, 1701: return true
    default: break
    }
    switch ports >> 16 {
    case 2152, 3544, 5072, 1701: return true
    default: return false
    }
  }

  /// The header is not there; without ports nobody knows what it was.
  private mutating func cutDatagram(_ bytes: RawSpan) -> Step { cut(.tunnel, 8) }

  /// VXLAN (RFC 7348 §5): flags with I set, network identifier; the group policy and OAM bits may be set too.
  private mutating func vxlan(_ bytes: RawSpan) -> Step {
    guard has(8) else { return cut(.tunnel, 8) }
    let word = bytes.u64(at: offset)
    guard word >> 56 & 0x0c == 0x08, word & 0xff == 0 else { return .notTCP }
    offset &+= 8
    return enter(.vxlan, id: UInt32(truncatingIfNeeded: word >> 8) & 0xff_ffff, .ethernet)
  }

  /// VXLAN with a next protocol (draft-ietf-nvo3-vxlan-gpe §3.3): bit P says that there is one.
  private mutating func vxlanGPE(_ bytes: RawSpan) -> Step {
    guard has(8) else { return cut(.tunnel, 8) }
    let word = bytes.u64(at: offset)
    guard word >> 56 & 0x08 != 0 else { return .notTCP }
    let next: Step
    switch word >> 56 & 4 == 0 ? 3 : UInt8(truncatingIfNeeded: word >> 32) {
    case 1: next = .ipv4
    case 2: next = .ipv6
    case 3: next = .ethernet
    case 5: next = .mpls
    default: return .notTCP
    }
    offset &+= 8
    return enter(.vxlan, id: UInt32(truncatingIfNeeded: word >> 8) & 0xff_ffff, next)
  }

  /// Geneve (RFC 8926 §3.4): version 0, options, type, network identifier.
  private mutating func geneve(_ bytes: RawSpan) -> Step {
    guard has(8) else { return cut(.tunnel, 8) }
    let word = bytes.u64(at: offset)
    let type = UInt16(truncatingIfNeeded: word >> 32)
    guard word >> 62 == 0, word & 0xff == 0, type == 0x6558 || type == 0x0800 || type == 0x86dd else {
      return .notTCP
    }
    let length = 8 &+ Int(word >> 56 & 0x3f) &* 4
    guard has(length) else { return cut(.tunnel, length) }
    offset &+= length
    return enter(.geneve, id: UInt32(truncatingIfNeeded: word >> 8) & 0xff_ffff, .etherType(type))
  }

  /// GTP version 1 user data (3GPP TS 29.281 §5): a G-PDU, its optional fields and extension headers.
  private mutating func gtpu(_ bytes: RawSpan) -> Step {
    guard has(8) else { return cut(.tunnel, 8) }
    let word = bytes.u64(at: offset)
    let flags = word >> 56
    let length = Int(word >> 32 & 0xffff)
    guard flags >> 4 == 3, word >> 48 & 0xff == 255, length &+ 8 <= end &- offset else { return .notTCP }
    setEnd(offset &+ 8 &+ length, .udpLength)
    offset &+= 8
    if flags & 7 != 0 {
      guard has(4) else { return cut(.tunnel, 4) }
      var next = flags & 4 == 0 ? 0 : bytes.u8(at: offset &+ 3)
      offset &+= 4
      while next != 0 {
        guard has(4) else { return cut(.tunnel, 4) }
        let size = Int(bytes.u8(at: offset)) &* 4
        guard size > 0 else { return .notTCP }
        guard has(size) else { return cut(.tunnel, size) }
        next = bytes.u8(at: offset &+ size &- 1)
        offset &+= size
      }
    }
    return enter(.gtpu, id: UInt32(truncatingIfNeeded: word), .ip)
  }

  /// Teredo (RFC 4380 §5.1.1): authentication and origin may stand before the IPv6 packet.
  private mutating func teredo(_ bytes: RawSpan) -> Step {
    guard has(2) else { return cut(.tunnel, 2) }
    if bytes.u16(at: offset) == 1 {
      guard has(4) else { return cut(.tunnel, 4) }
      let length = 13 &+ Int(bytes.u8(at: offset &+ 2)) &+ Int(bytes.u8(at: offset &+ 3))
      guard has(length &+ 2) else { return cut(.tunnel, length &+ 2) }
      offset &+= length
    }
    if bytes.u16(at: offset) == 0 {
      guard has(8) else { return cut(.tunnel, 8) }
      offset &+= 8
    }
    return enter(.teredo, id: nil, .ipv6)
  }

  /// AYIYA (draft-massar-v6ops-ayiya-02 §4): identity, signature, then IPv6 where the operation forwards.
  private mutating func ayiya(_ bytes: RawSpan) -> Step {
    guard has(8) else { return cut(.tunnel, 8) }
    let word = bytes.u32(at: offset)
    // Identity of a known type, a known hash, forwarding (1), IPv6 or IPv4.
    guard word >> 24 & 15 <= 2, word >> 16 & 15 <= 3, word >> 8 & 15 == 1, word & 0xff == 41 || word & 0xff == 4
    else { return .notTCP }
    let length = 8 &+ (1 << Int(word >> 28)) &+ Int(word >> 20 & 15) &* 4
    guard has(length) else { return cut(.tunnel, length) }
    offset &+= length
    return enter(.ayiya, id: nil, word & 0xff == 41 ? .ipv6 : .ipv4)
  }

  /// L2TP version 2 data (RFC 2661 §3.1): optional length, sequence numbers, offset; then PPP.
  private mutating func l2tp(_ bytes: RawSpan) -> Step {
    guard has(6) else { return cut(.tunnel, 6) }
    let flags = bytes.u16(at: offset)
    guard flags & 0x800f == 2 else { return .notTCP }
    var length = flags & 0x4000 == 0 ? 2 : 4
    guard has(length &+ 4) else { return cut(.tunnel, length &+ 4) }
    let session = bytes.u32(at: offset &+ length)
    length &+= flags & 0x0800 == 0 ? 4 : 8
    if flags & 0x0200 != 0 {
      guard has(length &+ 2) else { return cut(.tunnel, length &+ 2) }
      length &+= 2 &+ Int(bytes.u16(at: offset &+ length))
    }
    guard has(length) else { return cut(.tunnel, length) }
    offset &+= length
    return enter(.l2tp, id: session, .ppp)
  }
}
