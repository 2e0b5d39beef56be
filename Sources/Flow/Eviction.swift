internal import DequeModule
internal import Wire

// What is given up when there is no room: the oldest attempts, where they are a flood; else closed connections that wait for
// stragglers, then the oldest attempts, then the idlest connections. All of it is counted, and its facts are written.
extension Tracker {
  /// How many connections the hand looks at to find an idle one.
  private static var lookedAt: Int { 16 }

  /// One connection or attempt fewer.
  mutating func evictOne() {
    // Where most are attempts it is a flood: it pays for itself, and stragglers of the others find their connections.
    if attempts.count > records.count + quiet.count, evictAttempt() { return }
    if evictClosed() || evictAttempt() || evictQuiet() { return }
    evictIdle(.any)
  }

  /// One connection fewer.
  mutating func evictConnection() {
    // Of the closed some may be small, and their places are others.
    // A scan leaves nothing else at the head of the queue: not all of them go for one record.
    var tries = 64
    while records.available == 0, tries > 0, evictClosed() { tries -= 1 }
    if records.available == 0 { evictIdle(.any) }
  }

  /// One place fewer for those that are closed and put away; none where others wait before them.
  mutating func evictClosing() {
    var tries = 64
    while closings.available == 0, tries > 0, evictClosed() { tries -= 1 }
  }

  /// The cold records run short: those go that have some.
  mutating func makeRoomForTrouble() {
    while troubles.isShort {
      guard evictIdle(troubles.isShortOfResets ? .withResets : .withTrouble) else { return }
    }
  }

  private enum Victim { case any, withTrouble, withResets }

  private func serves(_ index: UInt32, as victim: Victim) -> Bool {
    let (a, b) = (records[index].a.trouble, records[index].b.trouble)
    return switch victim {
    case .any: true
    case .withTrouble: a > 1 || b > 1
    case .withResets: (a > 1 && troubles.records[a].resets != 0) || (b > 1 && troubles.records[b].resets != 0)
    }
  }

  private mutating func evictClosed() -> Bool {
    while let first = lingering.popFirst() {
      guard let entry = followed(first) else { continue }
      evicted += 1
      if entry.index >= Tracker.quietBit { retireSmall(entry, .evicted) } else { retire(entry.index, .evicted) }
      return true
    }
    return false
  }

  /// The idlest of a few quiet ones: those are idle all.
  private mutating func evictQuiet() -> Bool {
    guard quiet.count > 0 else { return false }
    var victim: UInt32 = 0
    var looked = 0
    while looked < min(Tracker.lookedAt, quiet.count) {
      evictionHand = quiet.next(after: evictionHand)
      looked += 1
      if victim == 0 || quiet[evictionHand].lastTime < quiet[victim].lastTime { victim = evictionHand }
    }
    evicted += 1
    retireQuiet(victim, .evicted)
    return true
  }

  /// The idlest of a few that the hand passes; attempts with more than one packet, and closed connections, are worth less
  /// than any other. Says whether there was one.
  @discardableResult private mutating func evictIdle(_ wanted: Victim) -> Bool {
    var victim: UInt32 = 0
    var worth = Int64.max
    var looked = 0
    var steps = records.count
    while looked < Tracker.lookedAt, steps > 0 {
      hand = records.next(after: hand)
      steps -= 1
      guard serves(hand, as: wanted) else { continue }
      looked += 1
      let isSpent = records[hand].isAttempt || records[hand].shared.has(.lingering)
      let value = records[hand].shared.lastTime.nanoseconds / 2 + (isSpent ? Int64.min / 2 : 0)
      if value < worth {
        worth = value
        victim = hand
      }
    }
    guard victim != 0 else { return false }
    evicted += 1
    retire(victim, .evicted)
    return true
  }
}
