internal import Wire

// What the peer says has arrived: SND.UNA, and SACK above it.
extension Sender {
  /// Takes in the peer's ACK number and SACK blocks (RFC 9293 §3.10.7.4, RFC 2018). `self` is the side whose bytes they
  /// are. Never called for a RST, whose ACK number proves nothing.
  /// - Parameters:
  ///   - isSYNACK: the segment has SYN: only such a one can acknowledge a SYN that nothing followed.
  ///   - peer: whose segment it is, before it is taken in.
  @inline(__always) mutating func acknowledge(
    _ segment: inout Segment, _ moment: Moment, isSYNACK: Bool, by peer: inout Sender, troubles: inout Troubles
  ) {
    guard has(.origin) else { return beginHidden(at: segment.acknowledgment, moment) }
    let ack = offset(of: segment.acknowledgment)
    if ack > una {
      if ack > nxt, !believes(ack, segment, moment, isSYNACK: isSYNACK, by: &peer, &troubles) { return }
      progress(to: ack, moment, &troubles)
    } else {
      if !has(.everAcked) { firstACK(ack, &segment, moment, &troubles) }
    }
    if segment.options.mayHideOthers, outstanding { marks.insert(.sackNotCaptured) }
    if segment.sackCount > 0 { takeSACK(segment, ack, &troubles) }
  }

  /// A side never heard: its stream is known from the acknowledgements alone.
  private mutating func beginHidden(at acknowledgment: SequenceNumber, _ moment: Moment) {
    begin(at: acknowledgment)
    marks.insert(.everAcked)
    rememberFirstACK(moment)
  }

  /// Midstream, SND.UNA was where the input met this side; it may be lower.
  private mutating func firstACK(
    _ ack: Int64, _ segment: inout Segment, _ moment: Moment, _ troubles: inout Troubles
  ) {
    guard ack == una ? ack >= 0 : !has(.syn) && ack > una - Plausible.window else {
      // The ISN that it acknowledges may be the lower one of two.
      if sentOnlySYNs(troubles) { _ = follows(segment, &troubles) }
      return
    }
    una = ack
    progress(to: ack, moment, &troubles)
    if !has(.syn) { rememberFirstACK(moment) }
  }

  /// Midstream, the first ACK covers what was sent before: kept where the timed segment is, as long as there is none. It
  /// dates the ACK of a FIN that an earlier part of the input had.
  private mutating func rememberFirstACK(_ moment: Moment) {
    guard !has(.timing), !has(.data) else { return }
    timed = moment
    timedOffset = .min
  }

  /// SND.UNA moves.
  @inline(__always) mutating func progress(to ack: Int64, _ moment: Moment, _ troubles: inout Troubles) {
    marks.insert(.everAcked)
    if has(.timing), ack > timedOffset {
      noteLeg(since: timed, to: moment)
      if timedIdle > survivedIdle { survivedIdle = timedIdle }
      marks.remove(.timing)
    }
    if largestAcked < largestSent {
      let most = ack >= largestEnd ? Int64(largestSent) : min(ack - una, Int64(largestSent) - 1)
      largestAcked = max(largestAcked, UInt32(clamping: most))
    }
    // However long the oldest has waited for its ACK, the newest that it covers has come as far.
    if ack > lastNewOffset, has(.data) { noteLeg(since: lastNew, to: moment) }
    let before = una
    una = ack
    // What was sent last still waits: from here on it is the one that is timed.
    if timedOffset < ack, lastNewOffset >= ack, ack < nxt {
      timedOffset = lastNewOffset
      timed = lastNew
      timedIdle = 0
      marks.insert(.timing)
    }
    if trouble != 0 {
      progressInTrouble(from: before, to: ack, moment, &troubles)
    } else {
      progressWithoutTrouble(to: ack, moment)
    }
  }

  @inline(__always) private mutating func noteLeg(since sent: Moment, to answer: Moment) {
    let delay = answer.time.since(sent.time)
    // Dated before what it answers, it tells nothing. Most tell nothing new, and a product costs less than a quotient.
    guard delay >= 0, delay < Int64(leg) * 1000 else { return }
    leg = UInt32(truncatingIfNeeded: delay / 1000)
  }

  private mutating func progressInTrouble(
    from before: Int64, to ack: Int64, _ moment: Moment, _ troubles: inout Troubles
  ) {
    let index = trouble
    if packets > 0, !isMixed(troubles), troubles.records[index].losesBytes(from: before, to: ack) {
      troubles.gaps.noteLoss(
        from: troubles.records[index].holeFrom, to: troubles.records[index].holeSince, of: first.packet)
    }
    troubles.records[index].progress = moment
    if has(.fin), !has(.finAcked), ack >= nxt {
      marks.insert(.finAcked)
      troubles.records[index].fin?.acked = moment
    }
    if !troubles.records[index].sacked.isEmpty {
      _ = troubles.records[index].sacked.remove(OffsetRange(.min / 2, ack))
    }
    if let run = troubles.records[index].run, ack > troubles.records[index].runOffset || run.kind == .synAck {
      if run.isHeldUp { troubles.records[index].heldUp = run.sent }
      troubles.records[index].run = nil
    }
  }

