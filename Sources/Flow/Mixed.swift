internal import Wire

// Several numberings of one side under one 4-tuple: a transparent proxy or a firewall that rewrites numbers, seen on both of its sides;
// two hosts behind one address; two lives of which the capture has neither the end of the one nor the beginning of the other. What lies
// between two sequence spaces nobody sent, so nobody lost it. Likewise what goes on behind a RST where as well another life may have
// begun: nothing is claimed of either.
//
// A gap in the recording is another thing: the stream is on one side of it before, on the other afterwards, and it had the time. So a
// leap is none of the stream's own
//
//     if no line is so fast,
//     if the stream was seen where it left it, between two packets that are beyond it, or three times afterwards,
//     if the peer's stream leaps in the same silence, and both as far as the clock that gives ISNs, or very fast,
//     if it leads to before the stream's beginning,
//     or if one packet stands on both sides of it (Renumbered.swift).
extension Sender {
  /// The stream leaps: what it leaves may go on.
  mutating func leap(to start: Int64, at time: Timestamp, peer: UInt32, _ troubles: inout Troubles) {
    guard start - nxt > Plausible.inFlight else { return }
    let index = troubles.of(&self)
    let from = lastSentNew
    let clock = goesByISNClock(to: start, at: time) ? start : -1
    if peer > 1, troubles.records[peer].hasLeapt(between: from, and: time) {
      let both = start - nxt + troubles.records[peer].leaptBy
      let isTooMuch = both / Plausible.bothWays > max(0, time.since(from))
      let isAnew = clock > 0 && abs(clock - troubles.records[peer].isnClock) <= Plausible.slack(of: clock)
      if isTooMuch || isAnew { troubles.records[index].isMixed = true }
    }
    (troubles.records[index].leaptFrom, troubles.records[index].leaptAt) = (from, time)
    (troubles.records[index].leaptBy, troubles.records[index].isnClock) = (start - nxt, clock)
    guard start - nxt > Plausible.jump else { return }
    leave(sequence(at: nxt), at: time, index, &troubles)
    troubles.records[index].lastThere = nil
    // 100 Gbit/s are 12.5 bytes a nanosecond.
    if (start - nxt) / Plausible.bytesPerNanosecond > max(0, time.since(from)) {
      troubles.records[index].isMixed = true
    }
  }

  /// It has come as far from its ISN as the clock that gave it by some moment of this silence: the same hosts may have begun anew on the same
  /// 4-tuple. Then the peer's has come as far.
  private func goesByISNClock(to start: Int64, at time: Timestamp) -> Bool {
    let least = max(0, lastSentNew.since(first.time)) / Plausible.isnTick
    let most = max(0, time.since(first.time)) / Plausible.isnTick
    return has(.syn) && start >= least - Plausible.slack(of: least) && start <= most + Plausible.slack(of: most)
  }

  /// Where another stream stands, as far as is known.
  private mutating func leave(
    _ place: SequenceNumber, at time: Timestamp, _ index: UInt32, _ troubles: inout Troubles
  ) {
    (troubles.records[index].left, troubles.records[index].lastThere) = (place, place)
    (troubles.records[index].leftAt, troubles.records[index].seenThere) = (time, 0)
  }

  /// Whether a number of this side's is far from its stream, and where the other one was: that one goes on. Not what was overtaken on its
  /// way, nor a repetition or two of what was sent before a gap in the capture. Or it is the first behind the other ISN that this side's
  /// packets had.
  ///
  /// - Parameter isRepeatable: a FIN, which its sender repeats until it is acknowledged: one again and again is no stream.
  mutating func mixes(
    _ sequence: SequenceNumber, at time: Timestamp, isRepeatable: Bool = false, _ troubles: inout Troubles
  ) -> Bool {
    guard trouble > 1 else { return false }
    if let isn = troubles.records[trouble].otherISN, sequence == isn.advanced(by: 1) {
      troubles.records[trouble].isMixed = true
      return true
    }
    guard let left = troubles.records[trouble].left, abs(offset(of: sequence) - nxt) > Plausible.jump,
      abs(Int64(sequence.distance(from: left))) <= Plausible.jump
    else { return false }
    return isSeenThere(sequence, at: time, isRepeatable: isRepeatable, &troubles)
  }

