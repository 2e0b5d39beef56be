import Testing
import Wire

@testable import Flow

@Suite("The closed wait in lanes, each in its order")
struct ClosedQueueTests {
  /// Near each other, far, backwards, and at both ends of time.
  private static func time(_ random: inout Generator, after last: Int64) -> Int64 {
    switch random.below(40) {
    case 0: .min
    case 1: .max
    case 2: Int64(bitPattern: random.next())
    case 3: last &- Int64(random.below(5_000_000_000))
    case 4: last &+ Int64(random.below(5_000_000_000))
    default: last &+ Int64(random.below(1000))
    }
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>) func eachLeavesInItsTurn(_ seed: UInt64) {
    var random = Generator(seed: seed)
    var queue = ClosedQueue()
    var model = [[Lingering]](repeating: [], count: Lane.count)
    var last: Int64 = 1_700_000_000_000_000_000
    for step in 0..<40_000 {
      // It fills, empties, and fills again; most are of one lane.
      let fills = step % 20_000 < 12_000
      let lane = random.below(3) == 0 ? Int(random.below(16)) : 5
      if random.below(8) < (fills ? 6 : 2) {
        last = Self.time(&random, after: last)
        let waiting = Lingering(
          index: UInt32(truncatingIfNeeded: random.next()), generation: UInt16(truncatingIfNeeded: random.next()),
          since: Timestamp(nanoseconds: last))
        queue.append(waiting, lane)
        model[lane].append(waiting)
      } else if !model[lane].isEmpty {
        #expect(equal(queue.removeFirst(lane), model[lane].removeFirst()))
      }
      if let first = model[lane].first {
        #expect(queue.since(lane) == first.since)
        #expect(queue.waiting(lane, 0).map { equal($0, first) } == true)
      } else {
        #expect(queue.waiting(lane, 0) == nil)
      }
    }
    #expect(queue.count == model.reduce(0) { $0 + $1.count })
    // The value may be kept, and both go on.
    var kept = queue
    let all = queue.takeAll()
    #expect(queue.count == 0 && queue.popFirst() == nil)
    for lane in model.indices {
      #expect(all[lane].count == model[lane].count && zip(all[lane], model[lane]).allSatisfy { equal($0, $1) })
      for waiting in model[lane] { #expect(equal(kept.removeFirst(lane), waiting)) }
    }
    #expect(kept.count == 0)
  }

  private func equal(_ one: Lingering, _ other: Lingering) -> Bool {
    one.index == other.index && one.generation == other.generation && one.since == other.since
  }

  private func entry(_ index: UInt32, _ time: Int64) -> Lingering {
    Lingering(index: index, generation: 0, since: Timestamp(nanoseconds: time))
  }

  @Test func nobodyWaitsAtFirst() {
    var queue = ClosedQueue()
    let popped = queue.popFirst()
    #expect(popped == nil && queue.count == 0)
    #expect(queue.earliest == Timestamp(nanoseconds: .max))
  }

  /// Against a plain list: lanes in any order, firsts that come and go, times that are equal.
  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func theyLeaveInOrderOfTheirEnds(seed: UInt64) {
    var queue = ClosedQueue()
    var waiting: [(lane: Int, index: UInt32, time: Int64)] = []
    var state = seed
    func random(_ bound: UInt64) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % bound)
    }
    var time: Int64 = 0
    for index in 0..<4000 {
      if random(5) < 3 {
        time += Int64(random(3))
        let lane = random(UInt64(Lane.count))
        queue.append(entry(UInt32(index), time), lane)
        waiting.append((lane, UInt32(index), time))
      } else {
        // The earliest; of several the lowest lane; in it the one that came first.
        let first = waiting.enumerated().min { ($0.1.time, $0.1.lane, $0.0) < ($1.1.time, $1.1.lane, $1.0) }
        #expect(queue.earliest.nanoseconds == first?.element.time ?? .max)
        let popped = queue.popFirst()
        #expect(popped?.index == first?.element.index)
        if let first { waiting.remove(at: first.offset) }
      }
      #expect(queue.count == waiting.count)
    }
  }
}
