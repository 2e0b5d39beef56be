internal import Wire

// One 4-tuple, several connections: what a SYN begins, and what waits until its answer tells (Incarnation.swift).
extension Tracker {
  /// A segment with SYN, or one after a SYN whose meaning is open. Returns the record it belongs to, 0 for none yet.
  mutating func sortOut(
    _ segment: inout Segment, _ hash: UInt32, fromA: Bool, index: UInt32
  ) -> UInt32 {
    let key = records[index].key
    if isOverdue(index, at: segment.time) {
      retire(index, .closed, at: segment.time)
      return begin(&segment, key, hash)
    }
    if records[index].shared.has(.pendingSYN) {
      if let next = resolvePending(segment, key, hash, fromA: fromA, index: index) { return next }
    }
    if records[index].isRenumbered(&segment, fromA: fromA, troubles) { return index }
    let isOver = records[index].isOver(troubles)
    if isOver, !segment.flags.contains(.syn) { records[index].markIfDoubtful(&segment, fromA: fromA, &troubles) }
    // Where the tuple was used before, what is far from a connection that goes on may be a late packet of then.
    let isStranger =
      isOver
      ? !segment.flags.contains(.syn) && records[index].isLongBehind(&segment, fromA: fromA)
      : records[index].hasFIN && !records[index].shared.has(.tupleReused)
        && records[index].isFarFrom(&segment, fromA: fromA)
    if isStranger, pending.count < Tracker.strangerLimit {
      // Another connection, whose SYN the capture has not; or a late packet of an earlier one, or made up.
      wait(for: segment, fromA: fromA, index)
      return 0
    }
    guard segment.flags.contains(.syn), !segment.flags.contains(.rst) else { return index }
    if records[index].hasTwin(ofSYN: &segment, fromA: fromA, &troubles) { return 0 }
    switch records[index].incarnation(ofSYN: &segment, fromA: fromA, isOver: isOver, troubles) {
    case .same:
      return index
    case .new:
      return beginAnew(segment, key, hash, replacing: index)
    case .pending:
      wait(for: segment, fromA: fromA, index)
      return 0
    }
  }

  /// What only what follows explains. What waited already was not answered, and led to nothing: but a SYN gives way to a SYN alone.
  private mutating func wait(for syn: Segment, fromA: Bool, _ index: UInt32) {
    if let older = pending[index]?.segment {
      if older.isAttempt, !syn.isAttempt {
        records[index].countStranger(syn, fromA: fromA, troubles: &troubles)
        return
      }
      records[index].countStranger(
        older, fromA: FlowKey.of(older, scope: records[index].key.scope).fromA, troubles: &troubles)
    } else if pending.count >= Tracker.pendingLimit {
      records[index].countStranger(syn, fromA: fromA, troubles: &troubles)
      return
    }
    pending[index] = PendingSYN(segment: syn)
    records[index].shared.marks.insert(.pendingSYN)
    records[index].shared.marks.remove(.predictable)
  }

  private mutating func beginAnew(_ segment: Segment, _ key: FlowKey, _ hash: UInt32, replacing index: UInt32) -> UInt32
  {
    records[index].shared.marks.insert(.tupleReused)
    let (a, b) = (records[index].a, records[index].b)
    let goesOn = a.has(.everAcked) && b.has(.everAcked) && !records[index].isOver(troubles)
    retire(index, .reused, at: segment.time)
    var segment = segment
    let next = begin(&segment, key, hash)
    records[next].shared.marks.insert(.tupleReused)
    if goesOn {
      troubles.records[troubles.of(&records[next].a)].left = a.sequence(at: a.nxt)
      troubles.records[troubles.of(&records[next].b)].left = b.sequence(at: b.nxt)
    }
    return next
  }

  /// What follows a SYN in another sequence space says whether it began another connection. Returns the record that
  /// `segment` belongs to, or nil where it is to be judged as if there had been no such SYN.
  private mutating func resolvePending(
    _ segment: Segment, _ key: FlowKey, _ hash: UInt32, fromA: Bool, index: UInt32
  ) -> UInt32? {
    guard let waiting = pending[index] else { return nil }
    let syn = waiting.segment
    let synFromA = FlowKey.of(syn, scope: key.scope).fromA
    guard syn.isAttempt else {
      return resolveStranger(waiting, firstFromA: synFromA, segment, key, hash, fromA: fromA, index: index)
    }
    if fromA == synFromA, isCopy(segment, of: syn) {
      records[index].countCopy(fromA: fromA, troubles: &troubles)
      return 0
    }
    let isRepeat = segment.flags.contains(.syn) && fromA == synFromA && segment.sequence == syn.sequence
    let answered =
      fromA != synFromA && segment.flags.contains(.ack) && !segment.flags.isDisjoint(with: [.syn, .rst])
      && segment.acknowledgment == syn.sequence.advanced(by: 1)
    let distance = segment.sequence.distance(from: syn.sequence)
    let goesOn =
      fromA == synFromA && !segment.flags.contains(.syn) && distance > 0 && distance < Plausible.firstFlight
      && !(fromA ? records[index].a : records[index].b).continues(segment, behind: distance)
    // A challenge is a bare ACK (RFC 5961 §4.2).
    if fromA != synFromA, segment.payloadLength == 0, segment.flags.intersection([.syn, .rst, .fin, .ack]) == .ack {
      if isOlder(syn, than: segment, fromA: fromA, index) {
        dropPending(index)
        records[index].countLate(syn, fromA: synFromA)
        return nil
      }
      pending[index]?.isChallenged = true
    }
    if isRepeat && (waiting.isChallenged || segment.time.since(syn.time) < Plausible.leastTimeout) {
      // Who had sent the first one would have answered its challenge by a RST; and no kernel repeats a SYN so soon.
      records[index].countStranger(segment, fromA: fromA, troubles: &troubles)
      return 0
    }
    if isRepeat || answered || goesOn || isFirstAnswer(segment, to: syn, fromA: fromA, synFromA, index) {
      return begin(waiting, fromA: synFromA, key, hash, replacing: index)
    }
    if fromA == synFromA, !segment.flags.contains(.syn) {
      // The old stream goes on, or is ended: the SYN led to nothing.
      dropPending(index)
      records[index].countStranger(syn, fromA: synFromA, troubles: &troubles)
    }
    return nil
  }

