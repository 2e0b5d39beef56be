import Flow
import Testing

@Suite("Intervals of a stream")
struct RangesTests {
  @Test func touchingIntervalsAreOne() {
    var ranges = Ranges()
    ranges.insert(OffsetRange(10, 20))
    ranges.insert(OffsetRange(30, 40))
    ranges.insert(OffsetRange(20, 30))
    #expect(ranges.count == 1)
    #expect(ranges[0] == OffsetRange(10, 40))
  }

  @Test func removingFromTheMiddleLeavesBothEnds() {
    var ranges = Ranges()
    ranges.insert(OffsetRange(0, 100))
    #expect(ranges.remove(OffsetRange(40, 60)) == 20)
    #expect(ranges.count == 2)
    #expect(ranges.total == 80)
    #expect(ranges.total(below: 70) == 50)
    #expect(ranges.remove(OffsetRange(40, 60)) == 0)
  }

  @Test func whatDoesNotFitIsAddedUp() {
    var ranges = Ranges()
    for index in 0..<20 { ranges.insert(OffsetRange(Int64(index) * 10, Int64(index) * 10 + 5)) }
    #expect(ranges.count == Ranges.limit)
    #expect(ranges.total + ranges.forgotten == 100)
  }

  /// More holes than are kept, and all of them filled: nothing is missing, though some were forgotten meanwhile.
  @Test func whatWasForgottenIsFilledToo() {
    var ranges = Ranges()
    for index in 0..<20 as Range<Int64> { ranges.insert(OffsetRange(index * 10, index * 10 + 5)) }
    var filled: Int64 = 0
    for index in 0..<20 as Range<Int64> { filled += ranges.remove(OffsetRange(index * 10, index * 10 + 5)) }
    #expect(filled == 100)
    #expect(ranges.isEmpty && ranges.forgotten == 0)
    #expect(ranges.remove(OffsetRange(0, 200)) == 0)
  }

  @Test func farFromWhatWasForgottenNothingIsFilled() {
    var ranges = Ranges()
    for index in 0..<20 as Range<Int64> { ranges.insert(OffsetRange(1000 + index * 10, 1000 + index * 10 + 5)) }
    let forgotten = ranges.forgotten
    #expect(forgotten == 60)
    #expect(ranges.remove(OffsetRange(0, 1000)) == 0)
    #expect(ranges.forgotten == forgotten)
    ranges.shift(by: 500)
    #expect(ranges.remove(OffsetRange(1500, 1505)) == 5)
  }

  /// Against a set of single bytes, which cannot be wrong.
  @Test(arguments: 1...40) func agreesWithASetOfBytes(seed: Int) {
    var state = UInt64(seed)
    func random(_ bound: Int64) -> Int64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int64(state >> 33) % bound
    }
    var ranges = Ranges()
    var bytes = Set<Int64>()
    for _ in 0..<200 {
      let start = random(64)
      let range = OffsetRange(start, start + 1 + random(30))
      if random(2) == 0 {
        // Few enough never to be forgotten.
        guard ranges.count < Ranges.limit - 1 else { continue }
        ranges.insert(range)
        bytes.formUnion(range.start..<range.end)
      } else {
        let before = bytes.count
        bytes.subtract(range.start..<range.end)
        guard ranges.count < Ranges.limit - 1 else { break }
        #expect(ranges.remove(range) == Int64(before - bytes.count))
      }
      #expect(ranges.total == Int64(bytes.count))
    }
  }
}
