internal import Wire

// Every RST: what the receiver's kernel makes of it (RFC 9293 §3.10.7.4, RFC 5961 §3), and what follows. The window
// decides only where nothing follows.
extension Shared {
  mutating func observeReset(
    _ segment: Segment, _ moment: Moment, lastOwn: Moment?, sender: inout Sender, receiver: Sender,
    troubles: inout Troubles
  ) {
    marks.insert(.reset)
    let index = troubles.of(&sender)
    // It may be of the stream that strays before it were of.
    _ = sender.mixes(segment.sequence, at: moment.time, &troubles)
    if !sender.has(.reset) { troubles.records[index].lastAlive = lastOwn }
    sender.marks.insert(.reset)
    troubles.records[index].rstPackets &+= 1
    // Both at once is a RST to a kernel, and counts as what it is.
    if segment.flags.contains(.fin) { troubles.records[index].finPackets &+= 1 }
    let heardOf = sender.has(.origin)
    if !heardOf { sender.begin(at: segment.sequence) }
    var reset = anatomy(
      segment, moment, sender: sender, receiver: receiver, heardOf: lastOwn != nil, troubles: troubles)
    reset.verdict = verdict(reset, segment, sender: sender, receiver: receiver, heardOf: heardOf)
    enter(reset, sender: sender, &troubles)
  }

  private func anatomy(
    _ segment: Segment, _ moment: Moment, sender: Sender, receiver: Sender, heardOf: Bool, troubles: borrowing Troubles
  ) -> Reset {
    let offset = sender.offset(of: segment.sequence)
    // No kernel answers a RST.
    let lastWasReset =
      receiver.has(.reset) && receiver.trouble != 0 && troubles.records[receiver.trouble].resets != 0
      && troubles.resets[troubles.records[receiver.trouble].resets].last == receiver.last
    let provoked = receiver.packets > 0 && !lastWasReset ? receiver.last : nil
    let delay = provoked.map { max(0, moment.time.since($0.time)) } ?? 0
    let bare = !segment.flags.contains(.ack)
    // What was sent at once after an answer was provoked by it; what came alone, or late, ended a silence itself.
    let provokedIt = provoked != nil && delay <= lastGap && delay <= max(Plausible.answer, patience(sender, receiver))
    let senderTrouble = sender.trouble
    let receiverTrouble = receiver.trouble
    return Reset(
      moment: moment, verdict: .unknown, sequence: segment.sequence, acknowledgment: segment.acknowledgment,
      flags: segment.flags, options: segment.options, window: segment.window, ipID: segment.ipID, ttl: segment.ttl,
      macHash: segment.macHash, payloadLength: segment.payloadLength, timestampValue: segment.timestampValue,
      lastIPID: heardOf ? sender.ipID : 0, offset: offset, provoked: provoked, delay: delay,
      echoes: bare && provoked != nil && offset <= sender.una, idleBefore: provokedIt ? previousGap : lastGap,
      ownSent: sender.dataEnd, ownAcked: min(sender.una, sender.dataEnd), ownAckKnown: sender.ackIsKnown,
      peerAckKnown: receiver.ackIsKnown, peerSent: receiver.dataEnd,
      peerAcked: min(receiver.una, receiver.dataEnd),
      ownSacked: senderTrouble == 0 ? 0 : troubles.records[senderTrouble].sacked.total,
      peerSacked: receiverTrouble == 0 ? 0 : troubles.records[receiverTrouble].sacked.total,
      ownLastData: sender.latestData, peerLastData: receiver.latestData,
      peerSpokeLast: receiver.has(.data) && (!sender.has(.data) || spoke(sender, before: receiver, troubles)),
      ownFin: sender.has(.fin), ownFinAcked: sender.has(.finAcked), peerFin: receiver.has(.fin),
      peerFinAcked: receiver.has(.finAcked))
  }

