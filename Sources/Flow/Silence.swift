internal import Wire

// What a side repeats, and whether anybody answers.
extension Sender {
  /// The peer sent something other than a RST: whatever only asked for a sign of life has got one.
  mutating func hearPeer(_ moment: Moment, _ kind: SegmentKind, troubles: inout Troubles) {
    let index = trouble
    guard let run = troubles.records[index].run else { return }
    switch run.kind {
    case .keepalive, .windowProbe, .syn:
      survivedIdle = max(survivedIdle, UInt32(clamping: run.idleBefore / 1_000_000))
      troubles.records[index].run = nil
    case .data, .fin, .synAck:
      troubles.records[index].run?.hear(moment, kind)
    }
  }

  /// Keeps the run of transmissions that nobody answers, and the one of those that were answered without avail.
  mutating func observeRun(
    _ segment: inout Segment, _ moment: Moment, _ kind: SegmentKind, idle: Int64, troubles: inout Troubles
  ) {
    switch kind {
    case .new:
      noteAhead(segment, &troubles)
      endDeafness(&troubles)
    case .retransmission:
      repeated(segment, moment, &troubles)
      noteEcho(segment, moment, &troubles)
    case .keepalive, .windowProbe:
      probed(kind == .keepalive ? .keepalive : .windowProbe, segment, moment, idle: idle, &troubles)
      noteEcho(segment, moment, &troubles)
      // Who has data outstanding does not keep alive: it has heard their ACK. But this one may be the first of a train (`backsOff`).
      if kind == .keepalive, let deaf = troubles.records[trouble].deaf, deaf.last != moment {
        troubles.records[trouble].deaf = nil
      }
    case .ack, .syn, .outOfOrder, .stray:
      break
    }
  }

  /// New data, or a FIN, while the oldest is repeated for the third time: the window moved, so ACKs arrive that we do not see; until the
  /// oldest is repeated as if nothing had come.
  private mutating func noteAhead(_ segment: Segment, _ troubles: inout Troubles) {
    guard let run = troubles.records[trouble].run, run.kind == .data, run.repetitions >= 2, !run.movedOn else { return }
    troubles.records[trouble].run?.movedOn = true
    if run.aheadFrom < 0 { troubles.records[trouble].run?.aheadFrom = nxt - Int64(segment.sequenceLength) }
  }

  /// This side acknowledged something new: it hears its peer. `una` is the peer's.
  mutating func noteProgress(_ una: Int64, _ troubles: inout Troubles) {
    if has(.fin) {
      let cursor = Int(troubles.records[trouble].ackCursor)
      troubles.records[trouble].fin?.recentAcks[cursor] = una
      troubles.records[trouble].ackCursor = UInt8((cursor + 1) % 16)
    }
    if let run = troubles.records[trouble].run {
      switch run.kind {
      // What it acknowledges first after the peer was heard is that.
      case .data, .fin:
        if run.repetitions >= (run.peerPackets == 0 ? 1 : 2) { troubles.records[trouble].run?.goOn() }
      // It has got the sign of life that it asked for, though the capture has not.
      case .keepalive, .windowProbe:
        if run.kind == .keepalive, run.sent.count == 1, run.sent.first == last {
          troubles.records[trouble].acksLateBy = max(troubles.records[trouble].acksLateBy, run.idleBefore)
        }
        troubles.records[trouble].run = nil
      case .syn, .synAck: break
      }
    }
    endDeafness(&troubles)
  }

  /// It hears its peer again, or says something new.
  private func endDeafness(_ troubles: inout Troubles) {
    if let deaf = troubles.records[trouble].deaf, deaf.isLong { troubles.records[trouble].heldUp = deaf }
    troubles.records[trouble].deaf = nil
  }

  /// Repeats that echo another timestamp than the one before have heard the peer meanwhile (RFC 7323 §4.3).
  private mutating func noteEcho(_ segment: Segment, _ moment: Moment, _ troubles: inout Troubles) {
    guard segment.options.contains(.timestamps) else { return }
    if segment.timestampEcho != troubles.records[trouble].echo {
      if let run = troubles.records[trouble].run, run.repetitions >= 2 {
        troubles.records[trouble].run?.noteEcho(at: moment)
      }
      // What it repeated before it heard its peer is no sign that it is deaf.
      if let deaf = troubles.records[trouble].deaf, deaf.count >= 2 {
        troubles.records[trouble].deaf = deaf.last == moment ? Burst(at: moment) : nil
      }
    }
    troubles.records[trouble].echo = segment.timestampEcho
  }

