internal import Wire

// ACKs that the capture has not. How far a side's data had been acknowledged is told by what the capture has all the same:
//
// - An echo: who has no such socket (any more) answers each ACK that still comes by a bare RST with that ACK's number (RFC 9293
//   §3.10.7.1). No kernel aborts by a bare one: one that comes when such an ACK may have is taken for an echo, whatever was seen before it.
// - A RST that acknowledges more than was seen of its peer, or of whose peer, since the data, nothing was seen but that it was acknowledged:
//   packets of the peer are missing, and what they acknowledged.
// - A live socket's RST behind a bare one, which answered what came later and overtook it.
// - Time: who receives acknowledges within half a second (RFC 9293 §3.8.6.3), and what nobody acknowledges is sent again.
//
// When it was sent is known of two segments, of the oldest that waits and of the last: each is weighed for itself, and what lies between
// is taken to be as old as the oldest. What is still counted as lost is a lower bound.
extension Facts {
  mutating func settleACKs() {
    guard client.unackedBytes > 0 || server.unackedBytes > 0, let (resetter, reset) = abort else { return }
    for side in Side.allCases where self[side].unackedBytes > 0 { settleACKs(of: side, resetter, reset) }
  }

  private mutating func settleACKs(of side: Side, _ resetter: Side, _ reset: Reset) {
    let own = self[side]
    guard let last = own.lastNewData else { return }
    let waiting = Waiting(side, resetter, reset, self)
    let lastSent = own.repeatedLast.map { $0.time > last.time ? $0 : last } ?? last
    var known = own.sndUna
    var supposed = own.sndUna
    if waiting.wasAcknowledged(lastSent, upTo: own.dataEnd) {
      known = own.dataEnd
    } else if let oldest = own.oldestWaiting {
      // What was sent after the RST nobody has acknowledged.
      let sent = side == resetter ? reset.ownSent : reset.peerSent
      let end = reset.moment.precedes(last) ? min(own.lastNewOffset, sent) : own.lastNewOffset
      if end > known {
        if waiting.mayHaveBeenAcknowledged(oldest, upTo: end) { supposed = end }
        if waiting.wasAcknowledged(oldest, upTo: end) { known = end }
      }
    }
    if side != resetter, let late = self[resetter].overtakenACK(of: own, behind: reset) { known = max(known, late) }
    // Below SND.NXT nobody resets of himself.
    if let echoed = waiting.echoed, echoed < own.dataEnd { known = max(known, echoed) }
    let echoed = own.resets.flatMap { $0.hasLive && resetter == side ? $0.highestEcho : nil } ?? own.sndUna
    let acked = min(max(known, supposed, echoed), own.dataEnd)
    let lost = own.holes.covered(from: max(acked, own.firstOffset, min(own.sndUna, own.dataEnd)), to: own.dataEnd)
    self[side].ackMissedBytes = max(own.ackMissedBytes, own.unackedBytes - min(own.unackedBytes, lost))
    self[side].lastACKMissed = known == own.dataEnd
    self[side].mayLackACKs =
      lost > 0 && (max(known, supposed) > own.sndUna || waiting.mayHaveBeenAcknowledged(lastSent, upTo: own.dataEnd))
    guard known > own.sndUna else { return }
    if side == resetter {
      self[resetter].resets?.effective?.ownAcked = min(known, reset.ownSent)
    } else {
      self[resetter].resets?.effective?.peerAcked = min(known, reset.peerSent)
    }
  }
}

/// What one side had sent and nobody is seen to acknowledge, when a RST ended the connection.
private struct Waiting {
  private let reset: Reset
  /// How far the RST acknowledges this side's data, where it is the peer's; nil where it tells nothing of them. A live socket puts
  /// RCV.NXT into it.
  private let told: Int64?
  /// It is this side's, and acknowledges more than was seen of the peer, or what the peer said last was not seen.
  private let isBehindUnseen: Bool
  /// The ACK number that it answers, of this side's data, where it is this side's.
  let echoed: Int64?
  /// The quickest ACK of this side's data, ns; 0 where none was timed.
  private let quickest: Int64
  /// From the capture to the peer and back, ns.
  private let leg: Int64?
  private let heard: Timestamp?
  private let isRepeated: Bool
  private let peerIsShut: Bool
  /// Longer than any kernel waits before it sends again, ns.
  private let timeout: Int64
  private let trip: Int64

