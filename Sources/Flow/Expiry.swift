internal import DequeModule
public import Wire

/// A connection that is over, and since when. Its record may have been given to another meanwhile.
struct Lingering: BitwiseCopyable {
  /// Of the record; with `Tracker.attemptBit` of the RST that refused an attempt.
  var index: UInt32
  var generation: UInt16
  var since: Timestamp
}

/// A connection that is open when the input ends.
struct Remaining: BitwiseCopyable, Sendable {
  var id: UInt64
  var index: UInt32
}

// How connections leave the table: closed and quiet, replaced, given up for want of room, or at the end of input. Nothing
// leaves because it is idle: those are the connections that this tool is for.
extension Tracker {
  /// The connection may be over: it waits for stragglers, and for whether a RST was taken.
  mutating func noteEnd(_ index: UInt32) {
    guard records[index].isOver(troubles) else { return }
    records[index].shared.marks.insert(.lingering)
    queueUp(
      Lingering(
        index: index, generation: records[index].shared.generation, since: records[index].shared.lastTime))
  }

  mutating func queueUp(_ entry: Lingering) {
    // Those whose record was given to another leave when they are looked at; while time stands still, nothing is.
    if lingering.count > 2 * (records.count + attempts.count) + 1024 { forgetStale() }
    lingering.append(entry)
    if lingering.count == 1 { scheduleExpiry() }
  }

  @inline(never) private mutating func forgetStale() {
    var current = Deque<Lingering>()
    for entry in lingering { if let entry = followed(entry) { current.append(entry) } }
    lingering = current
  }

  mutating func scheduleExpiry() {
    nextExpiry = lingering.first?.since.advanced(by: options.closedLinger) ?? Timestamp(nanoseconds: .max)
  }

  /// Retires those that have been quiet for long enough. The queue's times only wait: who spoke meanwhile goes back.
  mutating func expire() {
    guard isTimeBelieved() else { return }
    var most = Tracker.expiriesPerPacket
    while most > 0, let first = lingering.first, now.since(first.since) >= options.closedLinger {
      most -= 1
      lingering.removeFirst()
      guard let entry = followed(first) else { continue }
      if Tracker.isAttempt(entry.index) {
        retireRefused(entry, .closed)
        continue
      }
      let last = records[entry.index].shared.lastTime
      if last > entry.since {
        lingering.append(Lingering(index: entry.index, generation: entry.generation, since: last))
        // Times in the queue rise but for these: they are looked at again soon enough.
        if last.since(entry.since) < options.closedLinger { continue }
      } else if records[entry.index].isOver(troubles) {
        retire(entry.index, .closed)
      } else {
        records[entry.index].shared.marks.remove(.lingering)
      }
    }
    scheduleExpiry()
  }

  /// Time that leaps far ahead may be one packet's wrong time: another one must say so too, before anybody is given up for it.
  private mutating func isTimeBelieved() -> Bool {
    guard now.since(nextExpiry) > Tracker.doubtfulLeap else {
      leapt = nil
      return true
    }
    if let leapt, now.since(leapt) >= -Tracker.doubtfulLeap { return true }
    leapt = now
    // As far as nobody has to leave.
    now = nextExpiry
    return false
  }

  /// ns: beyond what the queues of several interfaces put between two packets.
  private static var doubtfulLeap: Int64 { 5_000_000_000 }

  /// Most connections that leave at a packet: however far time jumps, the queue of the finished stays short.
  private static var expiriesPerPacket: Int { 16 }

  /// Closed and quiet for so long that it should have left: what comes at `time` is another's.
  func isOverdue(_ index: UInt32, at time: Timestamp) -> Bool {
    let shared = records[index].shared
    return shared.has(.lingering) && time.since(shared.lastTime) >= options.closedLinger
      && records[index].isOver(troubles)
  }

  mutating func isCurrent(_ entry: Lingering) -> Bool {
    let shared = records[entry.index].shared
    return shared.has(.live) && shared.generation == entry.generation && shared.has(.lingering)
  }

  /// Writes the facts of a connection and gives its place free.
  mutating func retire(_ index: UInt32, _ reason: EndReason) {
    if records[index].shared.has(.pendingSYN), let waiting = pending[index] {
      dropPending(index)
      let syn = waiting.segment
      if reason == .reused || records[index].isOver(troubles) {
        let (_, fromA) = FlowKey.of(syn, scope: records[index].key.scope)
        records[index].countStrangeSYN(syn, fromA: fromA, troubles: &troubles)
      } else {
        retireBoth(index, waiting, reason)
        return
      }
    }
    let connection = records[index]
    if options.brief, let brief = briefIfInOrder(connection) {
      ended.append(brief)
    } else {
      ended.append(facts(of: connection, index: index, reason))
    }
    // After the end nobody asks any more.
    if ending == nil {
      table.remove(records[index].shared.hash, index)
      usedTuples.insert(records[index].key)
    }
    release(index)
  }

