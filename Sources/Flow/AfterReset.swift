internal import Wire

// What is seen after a RST. It may have been under way before it, for packets overtake one another and captures mix them up;
// or it shows that one of the two lives, and the RST was not taken (RFC 9293 §3.10.7.4, RFC 5961 §3), or was not its own. The first
// line that fits holds:
//
//     who       what it says                                             how long after the RST           the RST
//     -----------------------------------------------------------------------------------------------------------------------------
//     either    a SYN, or an old SYN-ACK, when the handshake is over     ever                             of another life: nothing
//     resetter  its stream up to where the RST stood ahead of it         3 ms                             came behind it: confirmed
//     resetter  the answer to a SYN that came behind a refusal           ever                             nothing: of another attempt
//     resetter  what stands before its ISN                               ever                             nothing: of another life
//     resetter  beyond it in the stream, an ACK of more, a later date    ever                             its sender lives
//     resetter  the third such, no copy, and not numbered before it      a second                         its sender lives
//     resetter  anything again, and no copy: as soon as it is repeated   two round trips, 200 ms          its sender lives
//     resetter  anything else                                            ever                             overtaken: nothing
//     peer      new data, a new FIN or ACK, and the resetter lives       ever                             annulled
//     peer      new data, a new FIN                                      a second and patience, a pause   annulled
//     peer      anything else                                            a pause                          annulled
//     peer      anything                                                 without a pause                  under way: nothing
//
// A pause is longer than `patience` behind the RST, or behind what the peer said last. A resetter that lives annuls its own RST by an ACK
// of what its peer sent when it should have been gone.
extension Shared {
  /// A packet that is no RST after one.
  /// - Parameters:
  ///   - isNew: data at SND.NXT, or a FIN.
  ///   - acknowledgesNew: its ACK number is higher than those before.
  mutating func observeAfterReset(
    _ segment: Segment, _ moment: Moment, isNew: Bool, acknowledgesNew: Bool, sender: Sender, receiver: Sender,
    troubles: inout Troubles
  ) {
    // A SYN-ACK is repeated until its ACK comes, and data and a RST show that it did.
    if segment.flags.contains(.syn), has(.established),
      segment.isAttempt || sender.has(.data) || (sender.has(.reset) && sender.numberedBefore(segment, troubles))
    {
      return
    }
    if sender.has(.reset), sender.trouble != 0 { hearResetter(segment, moment, sender, receiver, &troubles) }
    guard receiver.has(.reset), receiver.trouble != 0 else { return }
    let place = troubles.records[receiver.trouble].resets
    guard place != 0 else { return }
    var resets = troubles.resets[place]
    provoke(&resets, segment, moment, receiver, within: sender.leg)
    let told = (resets.effective ?? resets.first).moment
    let before = resets.peerAfter?.last ?? told
    if resets.peerAfter == nil { resets.peerAfter = Burst(at: moment) } else { resets.peerAfter?.repeated(at: moment) }
    // What had been sent by then drains as slowly as the path is, and without a pause. New data may have been sent at any pace, and a queue
    // holds them for no longer than their sender would wait for their ACKs before it repeated them.
    let patience = patience(sender, receiver)
    let isLate =
      moment.time.since(before.time) > patience
      && (!isNew || moment.time.since(told.time) > Plausible.answer + patience)
    let answersLife = (isNew || acknowledgesNew) && resets.ownAfter != nil
    if isLate || answersLife { resets.annul(by: segment) }
    troubles.resets[place] = resets
  }

  private func hearResetter(
    _ segment: Segment, _ moment: Moment, _ sender: Sender, _ receiver: Sender, _ troubles: inout Troubles
  ) {
    let place = troubles.records[sender.trouble].resets
    guard place != 0 else {
      troubles.records[sender.trouble].lastAlive = moment
      return
    }
    var resets = troubles.resets[place]
    switch tells(segment, moment, resets, sender, receiver, troubles) {
    case .order:
      resets.first.arrive(behind: sender)
      resets.ownAfter = nil
      resets.end(by: resets.first)
    case .nothing: troubles.records[sender.trouble].lastAlive = moment
    case .life:
      troubles.records[sender.trouble].lastAlive = moment
      if resets.ownAfter == nil { resets.ownAfter = Burst(at: moment) } else { resets.ownAfter?.repeated(at: moment) }
      let told = resets.effective ?? resets.first
      if segment.flags.contains(.ack), receiver.offset(of: segment.acknowledgment) > told.peerSent,
        let after = resets.peerAfter, after.last.time.since(told.moment.time) > patience(receiver, sender)
      {
        resets.annul(by: segment)
      }
    case .overtaken: resets.ownStale = resets.ownStale == .max ? .max : resets.ownStale + 1
    }
    troubles.resets[place] = resets
  }

  /// What a segment of the resetter tells of its RST.
  private func tells(
    _ segment: Segment, _ moment: Moment, _ resets: Resets, _ sender: Sender, _ receiver: Sender,
    _ troubles: borrowing Troubles
  ) -> Aftermath {
    let told = resets.effective ?? resets.first
    let since = moment.time.since(told.moment.time)
    if completes(segment, moment, resets.first, sender) { return .order }
    // Windows makes three attempts under one number.
    if told.isRefusal, receiver.trouble != 0, let attempt = troubles.records[receiver.trouble].syn?.last,
      told.moment.precedes(attempt)
    {
      return .nothing
    }
    // Before its ISN nothing is of this life; a keepalive behind the handshake stands at it.
    if sender.has(.syn), sender.offset(of: segment.sequence) + Int64(segment.sequenceLength) < -1 { return .nothing }
    if isNews(segment, after: told, sender, receiver) { return .life }
    // Its identification is an earlier one (Linux counts them for each socket), as a copy's is. A later one proves nothing: a bare RST is
    // not numbered, and what it overtook is.
    let isNumbered = segment.ipID != 0 && told.lastIPID != 0
    let behind = told.latestIPID &- segment.ipID
    let isEarlier = isNumbered && Int16(bitPattern: behind) >= 0
    let isCopy = sender.repeatsItself(segment, troubles)
    // Some stacks number all alike, or at random.
    if resets.ownStale >= 2, since >= Plausible.answer, !isCopy,
      !isNumbered || behind == 0 || UInt32(behind) > sender.packets
    {
      return .life
    }
    let roundTrips = receiver.leg == .max ? 0 : 2 * Int64(receiver.leg) * 1000
    let isAgain = since > max(Plausible.leastTimeout, roundTrips) && !isEarlier && !isCopy
    return isAgain ? .life : .overtaken
  }

