internal import DequeModule
public import Wire

/// A connection that is open when the input ends. In twelve bytes: of millions of attempts each has one.
struct Remaining: BitwiseCopyable, Sendable {
  private let halves: UInt64Halves
  let index: UInt32

  init(id: UInt64, index: UInt32) {
    halves = UInt64Halves(id)
    self.index = index
  }

  var id: UInt64 { halves.value }
}

// How connections leave the table: closed and quiet, replaced, given up for want of room, or at the end of input. Nothing
// leaves because it is idle: those are the connections that this tool is for.
extension Tracker {
  /// The connection may be over: it waits for stragglers, and for whether a RST was taken.
  mutating func noteEnd(_ index: UInt32) {
    guard records[index].isOver(troubles) else { return }
    if records.count < options.quietFrom || !putAwayClosed(index) { linger(index) }
  }

  /// Queues up a connection as it is.
  mutating func linger(_ index: UInt32) {
    records[index].shared.marks.insert(.lingering)
    records[index].shared.marks.remove(.predictable)
    queueUp(
      Lingering(
        index: index, generation: records[index].shared.generation, since: records[index].shared.lastTime),
      records[index].key)
  }

  /// - Parameter key: of the connection, or of the attempt.
  mutating func queueUp(_ entry: Lingering, _ key: FlowKey) {
    // Those whose record was given to another leave when they are looked at; while time stands still, nothing is.
    if lingering.count > 2 * (records.count + quiet.count + attempts.count) + 1024 { forgetStale() }
    lingering.append(entry, Lane.of(key))
    nextExpiry = min(nextExpiry, entry.since.advanced(by: options.closedLinger))
    alarm = min(alarm, nextExpiry)
  }

  @inline(never) private mutating func forgetStale() {
    for (lane, entries) in lingering.takeAll().enumerated() {
      for entry in entries { if let entry = followed(entry) { lingering.append(entry, lane) } }
    }
  }

  mutating func scheduleExpiry() { nextExpiry = lingering.earliest.advanced(by: options.closedLinger) }

  /// Retires those that have been quiet for long enough. The queue's times only wait: who spoke meanwhile goes back.
  mutating func expire() {
    var most = InlineArray<16, UInt8>(repeating: Tracker.expiriesPerPacket)
    var latest = Timestamp(nanoseconds: .min)
    while let lane = lingering.first(most), now.since(lingering.since(lane)) >= options.closedLinger {
      // Who waits behind one that goes back into the queue has waited for that one.
      latest = max(latest, lingering.since(lane))
      journal.pass(latest, lane)
      // What has left already counts for nothing.
      let head = lingering.removeFirst(lane)
      prefetchLeaving(lane)
      guard let entry = followed(head) else { continue }
      most[lane] -= 1
      if entry.index >= Tracker.quietBit {
        retireSmall(entry, .closed)
        continue
      }
      let last = records[entry.index].shared.lastTime
      if last > entry.since {
        lingering.append(Lingering(index: entry.index, generation: entry.generation, since: last), lane)
      } else if records[entry.index].isOver(troubles) {
        retire(entry.index, .closed)
      } else {
        records[entry.index].shared.marks.remove(.lingering)
      }
    }
    scheduleExpiry()
  }

  /// Most connections of a lane that leave at a packet: however far time jumps, the queue of the finished stays short.
  private static var expiriesPerPacket: UInt8 { 8 }

  /// Closed and quiet for so long that it should have left: what comes at `time` is another's.
  mutating func isOverdue(_ index: UInt32, at time: Timestamp) -> Bool {
    guard records[index].shared.has(.lingering) else { return false }
    return time.since(records[index].shared.lastTime) >= options.closedLinger && records[index].isOver(troubles)
  }

  mutating func isCurrent(_ entry: Lingering) -> Bool {
    let shared = records[entry.index].shared
    return shared.has(.live) && shared.generation == entry.generation && shared.has(.lingering)
  }

  /// Another packet has ended it, whose time may be in doubt: it was observed up to that.
  mutating func retire(_ index: UInt32, _ reason: EndReason, at time: Timestamp) {
    let believed = now
    if time > now { now = time }
    retire(index, reason)
    now = believed
  }

