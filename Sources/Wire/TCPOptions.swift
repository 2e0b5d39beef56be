/// TCP options (RFC 9293 §3.2): what is understood is noted, what breaks the rules too.
enum TCPOptions {
  /// Reads the options of `start ..< end`, as far as they can be read (`limit`).
  @inline(never)
  static func read(_ bytes: RawSpan, from start: Int, to end: Int, limit: Int, into segment: inout Segment) {
    let stop = min(end, limit)
    if stop < end { segment.options.insert(.notCaptured) }
    var place = start
    while place < stop {
      let kind = bytes.u8(at: place)
      if kind == 0 { return endOfList(left: 0, stop < end, &segment) }
      if kind == 1 {
        place &+= 1
        continue
      }
      guard place &+ 1 < stop else { return tooLong(end: place &+ 2, of: end, &segment) }
      let length = Int(bytes.u8(at: place &+ 1))
      guard length >= 2 else {
        segment.options.insert(.malformed)
        return
      }
      guard place &+ length <= stop else {
        if place &+ length <= end { takeCut(kind, length, left: end &- place &- length, &segment) }
        return tooLong(end: place &+ length, of: end, &segment)
      }
      if !take(kind, length, bytes, at: place &+ 2, &segment) { segment.options.insert(.malformed) }
      place &+= length
    }
    endOfList(left: end &- place, stop < end, &segment)
  }

  /// All that matters is known where what is left is padding: a SYN may have SACK permitted in two bytes; behind it a SACK takes ten, and
  /// MPTCP four.
  /// - Parameter left: bytes of the header behind the last option whose kind and length are known.
  private static func endOfList(left: Int, _ isCut: Bool, _ segment: inout Segment) {
    if isCut, left < (segment.flags.contains(.syn) ? 2 : 4) { segment.options.insert(.listed) }
  }

  /// An option that goes on beyond what can be read: wrong if the header ends before it does, else only cut.
  private static func tooLong(end optionEnd: Int, of end: Int, _ segment: inout Segment) {
    if optionEnd > end { segment.options.insert(.malformed) }
  }

  /// Of an option that goes on beyond what can be read, kind and length. That there are timestamps is most of what they say.
  private static func takeCut(_ kind: UInt8, _ length: Int, left: Int, _ segment: inout Segment) {
    switch kind {
    case 8 where length == 10: segment.options.insert(.timestamps)
    // Signatures (RFC 2385, RFC 5925) and fast open's cookie: nobody reads their values here.
    case 19, 29, 34: break
    case 30:
      segment.options.insert(.mptcp)
      return
    default: return
    }
    endOfList(left: left, true, &segment)
  }

  /// - Returns: whether the option's length fits its kind.
  @inline(__always) private static func take(
    _ kind: UInt8, _ length: Int, _ bytes: RawSpan, at value: Int, _ segment: inout Segment
  )
    -> Bool
  {
    switch kind {
    case 2:
      guard length == 4 else { return false }
      segment.options.insert(.mss)
      segment.mss = bytes.u16(at: value)
    case 3:
      guard length == 3 else { return false }
      segment.options.insert(.windowScale)
      segment.windowScale = bytes.u8(at: value)
    case 4:
      guard length == 2 else { return false }
      segment.options.insert(.sackPermitted)
    case 5: return takeSACK(length, bytes, at: value, &segment)
    case 8:
      guard length == 10 else { return false }
      segment.options.insert(.timestamps)
      segment.timestampValue = bytes.u32(at: value)
      segment.timestampEcho = bytes.u32(at: value &+ 4)
    case 19: return length == 18
    case 30:
      guard length >= 3 else { return false }
      segment.options.insert(.mptcp)
      // RFC 8684 §8.3: MP_JOIN is 1, MP_FASTCLOSE 7, MP_TCPRST 8.
      let subtype = bytes.u8(at: value) >> 4
      if subtype == 7 { segment.options.insert(.mptcpFastClose) }
      if subtype == 1 || subtype == 8 { segment.options.insert(.mptcpSubflow) }
    case 34: segment.options.insert(.fastOpen)
    case 254:
      // Fast open before it had a number (RFC 7413 appendix A): experiment F989.
      if length >= 4, bytes.u16(at: value) == 0xf989 { segment.options.insert(.fastOpen) }
    default: break
    }
    return true
  }

  private static func takeSACK(_ length: Int, _ bytes: RawSpan, at value: Int, _ segment: inout Segment) -> Bool {
    guard length >= 10, length & 7 == 2, length <= 34 else { return false }
    segment.options.insert(.sack)
    let count = (length &- 2) >> 3
    for index in 0..<min(count, 4) {
      let pair = bytes.u64(at: value &+ index &* 8)
      segment.sack[index] = SACKBlock(
        start: SequenceNumber(UInt32(truncatingIfNeeded: pair >> 32)),
        end: SequenceNumber(UInt32(truncatingIfNeeded: pair)))
    }
    segment.sackCount = UInt8(truncatingIfNeeded: count)
    return true
  }
}
