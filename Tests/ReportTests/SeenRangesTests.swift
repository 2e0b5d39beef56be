import Testing

@testable import Report

@Suite("What a ladder has seen of a stream")
struct SeenRangesTests {
  @Test func rangesJoinWhereTheyTouch() {
    var seen = SeenRanges()
    for range in [10..<20, 40..<50, 0..<5, 20..<25, 24..<41] as [Range<Int64>] { seen.insert(range) }
    #expect(seen.ranges == [0..<5, 10..<50])
    #expect(seen.contains(12..<44))
    #expect(!seen.contains(4..<6))
    #expect(seen.overlaps(4..<10))
    #expect(!seen.overlaps(5..<10))
    #expect(seen.end == 50)
  }

  /// Every island is new, before all others: the sender chooses their number, and we the limit.
  @Test(arguments: [true, false]) func islandsAreBounded(descending: Bool) {
    var seen = SeenRanges()
    for number in 0..<80_000 as Range<Int64> {
      let start = 10 * (descending ? 80_000 - number : number)
      #expect(!seen.overlaps(start..<start + 5))
      seen.insert(start..<start + 5)
    }
    #expect(seen.ranges.count <= SeenRanges.limit)
  }
}