  /// Nothing followed a SYN on a connection that seemed alive: both are written, the attempt for itself.
  private mutating func retireBoth(_ index: UInt32, _ waiting: PendingSYN, _ reason: EndReason) {
    var syn = waiting.segment
    records[index].shared.marks.insert(.tupleReused)
    let connection = records[index]
    retire(index, .reused)
    let next = begin(&syn, connection.key, connection.shared.hash)
    keep(waiting.notice, for: next)
    records[next].shared.marks.insert(.tupleReused)
    let (_, fromA) = FlowKey.of(syn, scope: connection.key.scope)
    records[next].observe(kept: syn, fromA: fromA, troubles: &troubles)
    if zeek.isOn { zeek.observe(syn, index: next, fromFirst: true) }
    retire(next, reason)
  }

  private mutating func release(_ index: UInt32) {
    troubles.release(records[index].a)
    troubles.release(records[index].b)
    if records[index].shared.has(.icmp) { notices.removeValue(forKey: index) }
    records[index].shared.marks = []
    records.free(index)
  }

  /// Whether a connection has ended and was not taken yet.
  @inline(__always) public var hasFinished: Bool { !ended.isEmpty }

  /// No more input: the connections that are still held follow by `nextFinished()`, in order of their beginnings.
  /// - Parameter recordedUntil: how far the recording reached, where that is later than its last segment.
  public mutating func finish(_ reason: EndReason = .endOfInput, recordedUntil: Timestamp? = nil) {
    ending = reason
    if let recordedUntil, recordedUntil > now { now = recordedUntil }
    // Nobody asks it any more, and what follows takes memory too.
    table = FlowTable()
    remaining = []
    remaining.reserveCapacity(records.count + quiet.count + attempts.count)
    for index in 1..<max(1, records.used) where records[index].shared.has(.live) {
      remaining.append(Remaining(id: records[index].shared.id, index: index))
    }
    for place in 1..<max(1, quiet.used) where quiet[place].isLive {
      remaining.append(Remaining(id: quiet[place].id, index: place | Tracker.quietBit))
    }
    for place in 1..<max(1, attempts.used) where attempts[place].isLive {
      remaining.append(Remaining(id: attempts[place].id, index: place | Tracker.attemptBit))
    }
    remaining.sort { $0.id > $1.id }
  }

  /// The next connection that has ended, in order of their ends, if it is given in brief; nil where it is not (then
  /// `nextFinished()` gives it), or where there is none for now. Only with `TrackerOptions.brief`.
  public mutating func nextBrief() -> Brief? {
    guard ended.isEmpty, let reason = ending else { return ended.nextBrief() }
    while ended.isEmpty, let next = remaining.popLast() {
      // What a flood has left goes straight to who asks for it.
      if options.brief, Tracker.isAttempt(next.index), let brief = endAttempt(next.index) { return brief }
      retireRemaining(next.index, reason)
    }
    return ended.nextBrief()
  }

  /// The brief of an attempt that is open at the end; nil for any that was refused, or is none any more.
  private mutating func endAttempt(_ index: UInt32) -> Brief? {
    let place = index & ~Tracker.attemptBit
    guard attempts[place].isLive, attempts[place].refusal == 0 else { return nil }
    defer { attempts[place].clear() }
    return Brief(of: attempts[place])
  }

  /// The facts of the next connection that has ended and is not given in brief, in order of their ends; nil where there
  /// is none for now.
  public mutating func nextFinished() -> Facts? {
    if ended.isEmpty { endRemaining() }
    return ended.nextFacts()
  }

  /// At the end of the input: one connection more.
  private mutating func endRemaining() {
    guard let reason = ending else { return }
    while ended.isEmpty, let next = remaining.popLast() { retireRemaining(next.index, reason) }
  }

  private mutating func retireRemaining(_ index: UInt32, _ reason: EndReason) {
    if Tracker.isAttempt(index) {
      let place = index & ~Tracker.attemptBit
      if attempts[place].isLive { retireAttempt(place, reason) }
    } else if index >= Tracker.quietBit {
      let place = index & ~Tracker.quietBit
      if quiet[place].isLive { retireQuiet(place, reason) }
    } else if records[index].shared.has(.live) {
      retire(index, reason)
    }
  }
}
