/// What waits small in the queue of the closed for its turn there, and what has become of it meanwhile. Whatever that is, its place
/// is given free when its turn comes.
struct Turn: BitwiseCopyable, Hashable, Sendable {
  enum State: UInt8, BitwiseCopyable {
    /// Small, for its turn in the queue.
    case waits
    /// In the queue, and what waited has left or is just leaving.
    case alone
    /// In the queue; a connection was made of what waited.
    case moved
    /// No longer in the queue.
    case free
  }

  /// Of what waits, or of the connection that was made of it.
  private(set) var place: UInt32
  /// Of that connection.
  private(set) var generation: UInt16 = 0
  private(set) var state = State.waits

  init(of place: UInt32) { self.place = place }

  mutating func leave() { state = .alone }

  mutating func move(to record: UInt32, generation: UInt16) {
    place = record
    state = .moved
    self.generation = generation
  }

  mutating func free() { state = .free }
}

extension Tracker {
  /// Whom an entry of the queue of the closed is about by now: nil where that has left. What has become a connection goes on with the
  /// connection.
  mutating func followed(_ entry: Lingering) -> Lingering? {
    guard entry.index >= Tracker.quietBit else { return isCurrent(entry) ? entry : nil }
    let turn = turn(of: entry)
    if turn.state == .waits { return entry }
    endTurn(of: entry)
    guard turn.state == .moved else { return nil }
    let moved = Lingering(index: turn.place, generation: turn.generation, since: entry.since)
    return isCurrent(moved) ? moved : nil
  }

  /// Writes what is small and whose turn has come, and gives its places free.
  mutating func retireSmall(_ entry: Lingering, _ reason: EndReason) {
    let place = turn(of: entry).place
    if Tracker.isAttempt(entry.index) { retireAttempt(place, reason) } else { retireQuiet(place, reason) }
    endTurn(of: entry)
  }

  private mutating func turn(of entry: Lingering) -> Turn {
    Tracker.isAttempt(entry.index)
      ? refusals[entry.index & ~Tracker.attemptBit].turn : closings[entry.index & ~Tracker.quietBit].turn
  }

  private mutating func endTurn(of entry: Lingering) {
    if Tracker.isAttempt(entry.index) {
      let place = entry.index & ~Tracker.attemptBit
      refusals[place].turn.free()
      refusals.free(place)
    } else {
      let place = entry.index & ~Tracker.quietBit
      closings[place].turn.free()
      closings.free(place)
    }
  }
}
