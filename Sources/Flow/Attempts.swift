internal import Wire

// SYNs that nothing has followed yet: kept apart, until the second packet, the end, or a lack of room.
extension Tracker {
  /// Marks the index of an attempt in the flow table: connections and attempts share it.
  static var attemptBit: UInt32 { 1 << 31 }

  @inline(__always) static func isAttempt(_ index: UInt32) -> Bool { index & attemptBit != 0 }

  /// Keeps `segment` as an attempt, if it is a plain SYN.
  mutating func attempt(_ segment: inout Segment, _ key: FlowKey, _ hash: UInt32) -> Bool {
    // Zeek's view has its record from the first packet on.
    guard !zeek.isOn, !usedTuples.contains(key), let attempt = Attempt(&segment, scope: key.scope) else { return false }
    if records.count + quiet.count + attempts.count >= options.maxConnections { evictOne() }
    if attempts.available == 0 { evictAttempt() }
    guard let index = attempts.allocate(attempt) else { return false }
    count(key)
    table.insert(hash, index | Tracker.attemptBit)
    notePeak()
    return true
  }

  /// Makes a connection of an attempt: something has followed it.
  mutating func promote(_ index: UInt32, _ key: FlowKey, _ hash: UInt32) -> UInt32 {
    let place = index & ~Tracker.attemptBit
    let refusal = attempts[place].refusal
    if refusal != 0 { refusals[refusal].turn.leave() }
    // Free first: what has to go for want of memory must not be this one.
    var attempt = attempts[place]
    free(place)
    if records.count + quiet.count + attempts.count >= options.maxConnections { evictOne() }
    let record = enter(hash, inPlaceOf: index)
    let fromA = attempt.open(&records[record], key, hash)
    markLive(record)
    notePeak()
    if refusal != 0 { follow(refusal, attempt.segment, in: record, fromA: fromA) }
    return record
  }

  private mutating func forget(_ index: UInt32, _ hash: UInt32) {
    table.remove(hash, index)
    free(index & ~Tracker.attemptBit)
  }

  private mutating func free(_ place: UInt32) {
    attempts[place].clear()
    attempts.free(place)
  }

  /// Writes an attempt and gives its place free.
  mutating func retireAttempt(_ place: UInt32, _ reason: EndReason) {
    let attempt = attempts[place]
    if attempt.refusal != 0 {
      endRefused(attempt)
    } else if options.brief {
      write(Brief(of: attempt, reason))
    } else {
      // Its facts are those of a connection of one packet.
      var syn = attempt.segment
      let (key, fromA) = FlowKey.of(syn, scope: 0)
      var connection = Connection(key: key, hash: 0, beginning: &syn)
      connection.observe(&syn, fromA: fromA, troubles: &troubles)
      write(&connection, index: 0, reason)
    }
    // After the end nobody asks for it any more.
    guard ending == nil else { return attempts[place].clear() }
    let key = attempt.key
    // What a flood leaves behind would fill the filter, and every tuple look used.
    if reason != .evicted || attempt.refusal != 0 { usedTuples.insert(key) }
    forget(place | Tracker.attemptBit, key.hash(seed: seed))
  }

  /// Gives up the oldest attempt, near enough: places are given out in turn, and the hand follows.
  @discardableResult mutating func evictAttempt() -> Bool {
    guard attempts.count > 0 else { return false }
    attemptHand = attempts.next(after: attemptHand)
    evicted += 1
    retireAttempt(attemptHand, .evicted)
    return true
  }
}