  /// The challenge acknowledges what came right behind that very SYN, which the connection lacks and which it began near: it is its own, come
  /// late. (A device that begins at the same numbers each time it is switched on comes back later.)
  private mutating func isOlder(_ syn: Segment, than challenge: Segment, fromA: Bool, _ index: UInt32) -> Bool {
    let acked = challenge.acknowledgment.distance(from: syn.sequence.advanced(by: Int(syn.sequenceLength)))
    guard acked > 0, acked < Plausible.firstFlight, !(fromA ? records[index].b : records[index].a).has(.syn) else {
      return false
    }
    let start = records[index].startedByA ? records[index].a.first : records[index].b.first
    guard syn.time.since(start.time) <= Plausible.answer else { return false }
    var answer = challenge
    return !records[index].isFarFrom(&answer, fromA: fromA)
  }

  /// The capture lost the SYN-ACK, and has what its sender says next: far from the old streams, it acknowledges the SYN or what came
  /// with it.
  private mutating func isFirstAnswer(
    _ segment: Segment, to syn: Segment, fromA: Bool, _ synFromA: Bool, _ index: UInt32
  ) -> Bool {
    let acked = segment.acknowledgment.distance(from: syn.sequence)
    guard fromA != synFromA, segment.flags.intersection([.ack, .syn, .rst]) == .ack, acked > 0,
      acked < Plausible.firstFlight
    else { return false }
    var answer = segment
    return records[index].isFarFrom(&answer, fromA: fromA)
  }

  /// A connection of which the capture has not the beginning: two packets agree on where its streams are.
  private mutating func resolveStranger(
    _ waiting: PendingSYN, firstFromA: Bool, _ segment: Segment, _ key: FlowKey, _ hash: UInt32, fromA: Bool,
    index: UInt32
  ) -> UInt32? {
    let first = waiting.segment
    if first.flags.contains(.syn) {
      return resolveAnswer(waiting, firstFromA: firstFromA, segment, key, hash, fromA: fromA, index: index)
    }
    let isSameWay = fromA == firstFromA
    if isSameWay, segment.isRepeat(of: first) {
      records[index].countStranger(segment, fromA: fromA, troubles: &troubles)
      return 0
    }
    if segment.isOfStream(of: first, isSameWay: isSameWay) {
      return begin(waiting, fromA: firstFromA, key, hash, replacing: index)
    }
    dropPending(index)
    records[index].countStranger(first, fromA: firstFromA, troubles: &troubles)
    return nil
  }

  /// The answer to another SYN than the one that is known: it has overtaken it, or the capture has not that SYN, or it comes late from
  /// a life before and leads to nothing.
  private mutating func resolveAnswer(
    _ waiting: PendingSYN, firstFromA: Bool, _ segment: Segment, _ key: FlowKey, _ hash: UInt32, fromA: Bool,
    index: UInt32
  ) -> UInt32? {
    let answer = waiting.segment
    let start = answer.sequence.advanced(by: 1)
    var isNext = false
    if fromA == firstFromA {
      if segment.isRepeat(of: answer) {
        records[index].countStranger(segment, fromA: fromA, troubles: &troubles)
        return 0
      }
      isNext = segment.isAnswer && segment.sequence == start
    } else if segment.isAttempt {
      isNext = segment.sequence.advanced(by: 1) == answer.acknowledgment
    } else if segment.isAnswer, segment.acknowledgment == start {
      isNext = segment.sequence == answer.acknowledgment
      if !isNext {
        // Under another number than was answered: the two directions were recorded on two sides of a device that rewrites it.
        dropPending(index)
        records[index].observe(kept: answer, fromA: firstFromA, troubles: &troubles)
        records[index].markMixed(&troubles)
        return nil
      }
    }
    if isNext { return begin(waiting, fromA: firstFromA, key, hash, replacing: index) }
    if segment.time.since(answer.time) > Plausible.answer {
      dropPending(index)
      records[index].countStranger(answer, fromA: firstFromA, troubles: &troubles)
    }
    return nil
  }

  /// What waited has begun another connection.
  private mutating func begin(
    _ waiting: PendingSYN, fromA: Bool, _ key: FlowKey, _ hash: UInt32, replacing index: UInt32
  ) -> UInt32 {
    dropPending(index)
    let next = beginAnew(waiting.segment, key, hash, replacing: index)
    keep(waiting.notice, for: next)
    records[next].observe(kept: waiting.segment, fromA: fromA, troubles: &troubles)
    if zeek.isOn { zeek.observe(waiting.segment, index: next, fromFirst: true) }
    return next
  }

  /// The capture holds the waiting SYN twice.
  private func isCopy(_ segment: Segment, of syn: Segment) -> Bool {
    segment.ipID == syn.ipID && segment.ipID != 0 && Sender.likeness(segment) == Sender.likeness(syn)
      && segment.time.since(syn.time) < 100_000_000
  }

  mutating func dropPending(_ index: UInt32) {
    pending.removeValue(forKey: index)
    records[index].shared.marks.remove(.pendingSYN)
  }
}
