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
      if kind == 0 { return }
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
      guard place &+ length <= stop else { return tooLong(end: place &+ length, of: end, &segment) }
      if !take(kind, length, bytes, at: place &+ 2, &segment) { segment.options.insert(.malformed) }
      place &+= length
    }
  }

  /// An option that goes on beyond what can be read: wrong if the header ends before it does, else only cut.
  private static func tooLong(end optionEnd: Int, of end: Int, _ segment: inout Segment) {
    if optionEnd > end { segment.options.insert(.malformed) }
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
    case 19:
      guard length == 18 else { return false }
      segment.options.insert(.md5)
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
