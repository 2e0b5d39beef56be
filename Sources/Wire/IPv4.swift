extension Walk {
  /// An IPv4 header (RFC 791 §3.1), options skipped. Its own checksum never discards a packet.
  mutating func ipv4(_ bytes: RawSpan) -> Step {
    guard has(20) else { return cut(.ipv4, 20) }
    // Version, IHL, TOS, length, ID, fragment | TTL, protocol, checksum, source.
    let first = bytes.u64(at: offset)
    let second = bytes.u64(at: offset &+ 8)
    guard first >> 60 == 4 else { return skip(.ipv4, .wrongVersion, .headerLength) }
    let headerLength = Int(first >> 56 & 15) &* 4
    guard headerLength >= 20 else {
      return skip(.ipv4, .lengthTooSmall, needed: 20, available: headerLength, .headerLength)
    }
    var total = Int(first >> 32 & 0xffff)
    // Captured before the hardware cut it (TSO): the field is empty, the frame's own length says it.
    if total == 0 { total = end &- offset }
    guard total >= headerLength else {
      return skip(.ipv4, .headerTooLong, needed: headerLength, available: total, .ipv4TotalLength)
    }
    if isGuess {
      guard total <= end &- offset else { return .notTCP }
      isGuess = false
    }
    ip.source = IPAddress(v4: UInt32(truncatingIfNeeded: second))
    ip.destination = IPAddress(v4: bytes.u32(at: offset &+ 16))
    ip.version = 4
    ip.ttl = UInt8(truncatingIfNeeded: second >> 56)
    ip.id = UInt16(truncatingIfNeeded: first >> 16)
    ip.length = total
    ip.isReassembled = false
    setEnd(endOfPacket(offset &+ total), .ipv4TotalLength)
    guard has(headerLength) else { return cut(.ipv4, headerLength) }
    offset &+= headerLength

    let next = UInt8(truncatingIfNeeded: second >> 48)
    let fragment = Int(first & 0x3fff)
    if fragment == 0 { return .payload(next) }
    return hold(
      Fragment(
        id: UInt32(ip.id), next: next, start: (fragment & 0x1fff) &* 8, length: end &- offset,
        hasMore: fragment & 0x2000 != 0, captured: limit &- offset))
  }

  /// Hands a fragment to the table where it may hold TCP in the end.
  mutating func hold(_ fragment: Fragment) -> Step {
    // An IPv6 fragment names its content in the first one only: all are held.
    guard ip.version == 6 || Walk.mayHoldTCP(fragment.next) else { return .notTCP }
    let layer: Layer = ip.version == 6 ? .ipv6Extension : .ipv4
    guard fragment.isSound else {
      return skip(layer, .badFragment, needed: fragment.start &+ fragment.length, available: 65_535, bound)
    }
    self.fragment = fragment
    return .fragment
  }

  /// Protocols that are TCP or carry it: IPIP, TCP, UDP, IPv6, GRE, AH, MPLS.
  static func mayHoldTCP(_ next: UInt8) -> Bool {
    switch next {
    case 4, 6, 17, 41, 47, 51, 137: true
    default: false
    }
  }
}
