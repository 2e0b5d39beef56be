import Flow
import PacketScript
import Testing
import Wire

@Suite("The capture's clock: a time far ahead is believed when another packet says so too")
struct LeapTests {
  /// Seconds of the packets in their order, and where the clock stands in the end. Closed connections wait for 10 s, and queues put
  /// packets 5 s apart: by 15 s the clock steps, by more it leaps.
  @Test(
    arguments: [
      ([0, 1, 2], 2, 2),
      ([0, 15], 15, 15),
      // One that leaps is as far as the input has got, as long as nobody speaks against it.
      ([0, 16], 0, 16),
      ([0, 3600], 0, 3600),
      ([0, 3600, 1], 1, 1),
      ([0, 3600, 3601], 3601, 3601),
      ([0, 3600, 7200], 7200, 7200),
      // Within what queues put between them: 5 s behind one another, or others in between for so long.
      ([0, 3600, 3595], 3595, 3595),
      ([0, 3600, 3594], 0, 3594),
      ([0, 3600, 2, 5, 3600], 3600, 3600),
      ([0, 3600, 2, 4, 6, 3600], 6, 3600),
      // Backward it does not go.
      ([10, 0, 2], 10, 10),
    ] as [([Int], Int, Int)])
  func whatTheClockSays(seconds: [Int], clock: Int, reached: Int) throws {
    var tracker = Tracker(options)
    let packets = try segments(at: seconds)
    _ = feed(packets.map { .segment($0) }, &tracker, batchSize: 1)
    #expect(try tracker.now == time(clock), "the clock")
    #expect(try tracker.reached == time(reached), "as far as the input has got")
  }

  /// A connection that is over waits for stragglers: one packet's wrong time is no reason to give it up.
  @Test(arguments: [([3600], 1), ([3600, 3601], 2)]) func whoWaitsIsNotGivenUpForOneWrongTime(
    leaps: [Int], connections: Int
  ) throws {
    let over = try PacketScript.parse(
      """
      0.0 C > S S
      0.1 S > C S.
      0.2 C > S .
      0.3 C > S F.
      0.4 S > C F. ack 2
      0.5 C > S . ack 2
      0.6 C > S . ack 2
      """
    ).segments
    let leaping = try segments(at: leaps)
    let all = track(over.dropLast() + leaping + over.suffix(1), batchSize: 1, options: options)
    #expect(all.count - leaps.count == connections)
  }

  private var options: TrackerOptions {
    var options = TrackerOptions()
    options.closedLinger = 10_000_000_000
    return options
  }

  /// Since a script's beginning.
  private func time(_ seconds: Int) throws -> Timestamp {
    let start = try #require(try PacketScript.parse("0 C > S S").segments.first).time
    return start.advanced(by: Int64(seconds) * 1_000_000_000)
  }

  /// A SYN each, of connections that have nothing to do with each other but their times.
  private func segments(at seconds: [Int]) throws -> [Segment] {
    let script = seconds.indices.map { "host H\($0) = 10.9.0.\($0 + 1):50000\n0 H\($0) > S S" }.joined(separator: "\n")
    return try zip(PacketScript.parse(script).segments, seconds).map { captured, second in
      var segment = captured
      segment.time = try time(second)
      return segment
    }
  }
}
