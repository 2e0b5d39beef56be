extension Walk {
  /// The header that `linkType` announces.
  mutating func link(_ linkType: LinkType, _ bytes: RawSpan) -> Step {
    switch linkType {
    case .ethernet: return .ethernet
    case .raw, .raw12, .raw14: return .ip
    case .ipv4: return .ipv4
    case .ipv6: return .ipv6
    case .linuxCooked: return cooked(bytes)
    case .linuxCooked2: return cooked2(bytes)
    case .null, .loop: return loopback(bytes)
    case .ppp, .pppSerial: return .ppp
    case .pppWithDirection:
      guard has(1) else { return cut(.ppp, 1) }
      offset &+= 1
      return .ppp
    case .pppoe: return pppoe(bytes)
    case .ciscoHDLC: return ciscoHDLC(bytes)
    case .fddi: return fddi(bytes)
    case .nflog: return nflog(bytes)
    case .ieee80211: return ieee80211(bytes, padded: false)
    case .radiotap: return radiotap(bytes)
    case .prism, .avs: return prism(bytes)
    case .ppi: return ppi(bytes)
    case .ethernetMPacket: return mPacket(bytes)
    case .atmRFC1483: return .llc
    default: return rareLink(linkType, bytes)
    }
  }

  /// Ethernet II or IEEE 802.3.
  mutating func ethernet(_ bytes: RawSpan) -> Step {
    guard has(14) else { return cut(.link, 14) }
    let sourceAndType = bytes.u64(at: offset &+ 6)
    macHash = hash(mac: sourceAndType >> 16)
    let type = UInt16(truncatingIfNeeded: sourceAndType)
    offset &+= 14
    if type >= 0x600 { return .etherType(type) }
    // A length: padding follows what it covers. 0 stands for "too long to say" (offload).
    if type > 0, offset &+ Int(type) < end { setEnd(offset &+ Int(type), bound) }
    return .llc
  }

  /// IEEE 802.2, and SNAP (RFC 1042).
  mutating func llc(_ bytes: RawSpan) -> Step {
    guard has(3) else { return cut(.link, 3) }
    let control = bytes.u8(at: offset &+ 2)
    switch bytes.u16(at: offset) {
    case 0xaaaa where control == 3:
      guard has(8) else { return cut(.link, 8) }
      let word = bytes.u64(at: offset)
      offset &+= 8
      // Only these two organisations number protocols as Ethernet does: RFC 1042, IEEE 802.1H.
      let organisation = word >> 16 & 0xff_ffff
      guard organisation == 0 || organisation == 0xf8 else { return .notTCP }
      return .etherType(UInt16(truncatingIfNeeded: word))
    case 0x0606 where control == 3:
      offset &+= 3
      return .ipv4
    default:
      return .notTCP
    }
  }

  /// What an Ethernet type names; tags are taken here.
  mutating func etherType(_ type: UInt16, _ bytes: RawSpan) -> Step {
    switch type {
    case 0x0800: return .ipv4
    case 0x86dd: return .ipv6
    case 0x8100, 0x88a8, 0x9100, 0x9200: return vlan(bytes)
    case 0x8847, 0x8848: return .mpls
    case 0x8864: return pppoe(bytes)
    case 0x880b: return .ppp
    case 0x6558: return .ethernet
    // Cisco FabricPath: tag and TTL, then the whole frame.
    case 0x8903: return tag(2, .ethernet)
    // IEEE 802.1ah: I-TAG, then the customer's frame.
    case 0x88e7: return tag(4, .ethernet)
    // VNTag, IEEE 802.1BR E-TAG, Cisco metadata: then the next type.
    case 0x8926: return tagged(bytes, 4)
    case 0x893f, 0x8909: return tagged(bytes, 6)
    // IEEE 802.1AE: encrypted as a rule.
    case 0x88e5: return skip(.link, .opaque, bound)
    // Linux writes the frame's form here in cooked captures: 802.3 without LLC, 802.2.
    case 0x0004: return .llc
    default: return .notTCP
    }
  }

  private mutating func vlan(_ bytes: RawSpan) -> Step {
    guard has(4) else { return cut(.vlan, 4) }
    let word = bytes.u32(at: offset)
    let id = UInt16(truncatingIfNeeded: word >> 16) & 0xfff
    // 0 is a priority and no VLAN (IEEE 802.1Q §6.9).
    if id != 0 { path.push(vlan: id) }
    offset &+= 4
    let type = UInt16(truncatingIfNeeded: word)
    return type >= 0x600 ? .etherType(type) : .llc
  }

  private mutating func tag(_ length: Int, _ next: Step) -> Step {
    guard has(length) else { return cut(.link, length) }
    offset &+= length
    return next
  }

  private mutating func tagged(_ bytes: RawSpan, _ length: Int) -> Step {
    guard has(length &+ 2) else { return cut(.link, length &+ 2) }
    let type = bytes.u16(at: offset &+ length)
    offset &+= length &+ 2
    return type >= 0x600 ? .etherType(type) : .llc
  }

  /// Linux cooked v1: packet type, ARPHRD, address length, address (8), protocol.
  private mutating func cooked(_ bytes: RawSpan) -> Step {
    guard has(16) else { return cut(.link, 16) }
    takeMAC(bytes.u64(at: offset &+ 6), length: bytes.u16(at: offset &+ 4))
    let type = bytes.u16(at: offset &+ 14)
    offset &+= 16
    return .etherType(type)
  }

  /// Linux cooked v2: protocol, reserved (2), interface (4), ARPHRD, packet type (1), address length (1), address (8).
  private mutating func cooked2(_ bytes: RawSpan) -> Step {
    guard has(20) else { return cut(.link, 20) }
    takeMAC(bytes.u64(at: offset &+ 12), length: UInt16(bytes.u8(at: offset &+ 11)))
    let type = bytes.u16(at: offset)
    offset &+= 20
    return .etherType(type)
  }

  private mutating func takeMAC(_ eight: UInt64, length: UInt16) {
    if length == 6 { macHash = hash(mac: eight >> 16) }
  }

  /// An address family in the byte order of the host that captured (NULL), or big-endian (LOOP).
  private mutating func loopback(_ bytes: RawSpan) -> Step {
    guard has(4) else { return cut(.link, 4) }
    let family = bytes.u32(at: offset)
    offset &+= 4
    switch family > 0xffff ? family.byteSwapped : family {
    case 2: return .ipv4
    // Linux, Windows, NetBSD and OpenBSD, FreeBSD, macOS.
    case 10, 23, 24, 28, 30: return .ipv6
    default: return .notTCP
    }
  }

  private mutating func ciscoHDLC(_ bytes: RawSpan) -> Step {
    guard has(4) else { return cut(.link, 4) }
    let type = bytes.u16(at: offset &+ 2)
    offset &+= 4
    return .etherType(type)
  }

  /// Frame control, destination, source, then LLC in frames that carry it.
  private mutating func fddi(_ bytes: RawSpan) -> Step {
    guard has(13) else { return cut(.link, 13) }
    guard bytes.u8(at: offset) & 0x30 == 0x10 else { return .notTCP }
    macHash = hash(mac: bytes.u64(at: offset &+ 5) & 0xffff_ffff_ffff)
    offset &+= 13
    return .llc
  }

  /// Netfilter's log: a list of attributes in the host's byte order, the packet is one of them.
  private mutating func nflog(_ bytes: RawSpan) -> Step {
    guard has(8) else { return cut(.link, 8) }
    let family = bytes.u8(at: offset)
    offset &+= 4
    // The order is the recording host's, and said nowhere: the right one leads from length to length to the payload. Small
    // lengths show theirs by a zero byte, and that is tried first.
    let start = offset
    let isLittle = bytes.u8(at: start &+ 1) == 0
    let first = nflogPayload(bytes, family, isLittle: isLittle)
    guard case .failed = first else { return first }
    let reason = failure
    offset = start
    let second = nflogPayload(bytes, family, isLittle: !isLittle)
    if case .failed = second, failure.reason != .headerCut { failure = reason }
    return second
  }

  /// Walks over the attributes to the packet itself.
  private mutating func nflogPayload(_ bytes: RawSpan, _ family: UInt8, isLittle: Bool) -> Step {
    while has(4) {
      let word = bytes.u32(at: offset)
      let length = UInt16(truncatingIfNeeded: word >> 16)
      let kind = UInt16(truncatingIfNeeded: word)
      let size = Int(isLittle ? length.byteSwapped : length)
      guard size >= 4 else { return skip(.link, .lengthTooSmall, needed: 4, available: size, .headerLength) }
      if (isLittle ? kind.byteSwapped : kind) & 0x7fff == 9 {
        offset &+= 4
        switch family {
        case 2: return .ipv4
        case 10: return .ipv6
        default: return .ip
        }
      }
      guard size <= end &- offset else {
        return skip(.link, .headerTooLong, needed: size, available: end &- offset, .headerLength)
      }
      offset &+= (size &+ 3) & ~3
    }
    return limit < end ? cut(.link, 4) : .notTCP
  }

  /// IEEE 802.3br: a preamble that ends in a start delimiter, then a frame. What was pre-empted goes on in later
  /// mPackets, and its first part has no length that says so: only whole frames (SMD-E) are read.
  private mutating func mPacket(_ bytes: RawSpan) -> Step {
    guard has(8) else { return cut(.link, 8) }
    let preamble = bytes.u64(at: offset)
    switch UInt8(truncatingIfNeeded: preamble) {
    // SMD-E; SMD-S0 to S3: the start of a frame that may be pre-empted, whole if it was not.
    case 0xd5, 0xe6, 0x4c, 0x7f, 0xb3:
      offset &+= 8
      return .ethernet
    default:
      return .notTCP
    }
  }
}

/// First 16 bits of a hash of a link-layer address (48 bits); 0 is kept for none.
@inlinable @inline(__always)
func hash(mac: UInt64) -> UInt16 {
  let mixed = UInt16(truncatingIfNeeded: (mac &* 0x9e37_79b9_7f4a_7c15) >> 48)
  return mixed == 0 ? 1 : mixed
}
