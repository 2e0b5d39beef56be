import Testing

@testable import Engine

@Suite("Where several readings of the same inputs end: at the same frame all")
struct StopLineTests {
  @Test func nobodyPassesTheLineAndAllComeToIt() {
    let line = StopLine(readings: 3)
    for look in 1...5 as ClosedRange<UInt64> { #expect(line.passes(look, 0)) }
    for look in 1...2 as ClosedRange<UInt64> { #expect(line.passes(look, 1)) }
    line.stop()
    // Who has come farthest ends first; who is behind comes to the same place.
    #expect(!line.passes(6, 0))
    for look in 3...5 as ClosedRange<UInt64> { #expect(line.passes(look, 1)) }
    #expect(!line.passes(6, 1))
    for look in 1...5 as ClosedRange<UInt64> { #expect(line.passes(look, 2)) }
    #expect(!line.passes(6, 2))
    #expect(line.ends(at: 6))
  }

  @Test func aSecondStopMovesNothing() {
    let line = StopLine(readings: 2)
    #expect(line.passes(1, 0))
    line.stop()
    #expect(line.passes(1, 1))
    line.stop()
    #expect(!line.passes(2, 1))
  }

  /// The inputs ended before anybody was stopped: of one reading that is true, and so of all.
  @Test(arguments: [(2, false), (3, true)] as [(UInt64, Bool)])
  func whetherItWasAnInterruptionIsSettledByTheFirst(look: UInt64, isInterruption: Bool) {
    let line = StopLine(readings: 2)
    #expect(line.passes(1, 0))
    #expect(line.passes(2, 0))
    line.stop()
    #expect(line.ends(at: look) == isInterruption)
    #expect(line.ends(at: 99) == isInterruption)
    #expect(line.ends(at: 1) == isInterruption)
  }
}