  /// It brings the stream to where a RST stood that seemed to lie ahead of it: the capture has them the wrong way round.
  private func completes(_ segment: Segment, _ moment: Moment, _ reset: Reset, _ sender: Sender) -> Bool {
    reset.isBehindGap && reset.offset == sender.nxt && !reset.isDamaged && !reset.isMalformed
      && sender.offset(of: segment.sequence) + Int64(segment.sequenceLength) == reset.offset
      && sender.ttlLow <= reset.ttl && reset.ttl <= sender.ttlHigh
      && moment.time.since(reset.moment.time) <= Plausible.reordering
  }

  /// Whether what the packet says shows that its sender lived when the RST had been sent: what was overtaken does not, nor does a copy
  /// that comes late.
  private func isNews(_ segment: Segment, after reset: Reset, _ sender: Sender, _ receiver: Sender) -> Bool {
    // An answer to the SYN that the RST refused. A SYN of its own is another attempt, under whatever number.
    if segment.flags.contains(.syn) { return segment.flags.contains(.ack) && sender.synCount <= 1 }
    if sender.offset(of: segment.sequence) + Int64(segment.sequenceLength) > reset.reach { return true }
    if segment.flags.contains(.ack) {
      let known =
        reset.flags.contains(.ack)
        ? max(reset.knownAcked, receiver.offset(of: reset.acknowledgment)) : reset.knownAcked
      if receiver.offset(of: segment.acknowledgment) > known { return true }
    }
    guard segment.options.contains(.timestamps), reset.options.contains(.timestamps), segment.timestampValue != 0,
      reset.timestampValue != 0
    else { return false }
    return Int32(bitPattern: segment.timestampValue &- reset.timestampValue) > 0
  }

  /// The RST answers the packet that was recorded behind it: the capture has them the wrong way round.
  /// - Parameter answer: how long the resetter takes to answer, microseconds.
  private func provoke(
    _ resets: inout Resets, _ segment: Segment, _ moment: Moment, _ resetter: Sender, within answer: UInt32
  ) {
    guard resets.count == 1, resets.peerAfter == nil, resets.first.isBare,
      !resets.first.echoes || resets.first.delay > Plausible.answer, segment.flags.contains(.ack),
      moment.time.since(resets.first.moment.time) <= Plausible.reordering,
      resetter.offset(of: segment.acknowledgment) == resets.first.offset
    else { return }
    resets.first.ownAcked = max(resets.first.ownAcked, min(resets.first.offset, resets.first.ownSent))
    resets.first.echoes = true
    // Of who is farther away it can't be the answer to this one, but to the like of it.
    if answer == .max || Int64(answer) * 1000 <= Plausible.reordering {
      resets.first.provoked = moment
      resets.first.delay = 0
    }
    if resets.effective?.moment == resets.first.moment { resets.effective = resets.first }
  }
}

/// What a segment tells of the RST of its own sender.
private enum Aftermath { case order, nothing, life, overtaken }

extension Reset {
  /// The latest identification of its sender when it was sent. The packet before it may have been an earlier one, come late; a
  /// live socket numbers its RST too. (Somebody else's number is far off.)
  fileprivate var latestIPID: UInt16 { flags.contains(.ack) && 1...64 ~= ipID &- lastIPID ? ipID : lastIPID }

  /// It answers a SYN: its sender had said nothing yet.
  var isRefusal: Bool { flags.contains(.ack) && !ownAckKnown && ownSent == 0 }

  /// How far its sender's stream reached when it was sent: what lies beyond was sent after it.
  var reach: Int64 { max(offset, ownSent + (ownFin ? 1 : 0)) }

  /// What its sender may have acknowledged before: of a bare one nothing tells but what there was to acknowledge.
  var knownAcked: Int64 { flags.contains(.ack) ? peerAcked : peerSent + (peerFin ? 1 : 0) }

  /// As if what it had overtaken had come before it.
  mutating func arrive(behind sender: Sender) {
    verdict = .effective
    ownSent = sender.dataEnd
    guard sender.has(.data) else { return }
    ownLastData = sender.lastNew
    if let theirs = peerLastData, theirs.precedes(sender.lastNew) { peerSpokeLast = false }
  }
}

extension Resets {
  /// The peer goes on: the RST that seemed to take effect did not.
  fileprivate mutating func annul(by segment: Segment) {
    peerMovedOn = true
    guard let told = effective else { return }
    effective = nil
    // Refused, its peer asks again: it did take the RST.
    if told.isRefusal, segment.isAttempt { return }
    // The resetter went on as well: its RST was not taken. It did not: the RST never arrived.
    let verdict: ResetVerdict = ownAfter == nil ? .unknown : .challenged
    if first.moment == told.moment { first.verdict = verdict }
    wasNotTaken = true
  }
}
