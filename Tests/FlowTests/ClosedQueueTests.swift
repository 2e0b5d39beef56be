import Testing
import Wire

@testable import Flow

@Suite("Who has waited longest") struct ClosedQueueTests {
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