  /// Whether the latest data of `one` were sent before those of `other`: what was recorded behind its ACK was sent before that.
  private func spoke(_ one: Sender, before other: Sender, _ troubles: borrowing Troubles) -> Bool {
    let (ours, theirs) = (lateACK(one, troubles), lateACK(other, troubles))
    if let ours, ours.packet == other.lastNew.packet { return true }
    if let theirs, theirs.packet == one.lastNew.packet { return false }
    return (ours ?? one.lastNew).precedes(theirs ?? other.lastNew)
  }

  private func lateACK(_ side: Sender, _ troubles: borrowing Troubles) -> Moment? {
    guard side.trouble != 0, let late = troubles.records[side.trouble].late, late.packet == side.lastNew.packet else {
      return nil
    }
    return late.ack
  }

  /// As the receiver's kernel would judge it on arrival.
  private func verdict(
    _ reset: Reset, _ segment: Segment, sender: Sender, receiver: Sender, heardOf: Bool
  ) -> ResetVerdict {
    // Damaged on its way: every kernel drops it.
    if reset.isDamaged { return .ignored }
    // With SYN or FIN in it no kernel sends one (a packet that was damaged, or made up): what follows decides.
    if reset.isMalformed { return heardOf ? .unknown : .ignored }
    let onlySYNs = receiver.has(.syn) && !receiver.has(.synAck) && UInt32(receiver.synCount) == receiver.packets
    if onlySYNs, !sender.has(.syn) {
      // SYN-SENT: only a RST that acknowledges the SYN (RFC 9293 §3.10.7.3).
      guard segment.flags.contains(.ack) else { return .ignored }
      let ack = receiver.offset(of: segment.acknowledgment)
      return ack >= 0 && ack <= receiver.nxt ? .effective : .ignored
    }
    // Met midstream by its RST: nothing speaks against it.
    if !heardOf { return .effective }
    // Where the FIN stood: macOS sends it so, and Linux takes it (tcp_reset_check, since 4.11). Whoever does not will be told again.
    if reset.offset == sender.una - 1, reset.ownFinAcked, !reset.peerFinAcked { return .effective }
    if reset.offset < sender.una { return .ignored }
    // Met midstream by its keepalives alone, a side stands one byte further than they do (RFC 9293 §3.8.4).
    let isAhead = !sender.ackIsKnown && !sender.has(.data)
    if reset.offset <= sender.nxt + (isAhead ? 1 : 0) { return .effective }
    guard let window = receiver.scaledWindow(peerScales: sender.scales) else { return .unknown }
    return reset.offset < sender.una + window ? .challenged : .ignored
  }

  private func enter(_ reset: Reset, sender: Sender, _ troubles: inout Troubles) {
    var place = troubles.records[sender.trouble].resets
    guard place != 0 else {
      var resets = Resets(first: reset)
      resets.noteEcho(reset, sender)
      if reset.verdict == .effective { resets.effective = reset }
      if reset.echoes { resets.echoCount = 1 }
      place = troubles.resets.allocate(resets) ?? 0
      troubles.records[sender.trouble].resets = place
      return
    }
    var resets = troubles.resets[place]
    if resets.effective == nil, resets.first.verdict == .challenged, reset.echoes, reset.offset == resets.first.offset,
      reset.offset == sender.nxt, !resets.peerMovedOn
    {
      // The first had overtaken the last data, and its sender has no such connection any more: it ended by that one.
      resets.first.arrive(behind: sender)
      resets.effective = resets.first
    }
    resets.count = resets.count == .max ? .max : resets.count + 1
    resets.last = reset.moment
    resets.hasLive = resets.hasLive || (reset.looksLive && reset.verdict != .ignored && reset.verdict != .challenged)
    resets.noteEcho(reset, sender)
    let hops = sender.ttlLow...max(sender.ttlLow, sender.ttlHigh)
    resets.noteLive(reset, within: hops)
    if resets.endedByEcho(of: reset, within: hops) { resets.end(byAbort: reset) }
    if reset.echoes {
      resets.echoCount = resets.echoCount == .max ? .max : resets.echoCount + 1
      resets.lowestEcho = min(resets.lowestEcho ?? .max, reset.offset)
    }
    if resets.effective == nil, reset.verdict == .effective, !(resets.hidesEchoes && reset.echoes) {
      resets.end(by: reset)
    }
    troubles.resets[place] = resets
  }