  /// Writes the facts of a connection and gives its place free.
  mutating func retire(_ index: UInt32, _ reason: EndReason) {
    if records[index].shared.has(.pendingSYN), let waiting = pending[index] {
      dropPending(index)
      let syn = waiting.segment
      if reason == .reused || waiting.isChallenged || !syn.isAttempt || records[index].isOver(troubles) {
        let (_, fromA) = FlowKey.of(syn, scope: records[index].key.scope)
        records[index].countStranger(syn, fromA: fromA, troubles: &troubles)
      } else {
        retireBoth(index, waiting, reason)
        return
      }
    }
    var connection = records[index]
    write(&connection, index: index, reason)
    // After the end nobody asks any more.
    if ending == nil {
      table.remove(records[index].shared.hash, index)
      usedTuples.insert(records[index].key)
      bury(index)
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
    if records[index].shared.has(.afterlife) { afterlives.removeValue(forKey: index) }
    records[index].shared.marks = []
    records.free(index)
  }

  /// Whether a connection has ended and was not taken yet.
  public var hasFinished: Bool {
    // It changes nothing; but one that may not would be called with a copy.
    mutating get { journal.isOn ? journal.hasNews : !ended.isEmpty }
  }

  /// No more input: the connections that are still held follow by `nextFinished()`, in order of their beginnings.
  /// - Parameters:
  ///   - end: how far the recording reached, where that is later than its last segment.
  ///   - ends: `[input]`: the same of the recording that it is a part of; empty where all end with the latest packet.
  public mutating func finish(
    _ reason: EndReason = .endOfInput, recordedUntil end: Timestamp? = nil, each ends: [Timestamp] = []
  ) {
    ending = reason
    recordedUntil = ends
    if let end, end > now { now = end }
    // Nobody asks it any more, and what follows takes memory too.
    table = FlowTable()
    if remaining.isEmpty { listOpen() }
  }

  /// Lists those that are open: by their beginnings, the first last.
  mutating func listOpen() {
    remaining.reserveCapacity(records.count + quiet.count + attempts.count)
    // Backwards: places are given out in turn, so that nearly all of it is in order then.
    for index in (1..<max(1, records.used)).reversed() where records[index].shared.has(.live) {
      remaining.append(Remaining(id: records[index].shared.id, index: index))
    }
    for place in (1..<max(1, quiet.used)).reversed() where quiet[place].isLive {
      remaining.append(Remaining(id: quiet[place].id, index: place | Tracker.quietBit))
    }
    for place in (1..<max(1, attempts.used)).reversed() where attempts[place].isLive {
      remaining.append(Remaining(id: attempts[place].id, index: place | Tracker.attemptBit))
    }
    remaining.sort { $0.id > $1.id }
  }

  /// The next connection that has ended, in order of their ends, if it is given in brief; nil where it is not (then
  /// `nextFinished()` gives it), or where there is none for now. Only with `TrackerOptions.brief`.
  public mutating func nextBrief() -> Brief? {
    var brief = Brief()
    return takeBrief(&brief) ? brief : nil
  }

  /// The same, into the place where it is wanted: a brief is not small, and there are millions. Says whether there was one.
  public mutating func takeBrief(_ brief: inout Brief) -> Bool {
    guard ended.isEmpty, let reason = ending else { return ended.takeBrief(&brief) }
    while ended.isEmpty, let next = remaining.popLast() {
      prefetchRemaining(behind: remaining.count)
      // What is in order goes straight to who asks for it.
      if options.brief, endInBrief(next.index, &brief) { return true }
      retireRemaining(next.index, reason)
    }
    return ended.takeBrief(&brief)
  }

  /// The brief of an attempt that is open at the end, or of a connection that is in order; false for an attempt that was
  /// refused, for what is not in order, and what is there no more.
  private mutating func endInBrief(_ index: UInt32, _ brief: inout Brief) -> Bool {
    if Tracker.isAttempt(index) {
      let place = index & ~Tracker.attemptBit
      guard attempts[place].isLive, attempts[place].refusal == 0 else { return false }
      brief = Brief(of: attempts[place], .endOfInput)
      attempts[place].clear()
    } else if index >= Tracker.quietBit {
      let place = index & ~Tracker.quietBit
      guard quiet[place].isLive, quiet[place].closing != 0 else { return false }
      brief = quiet[place].closedBrief
      giveFree(place)
    } else {
      guard records[index].shared.has(.live) else { return false }
      let clientIsA = records[index].isClientA(journal.clientIsA, servicePorts)
      guard records[index].writeIfInOrder(&brief, clientIsA: clientIsA, troubles) else { return false }
      // Nobody needs its place any more.
      records[index].shared.marks = []
    }
    return true
  }

  /// The facts of the next connection that has ended and is not given in brief, in order of their ends; nil where there
  /// is none for now.
  public mutating func nextFinished() -> Facts? { hasFacts() ? takeFacts() : nil }

  /// Whether there are such.
  public mutating func hasFacts() -> Bool {
    if ended.isEmpty { endRemaining() }
    return ended.hasFacts
  }

  /// As `nextFinished()`, after `hasFacts()` said that there are some: an optional would cost two copies of what is large.
  public mutating func takeFacts() -> Facts { ended.takeFacts() }

  /// At the end of the input: one connection more.
  private mutating func endRemaining() {
    guard let reason = ending else { return }
    while ended.isEmpty, let next = remaining.popLast() { retireRemaining(next.index, reason) }
  }

  mutating func retireRemaining(_ index: UInt32, _ reason: EndReason) {
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
