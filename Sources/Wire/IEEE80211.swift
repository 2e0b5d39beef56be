extension Walk {
  /// IEEE 802.11 §9.2: a data frame's header, then LLC. `padded`: the driver aligned what follows to four bytes.
  mutating func ieee80211(_ bytes: RawSpan, padded: Bool) -> Step {
    guard has(2) else { return cut(.link, 2) }
    let control = bytes.u16(at: offset)
    let flags = control & 0xff
    // Version 0, type 2 (data); subtypes with bit 2 hold none.
    guard control & 0x0f00 == 0x0800, control & 0x4000 == 0 else { return .notTCP }
    let hasQoS = control & 0x8000 != 0
    var length = 24
    if flags & 3 == 3 { length = 30 }
    let qosOffset = length
    if hasQoS { length &+= flags & 0x80 != 0 ? 6 : 2 }
    guard has(length) else { return cut(.link, length) }
    takeTransmitter(bytes, flags)
    if flags & 0x40 != 0 { return skip(.link, .opaque, bound) }
    // A later fragment of a frame: nothing says what it continues.
    if bytes.u8(at: offset &+ 22) & 15 != 0 { return .notTCP }
    let isAggregate = hasQoS && bytes.u8(at: offset &+ qosOffset) & 0x80 != 0
    offset &+= padded ? (length &+ 3) & ~3 : length
    if isAggregate {
      // Several frames in one: the first is read.
      guard has(14) else { return cut(.link, 14) }
      offset &+= 14
    }
    return .llc
  }

  /// The source address is the second, third or fourth by the direction bits (§9.2.4.1.4).
  private mutating func takeTransmitter(_ bytes: RawSpan, _ flags: UInt16) {
    let place =
      switch flags & 3 {
      case 2: 16
      case 3: 24
      default: 10
      }
    let high = UInt64(bytes.u32(at: offset &+ place))
    macHash = hash(mac: high << 16 | UInt64(bytes.u16(at: offset &+ place &+ 4)))
  }

  /// Radiotap: a little-endian header of any length. Its flags tell whether the 802.11 header is padded.
  mutating func radiotap(_ bytes: RawSpan) -> Step {
    guard has(8) else { return cut(.link, 8) }
    let length = Int(bytes.u16(at: offset &+ 2).byteSwapped)
    guard length >= 8 else { return skip(.link, .lengthTooSmall, needed: 8, available: length, .headerLength) }
    guard has(length) else { return cut(.link, length) }
    let present = bytes.u32(at: offset &+ 4).byteSwapped
    var place = 8
    var word = present
    while word & 0x8000_0000 != 0, place &+ 4 <= length {
      word = bytes.u32(at: offset &+ place).byteSwapped
      place &+= 4
    }
    if present & 1 != 0 { place = ((place &+ 7) & ~7) &+ 8 }
    let isPadded = present & 2 != 0 && place < length && bytes.u8(at: offset &+ place) & 0x20 != 0
    offset &+= length
    return ieee80211(bytes, padded: isPadded)
  }

  /// AVS says its length big-endian behind its magic number, Prism in the sender's order at the same place.
  mutating func prism(_ bytes: RawSpan) -> Step {
    guard has(8) else { return cut(.link, 8) }
    let magic = bytes.u32(at: offset)
    var length = bytes.u32(at: offset &+ 4)
    if magic & 0xffff_f000 != 0x8021_1000, length > 0xffff { length = length.byteSwapped }
    guard length >= 8 else {
      return skip(.link, .lengthTooSmall, needed: 8, available: Int(length), .headerLength)
    }
    guard has(Int(length)) else { return cut(.link, Int(length)) }
    offset &+= Int(length)
    return ieee80211(bytes, padded: false)
  }

  /// Per-packet information: its length and the link type within, little-endian.
  mutating func ppi(_ bytes: RawSpan) -> Step {
    guard has(8) else { return cut(.link, 8) }
    let length = Int(bytes.u16(at: offset &+ 2).byteSwapped)
    let inner = bytes.u32(at: offset &+ 4).byteSwapped
    guard length >= 8 else { return skip(.link, .lengthTooSmall, needed: 8, available: length, .headerLength) }
    guard has(length) else { return cut(.link, length) }
    offset &+= length
    switch inner {
    case 1: return .ethernet
    case 105: return ieee80211(bytes, padded: false)
    case 101, 12: return .ip
    default: return skip(.link, .unknownLinkType, needed: Int(inner), .capture)
    }
  }
}
