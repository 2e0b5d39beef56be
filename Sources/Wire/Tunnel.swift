/// Tunnels that IP names itself.
extension Walk {
  /// What an IP protocol number names, TCP and ICMP excepted: those are the decoder's.
  mutating func payload(_ number: UInt8, _ bytes: RawSpan) -> Step {
    switch number {
    case 4: return inner(ip.version == 6 ? .fourInSix : .ipip, .ipv4)
    case 41: return inner(ip.version == 6 ? .ipip : .sixInFour, .ipv6)
    case 17: return udp(bytes)
    case 47: return gre(bytes)
    case 51: return authentication(bytes)
    // ESP and IPComp.
    case 50, 108: return skip(ip.version == 6 ? .ipv6Extension : .ipv4, .opaque, bound)
    case 137: return .mpls
    default: return .notTCP
    }
  }

  private mutating func inner(_ kind: Tunnel.Kind, _ next: Step) -> Step {
    enter(kind, id: nil, next)
  }

  /// The header at `offset` is inside of a tunnel between the ends of the innermost IP header.
  mutating func enter(_ kind: Tunnel.Kind, id: UInt32?, _ next: Step) -> Step {
    path.push(tunnel: TunnelWords(kind, id: id, outer: ip))
    return next
  }

  /// Generic routing encapsulation (RFC 2784, RFC 2890; RFC 1701's routing; RFC 2637's version 1; RFC 7637).
  private mutating func gre(_ bytes: RawSpan) -> Step {
    guard has(4) else { return cut(.tunnel, 4) }
    let word = bytes.u32(at: offset)
    let flags = UInt16(truncatingIfNeeded: word >> 16)
    let type = UInt16(truncatingIfNeeded: word)
    if flags & 7 == 1 { return pptp(bytes, flags) }
    guard flags & 7 == 0 else { return skip(.tunnel, .wrongVersion, .headerLength) }
    var length = 4
    if flags & 0xc000 != 0 { length &+= 4 }
    let keyOffset = length
    if flags & 0x2000 != 0 { length &+= 4 }
    if flags & 0x1000 != 0 { length &+= 4 }
    guard has(length) else { return cut(.tunnel, length) }
    let key = flags & 0x2000 != 0 ? bytes.u32(at: offset &+ keyOffset) : nil
    offset &+= length
    if flags & 0x4000 != 0 {
      guard let failure = sourceRoutes(bytes) else { return greContent(type, flags, key, bytes) }
      return failure
    }
    return greContent(type, flags, key, bytes)
  }

  /// RFC 1701: source route entries up to one of length 0. Returns what is wrong with them.
  private mutating func sourceRoutes(_ bytes: RawSpan) -> Step? {
    while true {
      guard has(4) else { return cut(.tunnel, 4) }
      let length = Int(bytes.u8(at: offset &+ 3))
      offset &+= 4
      if length == 0 { return nil }
      guard has(length) else { return cut(.tunnel, length) }
      offset &+= length
    }
  }

  private mutating func greContent(_ type: UInt16, _ flags: UInt16, _ key: UInt32?, _ bytes: RawSpan) -> Step {
    switch type {
    case 0x6558:
      // RFC 7637 §3.2: a key, no checksum, no sequence; virtual subnets from 0x1000. Else it is a plain key.
      if let key, flags & 0xf000 == 0x2000, key >> 8 >= 0x1000 {
        return enter(.nvgre, id: key >> 8, .ethernet)
      }
      return enter(.gre, id: key, .ethernet)
    case 0x88be, 0x22eb: return erspan(type, flags, bytes)
    case 0x883e:
      // WCCP version 2 puts four bytes before the packet; version 1 does not.
      if has(1), bytes.u8(at: offset) >> 4 != 4 {
        guard has(4) else { return cut(.tunnel, 4) }
        offset &+= 4
      }
      return enter(.gre, id: key, .ip)
    case 0x0800, 0x86dd, 0x8847, 0x8848, 0x8100, 0x88a8, 0x880b: return enter(.gre, id: key, .etherType(type))
    default: return .notTCP
    }
  }

  /// A mirrored frame (draft-foschiano-erspan): type I has no header and no GRE sequence number, II 8 bytes, III 12
  /// and 8 more where its last bit says so.
  private mutating func erspan(_ type: UInt16, _ flags: UInt16, _ bytes: RawSpan) -> Step {
    guard type == 0x22eb || flags & 0x1000 != 0 else { return enter(.erspan, id: nil, .ethernet) }
    var length = type == 0x22eb ? 12 : 8
    guard has(length) else { return cut(.tunnel, length) }
    let session = bytes.u32(at: offset) & 0x3ff
    if length == 12, bytes.u8(at: offset &+ 11) & 1 != 0 { length = 20 }
    guard has(length) else { return cut(.tunnel, length) }
    offset &+= length
    return enter(.erspan, id: session, .ethernet)
  }

  /// PPP in GRE version 1 (RFC 2637 §4.1): payload length and call, sequence, acknowledgment.
  private mutating func pptp(_ bytes: RawSpan, _ flags: UInt16) -> Step {
    guard has(8) else { return cut(.tunnel, 8) }
    let key = bytes.u32(at: offset &+ 4)
    // No sequence number: an acknowledgment alone.
    guard flags & 0x1000 != 0 else { return .notTCP }
    let length = 12 &+ (flags & 0x80 != 0 ? 4 : 0)
    guard has(length) else { return cut(.tunnel, length) }
    offset &+= length
    return enter(.pptp, id: key & 0xffff, .ppp)
  }
}
