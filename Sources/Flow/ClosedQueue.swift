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
  private var lanes = [WaitingLane](repeating: WaitingLane(), count: Lane.count)
  /// Since when the first of each lane waits, ns; `.max` where there is none.
  private var heads = InlineArray<16, Int64>(repeating: .max)
  private(set) var count = 0
  /// What each takes, with its share of what is not full.
  static var bytesEach: Int { 12 }

  /// The lane whose first waits since the earliest, the lowest of several; -1 where nobody waits.
  private var soonest = -1
  /// A tournament (Knuth 5.4.1) of the lanes by their firsts: at 1 the winner of all, at `i` that of `2i` and `2i + 1`, where from 16 on
  /// are the lanes themselves. One that changes is compared with four others instead of all.
  private var winners = InlineArray<16, UInt8>(repeating: 0)

  init() {
    for node in stride(from: Lane.count - 1, to: 0, by: -1) {
      winners[node] = UInt8(truncatingIfNeeded: contender(2 * node))
    }
  }

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

  /// Who stands at `place` of a lane, 0 the first; nil where nobody does, or it is not known without a search.
  func waiting(_ lane: Int, _ place: Int) -> Lingering? { lanes[lane].waiting(place) }

  mutating func append(_ entry: Lingering, _ lane: Int) {
    if lanes[lane].isEmpty { setHead(lane, entry.since.nanoseconds) }
    lanes[lane].append(entry)
    count += 1
  }

  mutating func removeFirst(_ lane: Int) -> Lingering {
    let entry = lanes[lane].removeFirst()
    setHead(lane, lanes[lane].waiting(0)?.since.nanoseconds ?? .max)
    count -= 1
    return entry
  }

  private mutating func setHead(_ lane: Int, _ time: Int64) {
    heads[lane] = time
    var node = (Lane.count + lane) / 2
    while node > 0 {
      let left = contender(2 * node)
      let right = contender(2 * node + 1)
      winners[node] = UInt8(truncatingIfNeeded: heads[right] < heads[left] ? right : left)
      node /= 2
    }
    let first = Int(winners[1])
    soonest = heads[first] == .max ? -1 : first
  }

  private func contender(_ node: Int) -> Int { node < Lane.count ? Int(winners[node]) : node - Lane.count }

  /// The one that waits since the earliest.
  mutating func popFirst() -> Lingering? {
    soonest < 0 ? nil : removeFirst(soonest)
  }

  /// Everything, to be looked through: by lanes, each in its order.
  mutating func takeAll() -> [[Lingering]] {
    let all = lanes.map { lane in
      var lane = lane
      return (0..<lane.count).map { _ in lane.removeFirst() }
    }
    self = ClosedQueue()
    return all
  }
}

/// Who waits in one lane: in blocks, so that nobody is ever moved, and in ten bytes each.
struct WaitingLane: Sendable {
  struct Entry: BitwiseCopyable, Sendable {
    private var indexLow: UInt16
    private var indexHigh: UInt16
    private var generation: UInt16
    private var delayLow: UInt16
    private var delayHigh: UInt16

    init(_ waiting: Lingering, delay: UInt32) {
      indexLow = UInt16(truncatingIfNeeded: waiting.index)
      indexHigh = UInt16(truncatingIfNeeded: waiting.index >> 16)
      generation = waiting.generation
      delayLow = UInt16(truncatingIfNeeded: delay)
      delayHigh = UInt16(truncatingIfNeeded: delay >> 16)
    }

    func waiting(after base: Timestamp) -> Lingering {
      Lingering(
        index: UInt32(indexLow) | UInt32(indexHigh) << 16, generation: generation,
        since: base.advanced(by: Int64(UInt32(delayLow) | UInt32(delayHigh) << 16)))
    }
  }

  struct Block: Sendable {
    /// 2^31 ns before the first of them: time may go back a little.
    private var base = Timestamp(nanoseconds: 0)
    private var entries: [Entry] = []

    var count: Int { entries.count }
    var isEmpty: Bool { entries.isEmpty }
    /// An array that has room for more than was asked for is filled to its end.
    private var isFull: Bool { entries.count >= WaitingLane.blockSize && entries.count == entries.capacity }

    subscript(_ place: Int) -> Lingering { entries[place].waiting(after: base) }

    /// Says whether there is room for it, and its time is near the others'.
    mutating func append(_ waiting: Lingering) -> Bool {
      if isFull { return false }
      if isEmpty { base = waiting.since.advanced(by: Int64(Int32.min)) }
      guard let delay = UInt32(exactly: waiting.since.since(base)) else { return false }
      entries.append(Entry(waiting, delay: delay))
      return true
    }

    mutating func removeAll() { entries.removeAll(keepingCapacity: true) }
  }

  private static var blockSize: Int { 256 }
  /// Empty only where nobody waits; of those in it, so many have left.
  private var first = Block()
  private var left = 0
  private var middle = Deque<Block>()
  private var last = Block()
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  /// nil where nobody stands there, or it is in another block than the first.
  func waiting(_ place: Int) -> Lingering? { left + place < first.count ? first[left + place] : nil }

  mutating func append(_ waiting: Lingering) {
    count += 1
    if last.isEmpty, first.append(waiting) { return }
    if !last.append(waiting) { beginBlock(waiting) }
  }

  @inline(never) private mutating func beginBlock(_ waiting: Lingering) {
    middle.append(last)
    last = Block()
    // Into an empty block goes whatever comes.
    _ = last.append(waiting)
  }

  mutating func removeFirst() -> Lingering {
    let waiting = first[left]
    count -= 1
    left += 1
    if left == first.count { leaveBlock() }
    return waiting
  }

  @inline(never) private mutating func leaveBlock() {
    left = 0
    first.removeAll()
    if let next = middle.popFirst() { first = next } else { swap(&first, &last) }
  }
}

/// The lanes that 4-tuples are spread over, the same in every run.
enum Lane {
  static var count: Int { 16 }
  static func of(_ key: FlowKey) -> Int { UsedTuples.lane(key) }
}
