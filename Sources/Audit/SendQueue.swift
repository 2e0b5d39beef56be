internal import Flow
internal import Wire

// A kernel sends what it is given as soon as the window, the congestion window and Nagle's algorithm (RFC 9293 §3.7.4) let it: two of
// these wait for an ACK of what is under way. What was silent with an open window and nothing under way had nothing to send.
extension Facts {
  /// Nothing can have waited in the send queue of the side that reset: all was acknowledged, and the ACK had reached it; or its last
  /// segment was not a full one, and so the end of what it was given.
  func hadSentAll(_ side: Side, before reset: Reset, _ thresholds: Thresholds) -> Bool {
    // When the socket was gone a bare one does not tell.
    guard !reset.isBare, reset.ownSent > 0, self[side].dataEnd == reset.ownSent, self[side.other].offersRoom
    else { return false }
    guard reset.ownSent == reset.ownAcked else { return isWholeRequest(before: reset, of: side, thresholds) }
    // An echo of an ACK that the live socket had not seen: something was under way, and more may have waited for that ACK, behind a short
    // segment too: a full congestion window holds back what is written after it. (So does Nagle's algorithm; but whole answers end so.)
    if let echo = self[side].resets?.lowestEcho, echo < reset.ownSent {
      return endsShort(side, thresholds) && isWithinFirstWindow(side)
    }
    if endsShort(side, thresholds) { return true }
    guard let leg = side == .server ? serverLeg : clientLeg, let acked = ackOfAll(side, before: reset) else {
      return false
    }
    return reset.moment.time.since(acked.time) > leg + thresholds.overtaken
  }

  /// A client's last write, no more than the first congestion window takes and not of full segments alone, whose ACK was recorded behind the
  /// RST: nothing else was under way, so no window held anything back. (Nagle's algorithm may have: of a body behind its header.)
  private func isWholeRequest(before reset: Reset, of side: Side, _ thresholds: Thresholds) -> Bool {
    let own = self[side]
    guard side == .client, rolesKnown, own.sndUna >= reset.ownSent, reset.ownAcked == own.lastNewOffset,
      let whole = wholeSegment(side)
    else { return false }
    // Several segments may be one packet of the capture.
    return own.dataEnd - own.lastNewOffset < 9 * whole && endsShort(side, thresholds)
  }

  /// No congestion window held anything back: at the beginning it is ten segments (RFC 6928), of whatever size they are, and these were fewer.
  private func isWithinFirstWindow(_ side: Side) -> Bool {
    // Several of them may be one packet of the capture.
    let whole = Int64(min(self[side].mss ?? 536, self[side.other].mss ?? 536))
    return self[side].dataEnd < 9 * min(Int64(self[side].largestSent), whole)
  }

  /// The packet that acknowledged the last of it, or a later one.
  private func ackOfAll(_ side: Side, before reset: Reset) -> Moment? {
    guard let progress = self[side].lastProgress, progress.precedes(reset.moment) else { return reset.provoked }
    return progress
  }

  /// The last that it sent is a whole segment, or several: more may have waited behind it. False where nobody knows.
  func endsWhole(_ side: Side) -> Bool {
    let own = self[side]
    let length = own.dataEnd - own.lastNewOffset
    guard own.lastNewData != nil, length > 0 else { return false }
    if let whole = wholeSegment(side), length % whole == 0 { return true }
    // Where the path takes less, or the handshake is not there: as large as the largest, of which there were several, and no smaller than every
    // path takes whole (RFC 8200 §5: 1,280 bytes, with headers and options).
    let largest = Int64(own.largestSent)
    return largest >= 1200 && length % largest == 0 && own.dataEnd >= 3 * largest
  }

  /// The last that it sent is no whole segment, or not whole ones where the capture has several in one packet: with the options that
  /// each packet has, or without.
  private func endsShort(_ side: Side, _ thresholds: Thresholds) -> Bool {
    let own = self[side]
    let length = own.dataEnd - own.lastNewOffset
    guard own.lastNewData != nil, length > 0 else { return false }
    guard let whole = wholeSegment(side), let ours = own.mss, let theirs = self[side.other].mss else {
      // Whatever the SYNs say that are not there, a whole one is larger; unless it sends nothing else.
      let largest = Int64(own.largestSent)
      return length < Int64(thresholds.largeSegment) && (length < largest || own.dataEnd < 3 * largest)
    }
    // A path that takes none of that size cuts them all shorter, but not to less than every host takes.
    return length < min(whole, Int64(thresholds.largeSegment))
      || (Int64(own.largestSent) >= whole && length % whole != 0 && length % Int64(min(ours, theirs)) != 0)
  }

  /// Data bytes of one, with the options that each packet has; nil where nobody knows.
  private func wholeSegment(_ side: Side) -> Int64? {
    guard let ours = self[side].mss, let theirs = self[side.other].mss, let clients = client.timestamps,
      let servers = server.timestamps
    else { return nil }
    let whole = Int64(min(ours, theirs)) - (clients && servers ? 12 : 0)
    return whole > 0 ? whole : nil
  }
}

extension SideFacts {
  /// Its window has room for a segment, as far as it said last.
  fileprivate var offersRoom: Bool {
    // By a scale that nobody knows it is as much as it may be: nobody is accused by the least.
    let scale = windowScale ?? (isn == nil || optionsCut ? 14 : 0)
    return (stall == nil || stall?.reopened != nil)
      && UInt32(lastWindow) << UInt32(min(scale, 14)) >= UInt32(mss ?? 1460)
  }
}
