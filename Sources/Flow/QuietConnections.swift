internal import Wire

// Idle connections are the ones that this tool is for: there may be millions, and none is forgotten. They are put away small,
// a few looked at with each batch, and are connections again with their next packet.
extension Tracker {
  /// Marks the index of a quiet connection in the flow table.
  static var quietBit: UInt32 { 1 << 30 }
  /// How many records are looked at at a time; for each of them that is put away, as many more may follow. Each look is a line of memory that
  /// nobody else wants: where a whole round found nobody quiet, fewer do. (Not sooner: who has just spoken stands together, thousands of
  /// them, and while they are passed by those behind pile up.)
  private static var looks: Int { 8 }
  private static var fewestLooks: Int { 1 }
  /// Most times in one batch: live, no packet waits for long.
  private static var mostLooks: Int { 16 }

  /// Looks at a few connections, and puts away those that are quiet; at more of them as long as that gains something; and at two for each
  /// that came, or those that come would be ahead for ever of who looks.
  mutating func putAwayQuiet() {
    guard !zeek.isOn else { return }
    let behind = 2 * min(entered, SegmentBatch.capacity)
    entered = 0
    var times = 1
    var done = 0
    while done < times, records.count >= options.quietFrom {
      let usual = looksInVain > records.count ? Tracker.fewestLooks : Tracker.looks
      let looks = min(done == 0 ? max(usual, behind) : usual, records.count)
      let found = lookForQuiet(looks)
      looksInVain = found > 0 ? 0 : looksInVain + looks
      times = min(times + found, Tracker.mostLooks)
      done += 1
    }
  }

  private mutating func lookForQuiet(_ looks: Int) -> Int {
    var found = 0
    for _ in 0..<looks {
      quietHand = records.next(after: quietHand)
      guard now.since(records[quietHand].shared.lastTime) >= options.quietAfter, records[quietHand].a.mayBeQuiet,
        records[quietHand].b.mayBeQuiet
      else { continue }
      if putAway(quietHand) { found += 1 }
    }
    var next = quietHand
    for _ in 0..<looks {
      next = records.next(after: next)
      prefetchTime(of: next)
    }
    return found
  }

  private mutating func putAway(_ index: UInt32) -> Bool {
    guard Quiet.isBeyondCopies(&records[index], now: now), let place = quiet.allocate() else { return false }
    guard quiet[place].take(&records[index]) else {
      quiet.free(place)
      return false
    }
    leaveRecord(index, for: place)
    return true
  }

  private mutating func leaveRecord(_ index: UInt32, for place: UInt32) {
    table.replace(records[index].shared.hash, index, by: place | Tracker.quietBit)
    records[index].shared.marks = []
    records.free(index)
  }

  /// Puts away a connection that has just been closed, at once: what it waits for seldom comes. It is in the queue then.
  mutating func putAwayClosed(_ index: UInt32) -> Bool {
    guard !zeek.isOn, records[index].mayBePutAwayClosed else { return false }
    // A full record is no place to wait in: it takes twice as much.
    if closings.available == 0 { evictClosing() }
    guard let kept = closings.allocate() else { return false }
    guard let place = quiet.allocate() else {
      closings.free(kept)
      return false
    }
    guard closings[kept].take(&records[index]), quiet[place].take(&records[index], closing: true) else {
      quiet.free(place)
      closings.free(kept)
      return false
    }
    quiet[place].close(kept)
    closings[kept].turn = Turn(of: place)
    closedCount += 1
    queueUp(
      Lingering(index: kept | Tracker.quietBit, generation: 0, since: records[index].shared.lastTime),
      records[index].key)
    leaveRecord(index, for: place)
    return true
  }

  /// The connection as it was.
  mutating func connection(_ place: UInt32, hash: UInt32) -> Connection {
    var connection = quiet[place].connection(hash: hash)
    if quiet[place].closing != 0 { closings[quiet[place].closing].close(&connection) }
    return connection
  }

  mutating func giveFree(_ place: UInt32) {
    let closing = quiet[place].closing
    if closing != 0 {
      closings[closing].turn.leave()
      closedCount -= 1
    }
    quiet[place].clear()
    // After the end nobody takes places, and to list all that become free would take memory when most is in use.
    if ending == nil { quiet.free(place) }
  }

  /// Makes a connection of a quiet one: its next packet has come.
  mutating func wake(_ index: UInt32, _ hash: UInt32) -> UInt32 {
    let place = index & ~Tracker.quietBit
    let connection = connection(place, hash: hash)
    let closing = quiet[place].closing
    giveFree(place)
    table.remove(hash, index)
    let record = enter(hash)
    records[record] = connection
    markLive(record)
    if closing == 0 { return record }
    if closings[closing].turn.state == .alone {
      closings[closing].turn.move(to: record, generation: records[record].shared.generation)
    } else {
      // Its turn in the queue came when room was made for the connection.
      linger(record)
    }
    return record
  }

  /// Writes the facts of a quiet connection and gives its place free.
  mutating func retireQuiet(_ place: UInt32, _ reason: EndReason) {
    let key = quiet[place].key
    let hash = key.hash(seed: seed)
    if options.brief, quiet[place].closing != 0 {
      write(quiet[place].closedBrief)
    } else {
      var connection = connection(place, hash: hash)
      write(&connection, index: 0, reason)
    }
    // After the end nobody asks any more.
    if ending == nil {
      table.remove(hash, place | Tracker.quietBit)
      usedTuples.insert(key)
    }
    giveFree(place)
  }
}