  private mutating func repeated(_ segment: Segment, _ moment: Moment, _ troubles: inout Troubles) {
    let index = troubles.of(&self)
    let start = offset(of: segment.sequence)
    let end = start + Int64(segment.sequenceLength)
    // Where the input met it, SND.UNA is a guess.
    if end <= una, has(.everAcked) {
      if troubles.records[index].deaf != nil, troubles.records[index].deafOffset == start {
        troubles.records[index].deaf?.repeated(at: moment)
      } else {
        troubles.records[index].deaf = Burst(at: moment)
        troubles.records[index].deafOffset = start
      }
      return
    }
    let oldest = max(start, una)
    if let run = troubles.records[index].run, run.kind == .data || run.kind == .fin,
      troubles.records[index].runOffset == oldest
    {
      troubles.records[index].run?.repeated(at: moment, upTo: nxt)
      return
    }
    guard start <= una || isOldest(start, segment, moment, &troubles) else { return }
    let isFIN = segment.payloadLength == 0
    // Timed, or the last that was sent: then its first transmission is known. Else it is known only that there was one.
    let before = start > una ? troubles.records[index].above : nil
    var first = before ?? moment
    var idleBefore: Int64 = 0
    if isFIN, let fin = troubles.records[index].fin {
      first = fin.sent.first
    }
    if timedOffset == oldest, timed.precedes(moment) {
      first = timed
      idleBefore = Int64(timedIdle) * 1_000_000
    } else if lastNewOffset == oldest, !isFIN {
      first = lastNew
    }
    var sent = Burst(at: first)
    if let before { sent.repeated(at: before) }
    sent.repeated(at: moment)
    var run = Unanswered(
      kind: isFIN ? .fin : .data, sent: sent, length: segment.payloadLength, idleBefore: idleBefore)
    run.isBehindUnseenACK = start > una
    // As Windows and BSD ask whether a window is still closed: the answer begins no timer anew. Echoed timestamps would tell of it.
    run.isAmbiguous =
      segment.payloadLength == 1 && !segment.options.contains(.timestamps)
      && (start > una || (!has(.syn) && !has(.everAcked)))
    troubles.records[index].run = run
    troubles.records[index].runOffset = oldest
  }

  /// Above SND.UNA, and repeated a second time though nothing below it is: what lies below was acknowledged, and the capture has not that
  /// ACK. (Once it may be a probe of the tail, RFC 8985 §7.)
  private mutating func isOldest(
    _ start: Int64, _ segment: Segment, _ moment: Moment, _ troubles: inout Troubles
  ) -> Bool {
    let index = trouble
    guard troubles.records[index].run == nil else { return false }
    if troubles.records[index].above != nil, troubles.records[index].aboveOffset == start {
      // The network's copy of the first is none.
      return segment.ipID == 0 || segment.ipID != troubles.records[index].aboveIPID
    }
    troubles.records[index].above = moment
    troubles.records[index].aboveOffset = start
    troubles.records[index].aboveIPID = segment.ipID
    return false
  }

  private mutating func probed(
    _ kind: Unanswered.Kind, _ segment: Segment, _ moment: Moment, idle: Int64, _ troubles: inout Troubles
  ) {
    let index = troubles.of(&self)
    if let run = troubles.records[index].run, run.kind == kind {
      troubles.records[index].run?.sent.repeated(at: moment)
    } else if troubles.records[index].run == nil || troubles.records[index].run?.kind == .windowProbe
      || troubles.records[index].run?.kind == .keepalive
    {
      troubles.records[index].run = Unanswered(
        kind: kind, sent: Burst(at: moment), length: segment.payloadLength, idleBefore: idle)
    }
    // Below SND.NXT it is a probe. At it, it may be one that was met midstream, or the answer to the peer's.
    if segment.payloadLength == 0, offset(of: segment.sequence) == nxt {
      troubles.records[index].run?.isAmbiguous = true
    }
  }
}
