import PacketScript
import Testing
import Wire

@testable import Flow

@Suite("What connections show together of the capture")
struct SharedGapsTests {
  /// `count` connections that have come as far as their requests, each acknowledged at 1.01.
  private func clients(_ count: Int, net: Int = 1, _ rest: (Int, String) -> String) -> String {
    let names = (0..<count).map { "K\($0)" }
    let hosts = names.enumerated().map { "host \($1) = 10.0.\(net).\($0 + 1):40000" }
    var lines: [String] = []
    for (place, name) in names.enumerated() {
      lines.append("0.0\(place)0 \(name) > S S\n0.0\(place)1 S > \(name) S.\n0.0\(place)2 \(name) > S .")
    }
    return (hosts + lines + names.enumerated().map { rest($0, $1) }).joined(separator: "\n")
  }

  private func gaps(_ text: String) throws -> SharedGaps {
    var tracker = Tracker(TrackerOptions())
    _ = feed(try PacketScript.parse(text).observations, &tracker)
    return tracker.gaps
  }

  @Test("13: what many connections miss at one instant the capture has lost", arguments: [(2, 0), (3, 1), (5, 1)])
  func blind(count: Int, intervals: Int) throws {
    let text = clients(count) { place, name in
      """
      1.00\(place) S > \(name) P. 1:1001
      1.01\(place) S > \(name) P. 1001:2001 lost
      1.02\(place) S > \(name) P. 2001:3001
      1.03\(place) \(name) > S . ack 3001
      """
    }
    let found = try gaps(text).blind
    #expect(found.count == intervals)
    let start = try PacketScript.parse(text).start
    for interval in found {
      #expect(interval.contains(start.advanced(by: 1_013_000_000)))
      #expect(interval.upperBound.since(interval.lowerBound) < 100_000_000)
    }
  }

  @Test("13: what is sent again was lost on the path, and one connection's gaps are no witness of another's")
  func notBlind() throws {
    let healed = clients(4) { place, name in
      """
      1.00\(place) S > \(name) P. 1:1001
      1.01\(place) S > \(name) P. 1001:2001 lost
      1.02\(place) S > \(name) P. 2001:3001
      1.03\(place) \(name) > S . ack 1001
      1.25\(place) S > \(name) P. 1001:2001
      1.26\(place) \(name) > S . ack 3001
      """
    }
    #expect(try gaps(healed).blind.isEmpty)
    let one = clients(1) { _, name in
      (0..<6).map {
        """
        1.0\($0)0 S > \(name) P. \($0 * 3000 + 1):\($0 * 3000 + 1001)
        1.0\($0)1 S > \(name) P. \($0 * 3000 + 1001):\($0 * 3000 + 2001) lost
        1.0\($0)2 S > \(name) P. \($0 * 3000 + 2001):\($0 * 3000 + 3001)
        1.0\($0)3 \(name) > S . ack \($0 * 3000 + 3001)
        """
      }.joined(separator: "\n")
    }
    #expect(try gaps(one).blind.isEmpty)
    let atOtherTimes = clients(4) { place, name in
      """
      \(place + 1).00 S > \(name) P. 1:1001
      \(place + 1).01 S > \(name) P. 1001:2001 lost
      \(place + 1).02 S > \(name) P. 2001:3001
      \(place + 1).03 \(name) > S . ack 3001
      """
    }
    #expect(try gaps(atOtherTimes).blind.isEmpty)
  }

