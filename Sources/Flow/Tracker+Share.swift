internal import CPrefetch
internal import Wire

extension Tracker {
  /// As `track(_:)`, of a batch in which there are others' segments too: those only tell the time.
  public mutating func trackShare(_ batch: inout SegmentBatch) {
    guard let share = options.share else { return track(&batch) }
    if troubles.isShort { makeRoomForTrouble() }
    let count = min(batch.count, SegmentBatch.capacity)
    var own: UInt32 = 0
    for place in 0..<count {
      let (key, fromA) = FlowKey.of(batch.segments[place], scope: scope(of: batch.segments[place].encapsulation))
      guard share.has(key) else { continue }
      own |= 1 << UInt32(place)
      let hash = key.hash(seed: seed)
      table.prefetch(hash)
      batch.sought[place] = Sought(key: key, hash: hash, fromA: fromA)
    }
    for place in 0..<min(count, Tracker.ahead) where own >> UInt32(place) & 1 != 0 { fetch(&batch.sought[place]) }
    let predictable = zeek.isOn ? 0 : Tracker.quietBit
    for place in 0..<count {
      let next = place &+ Tracker.ahead
      if next < count, own >> UInt32(truncatingIfNeeded: next) & 1 != 0 { fetch(&batch.sought[next]) }
      journal.place.ordinal = batch.segments[place].ordinal
      pass(batch.segments[place].time)
      guard own >> UInt32(place) & 1 != 0 else { continue }
      journal.place.since = .max
      let candidate = renew(&batch.sought[place])
      if candidate >= predictable
        || !records[candidate].takePredicted(
          &batch.segments[place], of: batch.sought[place].key, fromA: batch.sought[place].fromA, &troubles)
      {
        observe(&batch.segments[place], &batch.sought[place])
      }
      if troubles.gaps.hasNotes { noteGaps() }
    }
    if count > 0 { journal.tracked = batch.segments[count - 1].ordinal }
    batch.count = 0
    if records.count >= options.quietFrom { putAwayQuiet() }
  }

  /// What was noted of the capture gets its place.
  @inline(never) private mutating func noteGaps() { journal.note(troubles.gaps.takeNotes()) }
}
