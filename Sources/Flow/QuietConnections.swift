internal import Wire

// Idle connections are the ones that this tool is for: there may be millions, and none is forgotten. They are put away small,
// a few looked at with each batch, and are connections again with their next packet.
extension Tracker {
  /// Marks the index of a quiet connection in the flow table.
  static var quietBit: UInt32 { 1 << 30 }
  /// How many records are looked at at a time; for each of them that is put away, as many more may follow.
  private static var looks: Int { 8 }
  /// Most times in one batch: live, no packet waits for long.
  private static var mostLooks: Int { 16 }

  /// Looks at a few connections, and puts away those that are quiet; at more of them as long as that gains something.
  mutating func putAwayQuiet() {
    guard !zeek.isOn else { return }
    var times = 1
    var done = 0
    while done < times, records.count >= options.quietFrom {
      times = min(times + lookForQuiet(), Tracker.mostLooks)
      done += 1
    }
  }

  private mutating func lookForQuiet() -> Int {
    var found = 0
    for _ in 0..<min(Tracker.looks, records.count) {
      quietHand = records.next(after: quietHand)
      guard now.since(records[quietHand].shared.lastTime) >= options.quietAfter, records[quietHand].a.mayBeQuiet,
        records[quietHand].b.mayBeQuiet
      else { continue }
      if putAway(quietHand) { found += 1 }
    }
    return found
  }

  private mutating func putAway(_ index: UInt32) -> Bool {
    guard let small = Quiet(records[index], now: now), let place = quiet.allocate(small) else { return false }
    table.replace(records[index].shared.hash, index, by: place | Tracker.quietBit)
    records[index].shared.marks = []
    records.free(index)
    return true
  }

  /// Makes a connection of a quiet one: its next packet has come.
  mutating func wake(_ index: UInt32, _ hash: UInt32) -> UInt32 {
    let place = index & ~Tracker.quietBit
    let connection = quiet[place].connection(hash: hash)
    quiet[place].clear()
    quiet.free(place)
    table.remove(hash, index)
    let record = enter(hash)
    records[record] = connection
    markLive(record)
    return record
  }

  /// Writes the facts of a quiet connection and gives its place free.
  mutating func retireQuiet(_ place: UInt32, _ reason: EndReason) {
    let key = quiet[place].key
    let hash = key.hash(seed: seed)
    usedTuples.insert(key)
    let connection = quiet[place].connection(hash: hash)
    write(connection, index: 0, reason)
    table.remove(hash, place | Tracker.quietBit)
    quiet[place].clear()
    quiet.free(place)
  }
}