  /// An ACK beyond what was seen: the capture lost data, or the FIN; or it is no ACK of this stream.
  private mutating func believes(
    _ ack: Int64, _ segment: Segment, _ moment: Moment, isSYNACK: Bool, by peer: inout Sender,
    _ troubles: inout Troubles
  ) -> Bool {
    if sentOnlySYNs(troubles), !isSYNACK || nxt == 0 {
      // Nothing but SYNs was sent: whatever acknowledges more is an answer from another life (a challenge ACK); but where the SYN itself
      // was acknowledged before, and it stands where its sender's stream of this life does, or a second ACK agrees, the first data are not
      // in the capture, or recorded behind it.
      if follows(segment, &troubles) || !has(.everAcked) { return false }
      let index = troubles.of(&self)
      guard peer.isNext(segment) && ack <= Plausible.inFlight || isConfirmed(ack, troubles) else {
        return distrust(ack, index, &troubles)
      }
    }
    if packets > 0, !has(.syn), !has(.data), nxt == 0, ack == 1, !has(.everAcked) {
      // Met midstream by a keepalive, which stands one below SND.NXT: nobody had acknowledged it there.
      begin(at: segment.acknowledgment)
      marks.insert(.everAcked)
      return false
    }
    let index = troubles.of(&self)
    if mixes(segment.acknowledgment, at: moment.time, &troubles) { return false }
    guard ack - nxt <= Plausible.jump || isConfirmed(ack, troubles) else { return distrust(ack, index, &troubles) }
    if has(.fin) {
      guard isConfirmed(ack, troubles) else { return distrust(ack, index, &troubles) }
      marks.remove([.fin, .finAcked])
      troubles.records[index].fin = nil
    }
    if ack == nxt + 1 { supposeFIN(at: nxt, moment, acknowledgedBy: &peer, &troubles) }
    if packets > 0 || nxt > 0 || has(.everAcked) {
      leap(to: ack, at: moment.time, peer: peer.trouble, &troubles)
      troubles.records[index].holes.insert(OffsetRange(nxt, ack))
      troubles.records[index].holeFrom = lastSentNew
      troubles.records[index].holeSince = moment.time
    }
    nxt = ack
    return true
  }

  /// It stands at SND.NXT of a stream whose SYN was seen.
  private func isNext(_ segment: Segment) -> Bool { has(.syn) && offset(of: segment.sequence) == nxt }

  /// Another ACK said so, and since then this side has sent nothing that stays where its stream was.
  private func isConfirmed(_ ack: Int64, _ troubles: borrowing Troubles) -> Bool {
    let index = trouble
    return agrees(ack, troubles.records[index].distrustedAck) && packets == troubles.records[index].packetsAtDistrust
  }

  private func distrust(_ ack: Int64, _ index: UInt32, _ troubles: inout Troubles) -> Bool {
    troubles.records[index].distrustedAck = ack
    troubles.records[index].packetsAtDistrust = packets
    return false
  }

  /// SYNs, and RSTs, which are of no stream.
  private func sentOnlySYNs(_ troubles: borrowing Troubles) -> Bool {
    guard has(.syn) else { return false }
    let resets = has(.reset) && trouble != 0 ? troubles.records[trouble].rstPackets : 0
    return UInt32(synCount) &+ resets == packets
  }

  /// The peer acknowledges the other ISN that this side offered, by a second SYN-ACK: that one holds.
  private mutating func follows(_ segment: Segment, _ troubles: inout Troubles) -> Bool {
    guard trouble != 0, let isn = troubles.records[trouble].otherISN,
      segment.acknowledgment.distance(from: isn) >= 1,
      segment.acknowledgment.distance(from: isn) < Plausible.firstFlight
    else { return false }
    // No client takes both: each was acknowledged on its side of a device between.
    if has(.everAcked) { troubles.records[trouble].isMixed = true }
    troubles.records[trouble].otherISN = sequence(at: -1)
    follow(isn)
    una = 0
    marks.insert(.everAcked)
    return true
  }

  private mutating func takeSACK(_ segment: Segment, _ ack: Int64, _ troubles: inout Troubles) {
    guard una < nxt else { return }
    let index = troubles.of(&self)
    for place in 0..<Int(min(segment.sackCount, 4)) {
      let block = segment.sack[place]
      let start = max(offset(of: block.start), una)
      let end = min(offset(of: block.end), nxt)
      // Below SND.UNA it is a D-SACK (RFC 2883): arrived twice.
      if start < end { troubles.records[index].sacked.insert(OffsetRange(start, end)) }
    }
  }
}
