import PacketScript
import Testing
import Wire

@testable import Flow

@Suite("Idle connections are put away small and lose nothing")
struct QuietTests {
  /// Ten times as slow, and somebody else's packet before each: whoever can be put away is, between any two packets.
  private static func slow(_ text: String) throws -> [Observation] {
    let script = try PacketScript.parse(text)
    var all: [Observation] = []
    func late(_ segment: Segment) -> Segment {
      var segment = segment
      segment.time = script.start.advanced(by: segment.time.since(script.start) * 10)
      segment.packet = PacketReference(input: 0, number: segment.ordinal * 2)
      segment.ordinal *= 2
      return segment
    }
    for observation in script.observations {
      var other = Segment()
      switch observation {
      case .segment(let segment):
        other = late(segment)
        all.append(.segment(late(segment)))
      case .error(var error):
        error.quoted = late(error.quoted)
        other = error.quoted
        all.append(.error(error))
      }
      other.source = IPAddress(v4: 0xc000_0201)
      other.destination = IPAddress(v4: 0xc000_0202)
      other.flags = .ack
      other.payloadLength = 0
      other.ordinal -= 1
      other.packet = PacketReference(input: 0, number: other.ordinal)
      all.insert(.segment(other), at: all.count - 1)
    }
    return all
  }

  private static let scripts =
    Scripts.all + [
      ("a request every minute", handshake + Scripts.exchange + "1m,2m,3m C > S P. 301:401\n4m S > C . ack 401\n"),
      (
        "window scale, small segments",
        """
        0.00 C > S S <mss 1400,sackOK,TS,wscale 9> ttl 61
        0.08 S > C S. <mss 1300,sackOK,TS,wscale 2> ttl 55
        0.09 C > S . ttl 61
        5.0 S > C P. 1:11 ttl 55
        5.1 C > S . ack 11 ttl 61 win 77
        9.0 C > S R. 1 ttl 64
        """
      ),
      (
        "no options on one side, the largest scale on the other",
        """
        0.00 C > S S
        0.08 S > C S. <mss 1300,wscale 14>
        0.09 C > S .
        5.0 S > C P. 1:11
        5.1 C > S . ack 11
        9.0 C > S R. 1
        """
      ),
      (
        "a scale that nobody may offer",
        """
        0.00 C > S S <mss 1400,wscale 15>
        0.08 S > C S. <mss 1300,wscale 200>
        0.09 C > S .
        5.0 S > C P. 1:11
        5.1 C > S . ack 11
        9.0 C > S R. 1
        """
      ),
    ]

  @Test func whatIsIdleIsPutAway() throws {
    var options = TrackerOptions()
    options.quietFrom = 1
    var tracker = Tracker(options)
    // Two of them: one packet's time a minute ahead may be wrong.
    let before = try PacketScript.parse(handshake + Scripts.exchange + "host D = 10.0.0.7:7\n1m,61 D > S . 1 ack 1\n")
    _ = feed(before.observations, &tracker, batchSize: 1)
    #expect(tracker.quiet.count == 1 && tracker.records.count == 1)
    let state = tracker.state
    var resumed = Tracker(resuming: state)
    let after = try PacketScript.parse(handshake + Scripts.exchange + "2m C > S P. 301:401\n")
    let all = track(Array(after.observations.suffix(1)), &resumed, batchSize: 1)
    #expect(all.count == 2)
    #expect(all.first { $0.rolesKnown }?.client.payloadBytes == 400)
    #expect(resumed.quiet.count == 0)
  }

  /// Fewer are looked at where nobody is quiet, and that is known after a whole round only: those who have just spoken stand together.
  @Test func aRoundInVain() throws {
    var options = TrackerOptions()
    options.quietFrom = 16
    var tracker = Tracker(options)
    let opening = try PacketScript.parse(handshake).segments
    var all: [Observation] = []
    for port in 1...64 as ClosedRange<UInt16> {
      for place in opening.indices {
        var segment = opening[place]
        if place == 1 { segment.destinationPort = port } else { segment.sourcePort = port }
        segment.ordinal = UInt64(all.count + 1)
        segment.packet = PacketReference(input: 0, number: segment.ordinal)
        segment.time = segment.time.advanced(by: Int64(port) * 1_000_000)
        all.append(.segment(segment))
      }
    }
    _ = feed(all, &tracker, batchSize: 1)
    #expect(tracker.records.count == 64)
    /// How far the hand moves while one more packet comes.
    func step(after milliseconds: Int64) -> Int {
      let before = Int(tracker.quietHand)
      guard case .segment(var segment)? = all.last else { return -1 }
      segment.ordinal += 1
      segment.packet = PacketReference(input: 0, number: segment.ordinal)
      segment.time = segment.time.advanced(by: milliseconds * 1_000_000)
      all.append(.segment(segment))
      _ = feed([.segment(segment)], &tracker, batchSize: 1)
      return (Int(tracker.quietHand) - before + 64) % 64
    }
    tracker.looksInVain = 0
    // In two batches, of which the second is empty.
    #expect((0..<6).map { _ in step(after: 1) } == [16, 16, 16, 16, 9, 2])
    // Most of them are quiet now, and as many are looked at again as there were.
    _ = step(after: 2000)
    _ = step(after: 1)
    #expect(tracker.quiet.count > 8)
    #expect(tracker.looksInVain < 64)
  }

  /// Each of 2,048 speaks every 3.2 s, and one in five has spoken within the last second: at eight a batch who looks would be overtaken by
  /// the 32 that wake meanwhile.
  @Test func whoWakesIsLookedAtSoonEnough() throws {
    var options = TrackerOptions()
    options.quietFrom = 16
    var tracker = Tracker(options)
    let opening = try PacketScript.parse(handshake).segments
    var ordinal: UInt64 = 0
    func of(_ port: Int, _ place: Int, at milliseconds: Int64) -> Observation {
      var segment = opening[place]
      let number = UInt16(port + 1)
      if place == 1 { segment.destinationPort = number } else { segment.sourcePort = number }
      ordinal += 1
      segment.ordinal = ordinal
      segment.packet = PacketReference(input: 0, number: ordinal)
      segment.time = opening[0].time.advanced(by: milliseconds * 1_000_000)
      return .segment(segment)
    }
    for port in 0..<2048 { _ = feed((0..<3).map { of(port, $0, at: 0) }, &tracker) }
    var most = 0
    for round in 0..<8 {
      for step in 0..<64 {
        let now = Int64(round * 64 + step + 1) * 50
        _ = feed((0..<32).map { of(step * 32 + $0, 2, at: now) }, &tracker, batchSize: 32)
        if round >= 4 { most = max(most, tracker.records.count) }
      }
    }
    #expect(most < 1280)
  }

  @Test(arguments: scripts.indices) func theFactsAreTheSame(_ index: Int) throws {
    let script = Self.scripts[index]
    let observations = try Self.slow(script.text)
    var options = TrackerOptions()
    options.quietFrom = .max
    var awake = Tracker(options)
    let expected = track(observations, &awake, batchSize: 1)
    options.quietFrom = 1
    options.quietAfter = 0
    var sleepy = Tracker(options)
    let found = track(observations, &sleepy, batchSize: 1)
    #expect(Set(found) == Set(expected), "\(script.name)")
    for (one, other) in zip(found.sorted { $0.id < $1.id }, expected.sorted { $0.id < $1.id }) where one != other {
      Issue.record("\(unequalFields(one, other))")
    }
  }
}
