internal import DequeModule
internal import Wire

/// A connection that is over, and since when. Its record may have been given to another meanwhile.
struct Lingering: BitwiseCopyable, Sendable {
  /// Of the record; with `Tracker.attemptBit` of the RST that refused an attempt, with `Tracker.quietBit` of a `Closing`.
  var index: UInt32
  var generation: UInt16
  var since: Timestamp
}

/// Connections that are over and wait for stragglers, in order of their ends: in lanes, by their 4-tuples.
///
/// Who leaves when depends on what is before him in his lane, and on nothing in any other: so it is the same whether one tracker has all
/// lanes or several have some each.
struct ClosedQueue: Sendable {
  private var lanes = [Deque<Lingering>](repeating: Deque(), count: Lane.count)
  /// Since when the first of each lane waits, ns; `.max` where there is none.
  private var heads = InlineArray<16, Int64>(repeating: .max)
  private(set) var count = 0

  /// The lane whose first waits since the earliest, the lowest of several; -1 where nobody waits.
  private var soonest = -1

  /// The earliest of the firsts; `.max` where there is none.
  var earliest: Timestamp { Timestamp(nanoseconds: soonest < 0 ? .max : heads[soonest]) }

  /// The lane whose first waits since the earliest, of those with something left of `most`; nil where there is none.
  func first(_ most: borrowing InlineArray<16, UInt8>) -> Int? {
    if soonest < 0 { return nil }
    if most[soonest] > 0 { return soonest }
    var heads = heads
    for lane in 0..<Lane.count where most[lane] == 0 { heads[lane] = .max }
    let lane = ClosedQueue.least(heads)
    return lane < 0 ? nil : lane
  }

  private static func least(_ heads: InlineArray<16, Int64>) -> Int {
    var least = Int64.max
    var found = -1
    // Without a branch: which lane is first nobody can predict.
    for lane in 0..<Lane.count {
      found = heads[lane] < least ? lane : found
      least = min(heads[lane], least)
    }
    return found
  }

  func since(_ lane: Int) -> Timestamp { Timestamp(nanoseconds: heads[lane]) }

  /// Who stands at `place` of a lane, 0 the first; nil where nobody does.
  func waiting(_ lane: Int, _ place: Int) -> Lingering? { place < lanes[lane].count ? lanes[lane][place] : nil }

  mutating func append(_ entry: Lingering, _ lane: Int) {
    if lanes[lane].isEmpty {
      heads[lane] = entry.since.nanoseconds
      soonest = ClosedQueue.least(heads)
    }
    lanes[lane].append(entry)
    count += 1
  }

  mutating func removeFirst(_ lane: Int) -> Lingering {
    let entry = lanes[lane].removeFirst()
    heads[lane] = lanes[lane].first?.since.nanoseconds ?? .max
    soonest = ClosedQueue.least(heads)
    count -= 1
    return entry
  }

  /// The one that waits since the earliest.
  mutating func popFirst() -> Lingering? {
    soonest < 0 ? nil : removeFirst(soonest)
  }

  /// Everything, to be looked through: by lanes, each in its order.
  mutating func takeAll() -> [Deque<Lingering>] {
    let all = lanes
    self = ClosedQueue()
    return all
  }
}

/// The lanes that 4-tuples are spread over, the same in every run.
enum Lane {
  static var count: Int { 16 }
  static func of(_ key: FlowKey) -> Int { UsedTuples.lane(key) }
}
