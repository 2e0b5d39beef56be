import Testing

@testable import Engine

@Suite("Steps of the kernel's clock") struct ClockWatchTests {
  private static let second: Int64 = 1_000_000_000
  private static let start: Int64 = 1_800_000_000

  /// Seconds: since the start by the wall, and by the clocks that nobody sets.
  private func step(_ wall: Int64, _ monotonic: Int64, _ boottime: Int64) -> ClockStep? {
    func reading(_ wall: Int64, _ monotonic: Int64, _ boottime: Int64) -> ClockWatch.Reading {
      ClockWatch.Reading(
        realtime: (Self.start + wall) * Self.second, monotonic: monotonic * Self.second,
        boottime: (100 + boottime) * Self.second)
    }
    var clock = ClockWatch()
    #expect(clock.look(reading(0, 0, 0)) == nil)
    // Held up between two clocks: it tells nothing.
    #expect(clock.look(nil) == nil)
    return clock.look(reading(wall, monotonic, boottime))
  }

  @Test func aProcessThatWasHeldUp() {
    #expect(step(1, 1, 1) == nil)
    #expect(step(600, 600, 600) == nil)
    // Set a little.
    #expect(step(601, 600, 600) == nil)
  }

  @Test func setForward() throws {
    let found = try #require(step(3601, 1, 1))
    #expect(found.words == "the clock was set forward by 60 min")
    // From 1 s at the latest, to 3600 s at the earliest.
    #expect(found.from == (Self.start + 1) * Self.second && found.to == (Self.start + 3600) * Self.second)
    // While the process was held up for longer: at some moment of that.
    let hidden = try #require(step(25, 20, 20))
    #expect(hidden.to - hidden.from == 5 * Self.second && hidden.size == 5 * Self.second)
    #expect(hidden.from > Self.start * Self.second && hidden.to < (Self.start + 25) * Self.second)
  }

  @Test func asleep() throws {
    #expect(try #require(step(31, 1, 31)).words == "this host slept for 30 s")
    let both = try #require(step(91, 1, 31)).words
    #expect(both.hasPrefix("this host slept for 30 s, and the clock was set forward by "), "\(both)")
  }

  @Test func setBackIsForPacketsToTell() {
    #expect(step(-3600, 1, 1) == nil)
    let back = ClockStep(from: 10 * Self.second, to: 3 * Self.second, size: -7 * Self.second, slept: nil)
    #expect(back.words == "the clock was set back by 7 s")
    let adapter = ClockStep(from: 0, to: 7 * Self.second, size: 7 * Self.second, slept: nil)
    #expect(adapter.words == "the clock was set forward by 7 s, or this host slept")
  }

  /// Where an adapter dates packets they alone tell, and may have waited in the ring while the process was held up.
  @Test func packetsOfAnAdapter() {
    let (from, to) = (Self.start * Self.second, (Self.start + 9) * Self.second)
    #expect(ClockStep(from: from, to: to, 1 * Self.second)?.size == 9 * Self.second)
    #expect(ClockStep(from: from, to: to, 8 * Self.second) == nil)
    #expect(ClockStep(from: to, to: from, 1 * Self.second)?.size == -9 * Self.second)
    // The host dates them.
    #expect(ClockStep(from: from, to: to, nil) == nil)
    #expect(ClockStep(from: to, to: from, nil)?.size == -9 * Self.second)
    #expect(ClockStep(from: from, to: from + Self.second, 0) == nil)
  }
}
