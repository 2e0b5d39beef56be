internal import Wire

// Header prediction, as kernels do it (Van Jacobson; in Linux the fast path of tcp_rcv_established): nearly every packet is the
// next of its stream, on a connection of which there is nothing to say, and changes a few counts. Everything else is for
// `Shared.observe`, which reads like the RFC; what is here must never differ from it, and PredictionTests holds the two
// against each other, record by record.
extension Connection {
  /// Takes in the segment if it is one that was to be expected; if not, nothing is changed and it is to be observed.
  @inline(__always) mutating func takePredicted(_ segment: inout Segment, fromA: Bool, _ troubles: inout Troubles)
    -> Bool
  {
    fromA
      ? shared.takePredicted(&segment, sender: &a, receiver: &b, &troubles)
      : shared.takePredicted(&segment, sender: &b, receiver: &a, &troubles)
  }
}

extension Shared {
  /// With nobody's RST, and nothing waiting: either the handshake was seen to its end, or no SYN at all.
  @inline(__always) private var isCalm: Bool {
    let found = marks.intersection([.reset, .lingering, .pendingSYN, .established, .rolesKnown])
    return found == [.established, .rolesKnown] || found.isEmpty
  }

  /// A call: with either side as the sender it would be there twice.
  @inline(never) fileprivate mutating func takePredicted(
    _ segment: inout Segment, sender: inout Sender, receiver: inout Sender, _ troubles: inout Troubles
  ) -> Bool {
    // ACK, with or without PSH, URG and ECN's; neither SACK nor a closed window; of two sides that have been heard, go on,
    // and have no cold record.
    guard segment.flags.intersection([.syn, .fin, .rst, .ack, .unknown]) == .ack, segment.window != 0,
      segment.sackCount == 0, !segment.options.contains(.windowNotCaptured), isCalm,
      sender.isCalm, receiver.isCalm, receiver.has(.everAcked), sender.packets < .max
    else { return false }
    // At SND.NXT, and what it acknowledges was sent: SEG.ACK <= SND.NXT of the other side.
    let behind = receiver.sequence(at: receiver.nxt).distance(from: segment.acknowledgment)
    guard segment.sequence == sender.sequence(at: sender.nxt), behind >= 0 else { return false }
    // Not before the latest packet, nor so long after it that the clock may have leapt.
    let gap = segment.time.nanoseconds &- lastTime.nanoseconds
    guard segment.time >= lastTime, gap >= 0, gap < SharedGaps.leastLeap else { return false }
    let likeness = Likeness(hash: Sender.likeness(segment), microseconds: Sender.microseconds(segment.time))
    guard !sender.remembers(likeness.hash) else { return false }

    previousGap = lastGap
    lastGap = gap
    if gap > longestIdle { longestIdle = gap }
    lastTime = segment.time
    let moment = Moment(time: segment.time, packet: segment.packet)
    sender.remember(likeness)
    sender.count(segment, moment)
    let ack = receiver.nxt - Int64(behind)
    if ack > receiver.una { receiver.progress(to: ack, moment, &troubles) }
    if segment.payloadLength > 0 {
      sender.takeNew(sender.nxt, Int64(segment.payloadLength), segment.payloadLength, moment, idle: gap)
    }
    sender.advertise(segment, moment, troubles: &troubles)
    return true
  }
}

extension Sender {
  /// Heard, not at its end, its window open, and without a cold record.
  @inline(__always) fileprivate var isCalm: Bool {
    marks.intersection([.origin, .fin, .finAcked, .cleanFIN, .zeroWindow]) == .origin && trouble == 0 && packets > 0
  }

  /// One of its latest packets may be the same one.
  @inline(__always) fileprivate func remembers(_ hash: UInt32) -> Bool {
    likeness[0].hash == hash || likeness[1].hash == hash
  }
}
