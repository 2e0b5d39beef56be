/// Links that old or unusual captures have.
extension Walk {
  mutating func rareLink(_ linkType: LinkType, _ bytes: RawSpan) -> Step {
    switch linkType {
    case .slip: return slip(bytes)
    case .arcnetLinux: return arcnet(bytes)
    case .juniperEthernet: return juniperEthernet(bytes)
    case .atmCLIP: return atmCLIP(bytes)
    default: return skip(.link, .unknownLinkType, needed: Int(linkType.rawValue), .capture)
    }
  }

  /// 16 bytes before the datagram: direction, then what Van Jacobson compression did to the header (RFC 1144).
  private mutating func slip(_ bytes: RawSpan) -> Step {
    guard has(16) else { return cut(.link, 16) }
    let kind = bytes.u8(at: offset &+ 1)
    guard kind < 0x70 else { return skip(.link, .opaque, bound) }
    offset &+= 16
    return .ip
  }

  /// Source, destination, offset (2), system code; the codes of RFC 1201 add a split flag and a number.
  private mutating func arcnet(_ bytes: RawSpan) -> Step {
    guard has(5) else { return cut(.link, 5) }
    switch bytes.u8(at: offset &+ 4) {
    case 240:
      offset &+= 5
      return .ipv4
    case 212:
      guard has(8) else { return cut(.link, 8) }
      // Split over several frames.
      if bytes.u8(at: offset &+ 5) != 0 { return skip(.link, .opaque, bound) }
      offset &+= 8
      return .ipv4
    case 196:
      guard has(8) else { return cut(.link, 8) }
      offset &+= 8
      return .ipv6
    default:
      return .notTCP
    }
  }

  /// "MGC", flags, extensions where bit 7 says so; the link header may be left out (bit 1).
  private mutating func juniperEthernet(_ bytes: RawSpan) -> Step {
    guard has(4) else { return cut(.link, 4) }
    let word = bytes.u32(at: offset)
    guard word >> 8 == 0x4d_4743 else { return skip(.link, .wrongVersion, .headerLength) }
    var length = 4
    if word & 0x80 != 0 {
      guard has(6) else { return cut(.link, 6) }
      length = 6 &+ Int(bytes.u16(at: offset &+ 4))
    }
    guard has(length) else { return cut(.link, length) }
    offset &+= length
    guard word & 2 != 0 else { return .ethernet }
    guard has(4) else { return cut(.link, 4) }
    offset &+= 4
    return .ip
  }

  /// LLC where it begins so, else IP at once (RFC 2225).
  private mutating func atmCLIP(_ bytes: RawSpan) -> Step {
    guard has(4) else { return cut(.link, 4) }
    return bytes.u32(at: offset) == 0xaaaa_0300 ? .llc : .ip
  }
}