  /// What was under way when the RST came may still arrive for this long, ns. Of a handshake that was repeated, no leg may be
  /// known (Karn): from its first packet to its last it took longer than the round trip, and that is as long as we wait then.
  func patience(_ one: Sender, _ other: Sender) -> Int64 {
    var trip: Int64 = 0
    if one.leg != .max, other.leg != .max {
      trip = (Int64(one.leg) + Int64(other.leg)) * 1000
    } else if marks.contains(.established) {
      trip = max(0, established.time.since(min(one.first.time, other.first.time)))
    } else {
      trip = Int64(min(one.leg, other.leg) == .max ? 0 : min(one.leg, other.leg)) * 1000
    }
    return max(Plausible.leastTimeout, 2 * min(trip, .max / 4))
  }
}

extension Resets {
  /// At SND.NXT it may be the RST of somebody else who knows that number: an ACK of all that was sent comes a round trip after the last
  /// of it at the soonest, and what answers it comes behind the abort, which the live socket sent as it sends all else.
  fileprivate mutating func noteEcho(_ reset: Reset, _ sender: Sender) {
    guard reset.isBare, reset.offset <= sender.nxt else { return }
    let isAnswer =
      (sender.has(.fin) || (!first.isBare && sender.ttlLow <= first.ttl && first.ttl <= sender.ttlHigh))
      && (sender.leg == .max || reset.moment.time.since(sender.lastNew.time) >= Int64(sender.leg) * 1000)
    if reset.offset < sender.nxt || isAnswer { highestEcho = max(highestEcho ?? .min, reset.offset) }
  }

  /// The abort itself, overtaken by an echo of it; of somebody else who knew the numbers it would have another TTL.
  mutating func noteLive(_ reset: Reset, within hops: ClosedRange<UInt8>?) {
    guard reset.looksLive, reset.verdict == .effective, hops?.contains(reset.ttl) == true else { return }
    lateACK = Resets.later(lateACK, reset.acknowledgment)
  }

  /// What was taken for the end is an echo of this one, the abort itself: recorded before it, as two queues may have them. Of somebody else who
  /// knew the numbers it would have another TTL.
  func endedByEcho(of reset: Reset, within hops: ClosedRange<UInt8>?) -> Bool {
    guard let told = effective, told.isBare, told.echoes, ownAfter == nil, !peerMovedOn else { return false }
    return reset.looksLive && reset.verdict == .effective && hops?.contains(reset.ttl) == true
      && reset.moment.time.since(told.moment.time) <= Plausible.leastTimeout
  }

  /// The echo before it answered an ACK that its socket had not seen.
  mutating func end(byAbort reset: Reset) {
    if let echo = effective?.offset { lowestEcho = min(lowestEcho ?? .max, echo) }
    end(by: reset)
  }

  static func later(_ one: SequenceNumber?, _ other: SequenceNumber?) -> SequenceNumber? {
    guard let one, let other else { return one ?? other }
    return other.distance(from: one) > 0 ? other : one
  }
}

extension Reset {
  /// Up to where it acknowledges what its peer had sent, as an offset of that one's stream: also what was recorded behind it. nil of a bare
  /// one, and where nothing is known of the peer's numbers.
  public func acknowledged(of peer: SideFacts) -> Int64? {
    guard flags.contains(.ack), let origin = peer.origin else { return nil }
    return peerSent + Int64(acknowledgment.distance(from: origin.advanced(by: Int(truncatingIfNeeded: peerSent))))
  }
}