  @Test("13: of interfaces each is blind for itself", arguments: [(3, 2), (2, 3), (2, 2)])
  func apart(first: Int, second: Int) throws {
    let segments = try [first, second].enumerated().flatMap { input, count in
      let text = clients(count, net: input + 1) { place, name in
        """
        1.00\(place) S > \(name) P. 1:1001
        1.01\(place) S > \(name) P. 1001:2001 lost
        1.02\(place) S > \(name) P. 2001:3001
        1.03\(place) \(name) > S . ack 3001
        """
      }
      return try PacketScript.parse(text).observations.compactMap { observation -> Segment? in
        guard case .segment(var segment) = observation else { return nil }
        segment.packet = PacketReference(input: input, number: segment.packet.number)
        return segment
      }
    }.sorted { $0.time < $1.time }
    func intervals(_ inputs: [Int], areApart: Bool) -> Int {
      var tracker = Tracker(TrackerOptions())
      tracker.inputsAreApart = areApart
      _ = feed(segments.map { .segment($0) }, &tracker)
      return tracker.gaps.blind(for: inputs.map { PacketReference(input: $0, number: 1) }).count
    }
    #expect(intervals([0], areApart: true) == (first > 2 ? 1 : 0))
    #expect(intervals([1], areApart: true) == (second > 2 ? 1 : 0))
    #expect(intervals([1, 0, 1], areApart: true) == (first + second > 4 ? 1 : 0))
    #expect(intervals([1], areApart: false) == 1)
  }

  /// Data that no kernel would have left without repetition for a day.
  @Test(
    "7: the clock leaps where connections go on in the middle of what they did", arguments: [(1, 0), (2, 1), (5, 1)])
  func leap(count: Int, leaps: Int) throws {
    let text =
      clients(count) { place, name in
        "1.00\(place) \(name) > S P. 1:101"
      } + "\n" + (0..<count).map { "86400.00\($0) S > K\($0) . ack 101" }.joined(separator: "\n")
    let found = try gaps(text).leaps
    #expect(found.count == leaps)
    #expect(found.allSatisfy { $0.upperBound.since($0.lowerBound) / 1_000_000_000 == 86398 })
  }

  @Test("7: connections that were idle for a day, or repeated what they had sent, show no leap")
  func noLeap() throws {
    let idle = clients(5) { place, name in "1.00\(place) \(name) > S P. 1:101\n1.01\(place) S > \(name) . ack 101" }
    let again = (0..<5).map { "86400.00\($0) K\($0) > S P. 101:201\n86400.01\($0) S > K\($0) . ack 201" }
    #expect(try gaps(idle + "\n" + again.joined(separator: "\n")).leaps.isEmpty)
    let repeated = clients(5) { place, name in
      "1.00\(place),1.30\(place),1.90\(place),3.10\(place),60.00\(place) \(name) > S P. 1:101"
    }
    let late = (0..<5).map { "400.00\($0) S > K\($0) . ack 101" }
    #expect(try gaps(repeated + "\n" + late.joined(separator: "\n")).leaps.isEmpty)
  }

  /// Two missing files, of 10 s and 12 s, and more connections than there are places: each misses what was sent from some moment before a
  /// file to some moment behind it.
  @Test(arguments: [1, 1100], [0, 2000]) func aMissingFileIsKnownHoweverManyMissIt(connections: Int, others: Int) {
    func time(_ milliseconds: Int) -> Timestamp { Timestamp(nanoseconds: Int64(milliseconds) * 1_000_000) }
    var gaps = SharedGaps()
    gaps.seams = [time(20_000)...time(30_000), time(60_000)...time(72_000)]
    // Before and behind them, many have lost something each for itself.
    for number in 0..<others {
      let side = PacketReference(input: 0, number: UInt64(number + 5000))
      gaps.noteLoss(from: time(number * 5), to: time(number * 5 + 2000), of: side)
      gaps.noteLoss(from: time(80_000 + number * 5), to: time(number * 5 + 82_000), of: side)
    }
    for (start, end) in [(20_000, 30_001), (60_000, 72_001)] {
      for number in 0..<connections {
        let side = PacketReference(input: 0, number: UInt64(number + 1))
        gaps.noteLoss(from: time(start - number % 1000), to: time(end + number * 7 % 1000), of: side)
      }
    }
    #expect(gaps.isMissing(time(20_000)...time(30_000)) && gaps.isMissing(time(60_000)...time(72_000)))
    #expect(!gaps.isMissing(time(40_000)...time(50_000)))
  }
}
