internal import Wire

// Header prediction, as kernels do it (Van Jacobson; in Linux the fast path of tcp_rcv_established): nearly every packet is the
// next of its stream, on a connection of which there is nothing to say, and changes a few counts. Everything else is for
// `Shared.observe`, which reads like the RFC; what is here must never differ from it, and PredictionTests holds the two
// against each other, record by record.
//
// Whether there is nothing to say of a connection is found out after each packet that was observed, and kept as one mark, as
// Linux keeps its pred_flags: a predicted packet changes nothing that the mark depends on, and what else does takes it away.
// An orderly close, which each connection has, is two FINs and their ACKs: the first FIN turns the one mark into another.
extension Connection {
  /// Takes in the segment if the record is in use, the one with this key, and the segment was to be expected. If not,
  /// nothing is changed, and it is to be observed.
  @inline(__always) mutating func takePredicted(
    _ segment: inout Segment, of key: FlowKey, fromA: Bool, _ troubles: inout Troubles
  ) -> Bool {
    guard self.key == key, shared.has(.calm) else { return false }
    return fromA
      ? shared.takePredicted(&segment, sender: &a, receiver: &b, &troubles)
      : shared.takePredicted(&segment, sender: &b, receiver: &a, &troubles)
  }

  /// The same, once a FIN was seen. Then the connection may be over (`mayBeOver`).
  @inline(__always) mutating func takeClosing(
    _ segment: inout Segment, of key: FlowKey, fromA: Bool, _ troubles: inout Troubles
  ) -> Bool {
    guard shared.has(.closing), self.key == key else { return false }
    return fromA
      ? shared.takeClosing(&segment, sender: &a, receiver: &b, &troubles)
      : shared.takeClosing(&segment, sender: &b, receiver: &a, &troubles)
  }

  /// After a packet that was observed.
  mutating func markCalm() {
    shared.marks.remove(.predictable)
    if isCalm { shared.marks.insert(hasFIN ? .closing : .calm) }
  }

  /// The next packet may be predicted: in use, either the handshake was seen to its end or no SYN at all, nobody's RST, and
  /// nothing that waits.
  var isCalm: Bool {
    let found = shared.marks.intersection([.live, .reset, .lingering, .pendingSYN, .established, .rolesKnown])
    return (found == [.live, .established, .rolesKnown] || found == .live) && a.isCalm && b.isCalm
  }
}

extension Shared {
  /// A call, as with either side for the sender it would be there twice.
  @inline(never) fileprivate mutating func takePredicted(
    _ segment: inout Segment, sender: inout Sender, receiver: inout Sender, _ troubles: inout Troubles
  ) -> Bool {
    take(&segment, sender: &sender, receiver: &receiver, isClosing: false, &troubles)
  }

  @inline(never) fileprivate mutating func takeClosing(
    _ segment: inout Segment, sender: inout Sender, receiver: inout Sender, _ troubles: inout Troubles
  ) -> Bool {
    take(&segment, sender: &sender, receiver: &receiver, isClosing: true, &troubles)
  }

  @inline(__always) private mutating func take(
    _ segment: inout Segment, sender: inout Sender, receiver: inout Sender, isClosing: Bool, _ troubles: inout Troubles
  ) -> Bool {
    // ACK, with or without FIN, PSH, URG and ECN's; neither SACK nor a closed window.
    guard segment.flags.intersection([.syn, .rst, .ack, .unknown]) == .ack, segment.window != 0,
      segment.sackCount == 0, !segment.options.contains(.windowNotCaptured)
    else { return false }
    // At SND.NXT, and what it acknowledges was sent: SEG.ACK <= SND.NXT of the other side.
    let behind = Int64(receiver.sequence(at: receiver.nxt).distance(from: segment.acknowledgment))
    guard segment.sequence == sender.sequence(at: sender.nxt), behind >= 0, behind <= Plausible.window else {
      return false
    }
    // Not before the latest packet, nor so long after it that the clock may have leapt.
    let gap = segment.time.nanoseconds &- lastTime.nanoseconds
    guard segment.time >= lastTime, gap >= 0, gap < SharedGaps.leastLeap else { return false }
    let likeness = Likeness(hash: Sender.likeness(segment), microseconds: Sender.microseconds(segment.time))
    // Data that moves SND.NXT were not there before.
    guard segment.payloadLength > 0 || !sender.remembers(likeness.hash) else { return false }
    let ack = receiver.nxt &- behind
    let acknowledgesNew = ack > receiver.una
    if isClosing, !sender.closes(with: &segment, acknowledgesNew: acknowledgesNew) { return false }

    previousGap = lastGap
    lastGap = gap
    if gap > longestIdle { longestIdle = gap }
    lastTime = segment.time
    let moment = Moment(time: segment.time, packet: segment.packet)
    sender.remember(likeness)
    sender.count(segment, moment)
    if acknowledgesNew { receiver.progress(to: ack, moment, &troubles) }
    if segment.options.mayHideOthers, receiver.outstanding { receiver.marks.insert(.sackNotCaptured) }
    if segment.flags.contains(.fin) {
      sender.takeLast(&segment, moment, idle: gap, receiver: &receiver)
      if acknowledgesNew { sender.noteAckByCleanFIN(receiver.una) }
      if !isClosing {
        marks.remove(.calm)
        marks.insert(.closing)
      }
    } else if isClosing {
      if acknowledgesNew, sender.has(.fin) { sender.noteAckAfterCleanFIN(receiver.una, &troubles) }
    } else if segment.payloadLength > 0 {
      sender.takeNew(
        sender.nxt, Int64(segment.payloadLength), segment.payloadLength, segment.options, moment, idle: gap)
    }
    sender.advertise(segment, moment, troubles: &troubles)
    return true
  }
}

extension Sender {
  /// Heard, its peer too, its window open, and without a cold record.
  fileprivate var isCalm: Bool {
    let found = marks.intersection([.origin, .everAcked, .zeroWindow])
    return found == [.origin, .everAcked] && trouble == 0 && packets > 0
  }

  /// An ACK, or the other FIN. Data behind a FIN are a half-closed transfer, and what is acknowledged in several steps after the own one
  /// needs a cold record.
  @inline(__always)
  fileprivate func closes(with segment: inout Segment, acknowledgesNew: Bool) -> Bool {
    guard segment.payloadLength == 0 else { return false }
    return !has(.fin) || (!segment.flags.contains(.fin) && !(acknowledgesNew && cleanFIN.ownAck >= 0))
  }
}