  private mutating func isSeenThere(
    _ sequence: SequenceNumber, at time: Timestamp, isRepeatable: Bool, _ troubles: inout Troubles
  ) -> Bool {
    if !troubles.records[trouble].isMixed {
      guard time.since(troubles.records[trouble].leftAt) > Plausible.reordering,
        !isRepeatable || troubles.records[trouble].lastThere != sequence
      else { return false }
      troubles.records[trouble].lastThere = sequence
      troubles.records[trouble].seenThere += 1
      guard troubles.records[trouble].seenThere > 2 else { return false }
    }
    troubles.records[trouble].isMixed = true
    return true
  }

  /// Nothing of a stream lies before its SYN, nor so far before what was seen of it first. (Right before it lies what asks for life.)
  @inline(__always) func isBeforeAll(_ start: Int64, _ troubles: borrowing Troubles) -> Bool {
    guard start < -1 else { return false }
    return has(.syn) || start < (trouble == 0 ? 0 : troubles.records[trouble].low) - Plausible.jump
  }

  /// What the peer's numbers say of a stray: nothing; that it acknowledges all that the peer has sent, to the byte; or a stray of the peer.
  enum Witness { case none, current, stray }

  /// A number before all: of an earlier life, come late; if it goes on, of another stream. After a pause two that acknowledge what the peer
  /// has sent are of this one, which has come more than halfway round meanwhile; so are strays that acknowledge each other.
  mutating func strays(
    to segment: inout Segment, at time: Timestamp, _ witness: Witness, _ troubles: inout Troubles
  ) {
    let sequence = segment.sequence
    let index = troubles.of(&self)
    if witness == .stray {
      troubles.records[index].isMixed = true
    } else if let left = troubles.records[index].left, abs(Int64(sequence.distance(from: left))) <= Plausible.jump {
      _ = isSeenThere(sequence, at: time, isRepeatable: segment.isRepeatable, &troubles)
    } else {
      leave(sequence, at: time, index, &troubles)
      if witness == .current { troubles.records[index].seenThere = 2 }
    }
  }

  /// Asked of the side whose numbers the peer's segment acknowledges.
  func witness(of segment: inout Segment, _ troubles: borrowing Troubles) -> Witness {
    guard segment.flags.contains(.ack) else { return .none }
    if has(.data), offset(of: segment.acknowledgment) == nxt { return .current }
    guard trouble > 1, let left = troubles.records[trouble].left else { return .none }
    let isNear = (0...Plausible.inFlight).contains(Int64(segment.acknowledgment.distance(from: left)))
    return isNear ? .stray : .none
  }

  func isMixed(_ troubles: borrowing Troubles) -> Bool { trouble > 1 && troubles.records[trouble].isMixed }
}

extension Segment {
  /// An orphan's last word: its sender repeats it until somebody acknowledges it, and says nothing else.
  var isRepeatable: Bool { flags.contains(.fin) }
}

extension Connection {
  func isMixed(_ troubles: borrowing Troubles) -> Bool { a.isMixed(troubles) || b.isMixed(troubles) }

  mutating func markMixed(_ troubles: inout Troubles) { troubles.records[troubles.of(&a)].isMixed = true }

  /// Behind a RST, and ahead of where the stream stood, but not so far that it must be another life (`isLongBehind`): farther than anybody
  /// has in flight, or as far as the clock that numbers the lives may have come in the meantime (RFC 9293 §3.4.1).
  mutating func markIfDoubtful(_ segment: inout Segment, fromA: Bool, _ troubles: inout Troubles) {
    guard shared.has(.reset), segment.isAnswer, a.has(.origin), b.has(.origin) else { return }
    let ours = fromA ? a.distance(to: segment.sequence) : b.distance(to: segment.sequence)
    let theirs = fromA ? b.distance(to: segment.acknowledgment) : a.distance(to: segment.acknowledgment)
    let farther = max(ours, theirs)
    // Both have gone on as their clocks do: so much of both at once the capture has hardly lost.
    if min(ours, theirs) > Plausible.lives, farther <= Plausible.jump { markMixed(&troubles) }
    let mayBegin = segment.time.since(shared.lastTime) > Plausible.answer ? Plausible.lives : Plausible.inFlight
    if farther > mayBegin, farther <= Plausible.jump { markMixed(&troubles) }
  }
}

extension Trouble {
  /// In the same silence.
  fileprivate func hasLeapt(between start: Timestamp, and end: Timestamp) -> Bool {
    leaptFrom < leaptAt && leaptFrom <= end && start <= leaptAt
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