  init(_ side: Side, _ resetter: Side, _ reset: Reset, _ facts: Facts) {
    let own = facts[side]
    let peer = facts[side.other]
    self.reset = reset
    isBehindUnseen =
      side == resetter && (reset.acknowledgesMore(than: peer) || peer.fellSilentUnseen(since: own.lastNewData))
    echoed = side == resetter && reset.isBare && reset.offset > own.sndUna ? reset.offset : nil
    quickest = (side == .client ? facts.serverLeg : facts.clientLeg) ?? 0
    told = side == resetter ? nil : reset.acknowledged(of: own).flatMap { $0 < reset.peerAcked ? nil : $0 }
    leg = side == .client ? facts.serverLeg : facts.clientLeg
    // The SYN of a host that was started anew is no ACK.
    heard = peer.lastAlive.flatMap { $0 == peer.strangeSYN ? nil : $0.time }
    isRepeated = own.repeatedLast != nil
    peerIsShut = peer.lastWindow == 0 && peer.packets > peer.rstPackets
    trip = facts.roundTrip ?? facts.handshake.ack.map { max(0, $0.time.since(facts.start.time)) } ?? 0
    // A second, or what it takes, once a round trip was measured (RFC 6298 §2.3, §2.4); before that, and after a handshake that was repeated,
    // three with stacks of before it (§2.1, §5.7). Where the capture lacks all such ACKs, they measured it by one of those.
    let isMeasured =
      (side == resetter ? reset.ownAcked : reset.peerAcked) > own.firstOffset && (own.syn?.count ?? 1) == 1
      && (peer.syn?.count ?? 1) == 1
    let trips = 3 * min(trip, .max / 8)
    var timeout =
      isMeasured || facts.lacksPureACKs
      ? max(Plausible.answer, trips) : max(3 * Plausible.answer, trips) + Plausible.answer / 2
    if let heard, let oldest = own.oldestWaiting {
      // Heard of later without an ACK of it, the peer is so far away by now: queues grow.
      timeout = max(timeout, 3 * min(max(0, heard.since(oldest.time)), .max / 8))
    }
    self.timeout = timeout
  }

  /// What was sent last at `sent`, and ends at `end`, had been acknowledged when the RST came.
  func wasAcknowledged(_ sent: Moment, upTo end: Int64) -> Bool {
    guard !reset.moment.precedes(sent) else { return false }
    let age = reset.moment.time.since(sent.time)
    // Where the clock was set back meanwhile, it tells nothing.
    if let echoed, echoed >= end, age < 0 || age >= quickest { return true }
    // What it acknowledges went on to it, and it came back. A kernel may have been slower in the handshake than here.
    if isBehindUnseen { return age < 0 || age >= max(leg ?? Plausible.leastTimeout, trip - 1_000_000) }
    if let told {
      if told < end { return false }
      if age > Plausible.delayedACK + (leg ?? Plausible.leastTimeout) { return true }
    }
    return !isRepeated && !peerIsShut && wait(sent) > timeout
  }

  /// It waits for longer than most kernels would, and was not sent again.
  func mayHaveBeenAcknowledged(_ sent: Moment, upTo end: Int64) -> Bool {
    guard !isRepeated, !peerIsShut, !isBehindUnseen, !reset.moment.precedes(sent), told ?? .max >= end else {
      return false
    }
    return reset.moment.time < sent.time || wait(sent) > Plausible.leastTimeout + 3 * min(trip, .max / 8)
  }

  /// Each ACK that comes starts the timer anew (RFC 6298 §5.3).
  private func wait(_ sent: Moment) -> Int64 {
    reset.moment.time.since(heard.map { max($0, sent.time) } ?? sent.time)
  }
}

extension SideFacts {
  /// How far its own abort acknowledges what `peer` had sent, as an offset, where an echo of that had overtaken it.
  fileprivate func overtakenACK(of peer: SideFacts, behind reset: Reset) -> Int64? {
    guard reset.isBare, reset.echoes, let late = resets?.lateACK, let origin = peer.origin else { return nil }
    let end = peer.dataEnd
    let offset = end + Int64(late.distance(from: origin.advanced(by: Int(truncatingIfNeeded: end))))
    return min(offset, end)
  }

  /// The last that it sent is not in the capture, but was acknowledged after the last packet of it that is, and after `moment`.
  fileprivate func fellSilentUnseen(since moment: Moment?) -> Bool {
    guard packets > 0, let last, let moment, let progress = lastProgress, last.precedes(progress),
      moment.precedes(progress), holes.count > 0
    else { return false }
    return holes[holes.count - 1].end >= dataEnd
  }

  /// The oldest of its data that nobody acknowledged, when they were sent last; nil where that is not known.
  fileprivate var oldestWaiting: Moment? { unanswered.flatMap { $0.kind == .data ? $0.sent.last : nil } }

  /// When data were last sent again that nobody acknowledged.
  fileprivate var repeatedLast: Moment? {
    unanswered.flatMap { $0.kind == .data && $0.sent.count > 1 ? $0.sent.last : nil }
  }
}

extension Reset {
  /// It acknowledges more than was seen of the peer: packets of that one are not in the capture.
  public func acknowledgesMore(than peer: SideFacts) -> Bool {
    guard flags.contains(.ack), let origin = peer.origin, peer.packets > 0 else { return false }
    let beyond = acknowledgment.distance(from: origin.advanced(by: Int(truncatingIfNeeded: peer.sndNxt)))
    return beyond > 0 && Int64(beyond) <= Plausible.jump
  }
}
