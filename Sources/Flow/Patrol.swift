public import Wire

/// How far a walk over the open connections has come.
public struct Patrol: Sendable {
  /// The record that was looked at last.
  var index: UInt32 = 0
  /// The attempt that was looked at last.
  var attempt: UInt32 = 0
  /// How often it came round.
  public internal(set) var rounds: UInt64 = 0
  /// Of this round so far, and of the last whole one.
  var counting = OpenConnections()
  /// As of the last whole round: all zero before the first is over.
  public internal(set) var open = OpenConnections()

  /// At the beginning of its first round.
  public init() {}
}

/// An open connection that may have something to tell before it ends.
public struct Suspect: Sendable {
  /// Of the connection.
  public var id: UInt64
  var index: UInt32
  /// When its latest packet came.
  public var lastTime: Timestamp
  /// Another number each time something came of it or about it.
  public var version: UInt64
  /// Nothing is noteworthy in it but that somebody watches it.
  public var isInOrder: Bool
}

// A live audit does not wait for the end of a connection, and silence sends no packet: a hand goes over the records, a few at a
// time, and shows those in which something is repeated, outstanding, reset or half closed. The packets' own way knows nothing
// of it.
extension Tracker {
  /// What is outstanding, and was sent once, proves nothing for so long, ns: whoever waits for an answer repeats himself sooner.
  private static var patience: Int64 { 10_000_000_000 }
  /// A SYN that nobody answered for so long, ns, is given up: Linux repeats one for 127 s (tcp_syn_retries 6).
  private static var attemptTime: Int64 { 300_000_000_000 }

  /// Time has passed, with packets or without.
  /// - Parameter time: up to which all packets have been tracked.
  public mutating func pass(to time: Timestamp) {
    guard time > now else { return }
    now = time
    leap?.isDoubted = false
    // Bounded: what is left goes with the next packet, or the next time.
    var rounds = 64
    while now >= nextExpiry, rounds > 0 {
      expire()
      rounds -= 1
    }
    setAlarm()
  }

  /// The clock was set back: it counts from there.
  public mutating func setBack(to time: Timestamp) {
    now = min(now, time)
    setAlarm()
  }

  /// How many connections have ended and were not taken yet.
  public var backlog: Int { ended.count }

  /// How many records a whole round looks at.
  public var patrolLength: Int { Int(records.used) + Int(attempts.used) }

  /// The next record that is worth a look; nil where there is none among the next `looks`, or the round is over.
  /// - Parameter looks: how many records may still be looked at; what was used is taken from it.
  public mutating func nextSuspect(_ patrol: inout Patrol, looks: inout Int) -> Suspect? {
    while looks > 0 {
      looks -= 1
      patrol.index += 1
      guard patrol.index < records.used else {
        comeRound(&patrol)
        return nil
      }
      guard records[patrol.index].shared.has(.live) else { continue }
      patrol.counting.count(records[patrol.index])
      if isStaleAttempt(patrol.index) {
        retire(patrol.index, .idleTimeout)
        continue
      }
      let isNoteworthy = isNoteworthy(patrol.index)
      guard isNoteworthy || records[patrol.index].shared.has(.watched) else { continue }
      return suspect(patrol.index, isInOrder: !isNoteworthy)
    }
    return nil
  }

  /// Attempts and idle connections are not walked over: they are counted as they are kept; those that are closed are open no more.
  private func comeRound(_ patrol: inout Patrol) {
    patrol.counting.attempted += UInt64(attempts.count)
    patrol.counting.established += UInt64(quiet.count - closedCount)
    (patrol.open, patrol.counting) = (patrol.counting, OpenConnections())
    patrol.index = 0
    patrol.rounds += 1
  }

  /// Memory that connections take or took, those that wait to be taken too, bytes; what is free for others in it counts as well.
  public var memoryInUse: UInt64 {
    UInt64(
      size(of: records) + size(of: quiet) + size(of: closings) + size(of: attempts) + size(of: troubles.records)
        + size(of: troubles.resets) + table.count * 16 + ended.memory)
  }

  private func size<Record>(of region: borrowing Region<Record>) -> Int {
    Int(region.used) * MemoryLayout<Record>.stride
  }

  /// Gives up lone SYNs that nobody will answer any more, looking at `looks` of them.
  public mutating func forgetAttempts(_ patrol: inout Patrol, looks: Int) {
    for _ in 0..<min(looks, Int(attempts.used)) {
      patrol.attempt = patrol.attempt + 1 < attempts.used ? patrol.attempt + 1 : 1
      guard patrol.attempt < attempts.used, attempts[patrol.attempt].isLive,
        now.since(attempts[patrol.attempt].segment.time) >= Tracker.attemptTime
      else { continue }
      retireAttempt(patrol.attempt, .idleTimeout)
    }
  }

  /// What was observed of it so far; nothing of it changes.
  public mutating func facts(of suspect: Suspect) -> Facts {
    var connection = records[suspect.index]
    return facts(of: &connection, index: suspect.index, .endOfInput)
  }

  /// From now on it is shown each time the hand comes by, or no longer.
  public mutating func watch(_ suspect: Suspect, _ isWatched: Bool) {
    if isWatched {
      records[suspect.index].shared.marks.insert(.watched)
    } else {
      records[suspect.index].shared.marks.remove(.watched)
    }
  }

  private func suspect(_ index: UInt32, isInOrder: Bool) -> Suspect {
    var version = UInt64(records[index].a.packets) &+ UInt64(records[index].b.packets)
    if records[index].shared.has(.icmp) { version &+= UInt64(notices[index]?.notice.count ?? 0) << 32 }
    return Suspect(
      id: records[index].shared.id, index: index, lastTime: records[index].shared.lastTime, version: version,
      isInOrder: isInOrder)
  }

  private func isStaleAttempt(_ index: UInt32) -> Bool {
    now.since(records[index].shared.lastTime) >= Tracker.attemptTime && records[index].isAttempt
  }

  /// Cheap, and rather once too often: what it lets pass is judged.
  private func isNoteworthy(_ index: UInt32) -> Bool {
    let marks = records[index].shared.marks
    if !marks.isDisjoint(with: [.reset, .icmp]) { return true }
    if isInTrouble(records[index].a.trouble) || isInTrouble(records[index].b.trouble) { return true }
    let isClosed = records[index].a.has(.finAcked) && records[index].b.has(.finAcked)
    if !isClosed, records[index].a.has(.fin) || records[index].b.has(.fin) { return true }
    guard now.since(records[index].shared.lastTime) >= Tracker.patience else { return false }
    return isOutstanding(records[index].a) || isOutstanding(records[index].b)
  }

  private func isOutstanding(_ side: borrowing Sender) -> Bool {
    guard side.packets > 0 else { return false }
    if side.una < side.nxt { return true }
    let isHeard = side.has(.everAcked)
    let asked = side.has(.syn)
    return asked && !isHeard
  }

  private func isInTrouble(_ index: UInt32) -> Bool {
    // The shared record is everybody's, and nobody's.
    guard index > 1 else { return false }
    if troubles.records[index].resets != 0 { return true }
    if case .some = troubles.records[index].stall { return true }
    if case .some = troubles.records[index].deaf { return true }
    if case .some = troubles.records[index].strangeSYN { return true }
    if case .some = troubles.records[index].syn { return true }
    // A loss that is mended takes one or two.
    if case .some(let run) = troubles.records[index].run { return run.sent.count >= 3 }
    return false
  }
}
