extension Walk {
  /// By the version's nibble, where the layer below does not say.
  mutating func ip(_ bytes: RawSpan) -> Step {
    guard has(1) else { return cut(.link, 1) }
    switch bytes.u8(at: offset) >> 4 {
    case 4: return .ipv4
    case 6: return .ipv6
    default: return skip(.link, .wrongVersion, .headerLength)
    }
  }

  /// An IPv6 header (RFC 8200 §3) and its extension headers, up to the payload.
  mutating func ipv6(_ bytes: RawSpan) -> Step {
    guard has(40) else { return cut(.ipv6, 40) }
    let first = bytes.u64(at: offset)
    guard first >> 60 == 6 else { return skip(.ipv6, .wrongVersion, .headerLength) }
    let length = Int(first >> 16 & 0xffff)
    let next = UInt8(truncatingIfNeeded: first >> 8)
    if isGuess {
      guard length &+ 40 <= end &- offset else { return .notTCP }
      isGuess = false
    }
    ip.source = IPAddress(high: bytes.u64(at: offset &+ 8), low: bytes.u64(at: offset &+ 16))
    ip.destination = IPAddress(high: bytes.u64(at: offset &+ 24), low: bytes.u64(at: offset &+ 32))
    ip.version = 6
    ip.ttl = UInt8(truncatingIfNeeded: first)
    ip.id = 0
    ip.isReassembled = false
    // Length 0: a jumbogram (its hop-by-hop option says more), or captured before the hardware cut it.
    setEnd(length == 0 ? end : endOfPacket(offset &+ 40 &+ length), .ipv6PayloadLength)
    ip.length = end &- offset
    let start = offset
    offset &+= 40
    if next == 0, length == 0, let jumbo = jumboLength(bytes) {
      setEnd(start &+ 40 &+ jumbo, .ipv6PayloadLength)
      ip.length = 40 &+ jumbo
    }
    return extensions(bytes, next)
  }

  /// Walks extension headers (RFC 8200 §4; AH, mobility, HIP, shim6 share the chain) to what they stand before.
  mutating func extensions(_ bytes: RawSpan, _ header: UInt8) -> Step {
    var header = header
    while true {
      layers &+= 1
      guard layers <= Walk.layersMax else { return skip(.ipv6Extension, .tooDeep, .headerLength) }
      var length = 8
      switch header {
      case 0, 43, 60, 135, 139, 140:
        guard has(8) else { return cut(.ipv6Extension, 8) }
        length = (Int(bytes.u8(at: offset &+ 1)) &+ 1) &* 8
      case 44:
        guard has(8) else { return cut(.ipv6Extension, 8) }
        let field = bytes.u16(at: offset &+ 2)
        ip.id = bytes.u16(at: offset &+ 6)
        if field & 0xfff9 != 0 {
          let fragment = Fragment(
            id: bytes.u32(at: offset &+ 4), next: bytes.u8(at: offset), start: Int(field & 0xfff8),
            length: end &- offset &- 8, hasMore: field & 1 != 0, captured: limit &- offset &- 8)
          offset &+= 8
          return hold(fragment)
        }
      default:
        return .payload(header)
      }
      guard has(length) else { return cut(.ipv6Extension, length) }
      if header == 43 { takeFinalDestination(bytes, length) }
      if header == 60 { takeHomeAddress(bytes, length) }
      header = bytes.u8(at: offset)
      offset &+= length
    }
  }

  /// An authentication header (RFC 4302 §2): the payload stands behind it in the clear.
  mutating func authentication(_ bytes: RawSpan) -> Step {
    let layer: Layer = ip.version == 6 ? .ipv6Extension : .ipv4
    guard has(12) else { return cut(layer, 12) }
    let length = (Int(bytes.u8(at: offset &+ 1)) &+ 2) &* 4
    guard has(length) else { return cut(layer, length) }
    let next = bytes.u8(at: offset)
    offset &+= length
    return ip.version == 6 ? extensions(bytes, next) : .payload(next)
  }

  /// The jumbo payload option (RFC 2675 §2) of a hop-by-hop header at `offset`.
  private func jumboLength(_ bytes: RawSpan) -> Int? {
    guard has(8) else { return nil }
    let length = (Int(bytes.u8(at: offset &+ 1)) &+ 1) &* 8
    guard has(length) else { return nil }
    guard let value = option(0xc2, bytes, length), bytes.u8(at: value &- 1) == 4 else { return nil }
    let jumbo = Int(bytes.u32(at: value))
    return jumbo > 65_535 ? jumbo : nil
  }

  /// Where the value of an option of a hop-by-hop or destination header of `length` bytes begins.
  private func option(_ kind: UInt8, _ bytes: RawSpan, _ length: Int) -> Int? {
    var place = offset &+ 2
    let stop = offset &+ length
    while place < stop {
      let found = bytes.u8(at: place)
      if found == 0 {
        place &+= 1
        continue
      }
      guard place &+ 1 < stop else { return nil }
      let next = place &+ 2 &+ Int(bytes.u8(at: place &+ 1))
      guard next <= stop else { return nil }
      if found == kind { return place &+ 2 }
      place = next
    }
    return nil
  }

  /// Under a routing header with segments left the packet is on its way to the last of them: that is who answers, and
  /// whom the TCP checksum covers (RFC 8200 §8.1).
  private mutating func takeFinalDestination(_ bytes: RawSpan, _ length: Int) {
    guard bytes.u8(at: offset &+ 3) > 0, length >= 24 else { return }
    let place: Int
    switch bytes.u8(at: offset &+ 2) {
    // Types 0 and 2 (RFC 6275 §6.4): the last address. Type 4 (RFC 8754 §2): the first, the list runs backwards.
    case 0, 2: place = offset &+ 8 &+ ((length &- 8) / 16 &- 1) &* 16
    case 4: place = offset &+ 8
    default: return
    }
    ip.destination = IPAddress(high: bytes.u64(at: place), low: bytes.u64(at: place &+ 8))
  }

  /// The home address option (RFC 6275 §6.3): who a mobile node is, wherever it is.
  private mutating func takeHomeAddress(_ bytes: RawSpan, _ length: Int) {
    guard let value = option(0xc9, bytes, length), bytes.u8(at: value &- 1) == 16 else { return }
    ip.source = IPAddress(high: bytes.u64(at: value), low: bytes.u64(at: value &+ 8))
  }
}
