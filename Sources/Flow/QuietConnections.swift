internal import Wire

// Idle connections are the ones that this tool is for: there may be millions, and none is forgotten. They are put away small,
// a few looked at with each batch, and are connections again with their next packet.
extension Tracker {
  /// Marks the index of a quiet connection in the flow table.
  static var quietBit: UInt32 { 1 << 30 }
  /// How many records each batch looks at.
  private static var looksPerBatch: Int { 8 }

  /// Looks at a few connections, and puts away those that are quiet.
  mutating func putAwayQuiet() {
    guard !zeek.isOn else { return }
    for _ in 0..<min(Tracker.looksPerBatch, Int(records.used) - 1) {
      quietHand = quietHand + 1 < records.used ? quietHand + 1 : 1
      guard records[quietHand].shared.has(.live), now.since(records[quietHand].shared.lastTime) >= options.quietAfter,
        records[quietHand].a.mayBeQuiet, records[quietHand].b.mayBeQuiet
      else { continue }
      putAway(quietHand)
    }
  }

  private mutating func putAway(_ index: UInt32) {
    guard let small = Quiet(records[index], now: now), let place = quiet.allocate(small) else { return }
    table.replace(records[index].shared.hash, index, by: place | Tracker.quietBit)
    records[index].shared.marks = []
    records.free(index)
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
    if options.brief, let brief = briefIfInOrder(connection) {
      ended.append(brief)
    } else {
      ended.append(facts(of: connection, index: 0, reason))
    }
    table.remove(hash, place | Tracker.quietBit)
    quiet[place].clear()
    quiet.free(place)
  }
}
