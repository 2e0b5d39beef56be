internal import Wire

// Two streams of one side under one 4-tuple: a transparent proxy that is seen on both of its sides, two hosts behind one address. What
// the capture shows of them together is what nobody saw, and between two sequence spaces lies no loss. Likewise what goes on behind a RST
// where as well another life may have begun: nothing is claimed of either.
extension Sender {
  /// The stream leaps: what it leaves may go on. Faster than any line it is no loss (100 Gbit/s are 12.5 bytes a nanosecond).
  mutating func leap(to start: Int64, at time: Timestamp, _ troubles: inout Troubles) {
    guard start - nxt > Plausible.jump else { return }
    let index = troubles.of(&self)
    troubles.records[index].left = sequence(at: nxt)
    (troubles.records[index].leftAt, troubles.records[index].seenThere) = (time, 0)
    let elapsed = max(0, time.since(lastSentNew))
    if (start - nxt) / Plausible.bytesPerNanosecond > elapsed { troubles.records[index].isMixed = true }
  }

  /// Whether a number of this side's is far from its stream, and where the other one was: that one goes on. Not what was overtaken on its
  /// way, nor a repetition or two of what was sent before a gap in the capture.
  mutating func mixes(_ sequence: SequenceNumber, at time: Timestamp, _ troubles: inout Troubles) -> Bool {
    guard trouble > 1, let left = troubles.records[trouble].left, abs(offset(of: sequence) - nxt) > Plausible.jump,
      abs(Int64(sequence.distance(from: left))) <= Plausible.jump
    else { return false }
    if !troubles.records[trouble].isMixed {
      guard time.since(troubles.records[trouble].leftAt) > Plausible.reordering else { return false }
      troubles.records[trouble].seenThere += 1
      guard troubles.records[trouble].seenThere > 2 else { return false }
    }
    troubles.records[trouble].isMixed = true
    return true
  }

  func isMixed(_ troubles: borrowing Troubles) -> Bool { trouble > 1 && troubles.records[trouble].isMixed }
}

extension Connection {
  func isMixed(_ troubles: borrowing Troubles) -> Bool { a.isMixed(troubles) || b.isMixed(troubles) }

  /// Behind a RST, and ahead of where the stream stood, but not so far that it must be another life (`isLongBehind`): farther than anybody
  /// has in flight, or as far as the clock that numbers the lives may have come in the meantime (RFC 9293 §3.4.1).
  mutating func markIfDoubtful(_ segment: inout Segment, fromA: Bool, _ troubles: inout Troubles) {
    guard shared.has(.reset), segment.isAnswer, a.has(.origin), b.has(.origin) else { return }
    let ours = fromA ? a.distance(to: segment.sequence) : b.distance(to: segment.sequence)
    let theirs = fromA ? b.distance(to: segment.acknowledgment) : a.distance(to: segment.acknowledgment)
    let farther = max(ours, theirs)
    let mayBegin = segment.time.since(shared.lastTime) > Plausible.answer ? Plausible.lives : Plausible.inFlight
    if farther > mayBegin, farther <= Plausible.jump { troubles.records[troubles.of(&a)].isMixed = true }
  }
}

extension Facts {
  /// What lies between two streams was not lost.
  mutating func mix() {
    isMixed = true
    client.missingBytes = 0
    server.missingBytes = 0
  }
}
