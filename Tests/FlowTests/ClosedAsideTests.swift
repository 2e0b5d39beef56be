import PacketScript
import Testing
import Wire

@testable import Flow

@Suite("Closed connections wait for stragglers in a small record, and lose nothing by it")
struct ClosedAsideTests {
  private static let closed = handshake + Scripts.exchange + Scripts.orderlyClose

  /// Ways to come to the same end.
  private static let closes: [(name: String, text: String)] = [
    ("FINs alone", closed),
    (
      "an answer that ends by FIN",
      handshake + """
        0.30 C > S P. 1:301
        0.40 S > C FP. 1:2501 ack 301
        0.50 C > S F. 301 ack 2502
        0.60 S > C . 2502 ack 302

        """
    ),
    (
      "an answer that ends by FIN, acknowledged before the client's",
      handshake + """
        0.30 C > S P. 1:301
        0.40 S > C FP. 1:2501 ack 301
        0.50 C > S . 301 ack 2502
        0.70 C > S F. 301 ack 2502
        0.80 S > C . 2502 ack 302

        """
    ),
  ]

  /// What comes after the close.
  private static let stragglers: [(name: String, text: String)] = [
    ("nothing", ""),
    ("a FIN again", "1.3,1.7 S > C F. 2501 ack 302\n"),
    ("data again", "1.2 C > S P. 101:301 ack 2501\n"),
    ("data behind the FIN", "1.2 C > S P. 302:402\n1.3 S > C . 2502 ack 402\n"),
    ("an ACK of what was never sent", "1.2 C > S . 302 ack 9000\n1.3 C > S . 302 ack 9000\n"),
    ("an ACK again", "1.2 C > S . 302 ack 2502\n"),
    ("a RST", "1.2 C > S R 302\n"),
    ("a RST with ACK, and its echo", "1.2 S > C R. 2502 ack 302\n1.3 C > S R 302\n"),
    ("a keepalive", "9 C > S . 301 ack 2502\n"),
    ("a window of zero", "1.2 S > C . 2502 ack 302 win 0\n"),
    ("an ICMP error about the FIN", "1.2 R > C icmp unreachable host for C > S\n"),
    ("the tuple again", "isn C 900000\nisn S 800000\n5.0 C > S S\n5.1 S > C S.\n5.2 C > S .\n"),
    ("the same SYN again", "5.0 C > S S 0\n"),
    ("another SYN from the other side", "isn S 700000\n5.0 S > C S 0\n"),
    ("more, when it should have left", "host D = 10.0.0.9:9\n30,31 D > S S 0\n40 C > S P. 302:310 ack 2502\n"),
  ]

  private static func kept(_ isSmall: Bool, brief: Bool = false) -> TrackerOptions {
    var options = TrackerOptions()
    options.quietFrom = isSmall ? 1 : .max
    options.brief = brief
    return options
  }

  @Test(arguments: closes.indices) func itIsPutAwayAtOnce(_ close: Int) throws {
    var tracker = Tracker(Self.kept(true))
    _ = feed(try PacketScript.parse(Self.closes[close].text).observations, &tracker, batchSize: 1)
    #expect([tracker.records.count, tracker.quiet.count, tracker.closings.count, tracker.closedCount] == [0, 1, 1, 1])
    #expect(tracker.openConnections == 1)
  }

  @Test(arguments: closes.indices, stragglers.indices) func theFactsAreTheSame(_ close: Int, _ index: Int) throws {
    let (closeName, closed) = Self.closes[close]
    let name = closeName + ", " + Self.stragglers[index].name
    let observations = try PacketScript.parse(closed + Self.stragglers[index].text).observations
    let close = try PacketScript.parse(closed).observations.count
    var whole = Tracker(Self.kept(false))
    let expected = track(observations, &whole, batchSize: 1)
    var small = Tracker(Self.kept(true))
    var found = feed(Array(observations[..<close]), &small, batchSize: 1)
    // One of them goes on where another stood.
    var resumed = Tracker(resuming: small.state)
    let after = Array(observations[close...])
    let other = found + track(after, &resumed, batchSize: 1)
    found += track(after, &small, batchSize: 1)
    #expect(found == expected, "\(name)")
    #expect(other == expected, "\(name), resumed")
    for (one, other) in zip(found, expected) where one != other { Issue.record("\(unequalFields(one, other))") }
  }

  @Test(arguments: closes.indices, stragglers.indices) func inBriefToo(_ close: Int, _ index: Int) throws {
    let name = Self.closes[close].name + ", " + Self.stragglers[index].name
    let observations = try PacketScript.parse(Self.closes[close].text + Self.stragglers[index].text).observations
    #expect(
      briefs(observations, Self.kept(true, brief: true)) == briefs(observations, Self.kept(false, brief: true)),
      "\(name)")
  }

  @Test("a copy of the last packet that the capture made") func copies() throws {
    var observations = try PacketScript.parse(Self.closed).observations
    guard case .segment(var last)? = observations.last else { return }
    last.ordinal += 1
    last.packet = PacketReference(input: 0, number: last.ordinal)
    last.time = last.time.advanced(by: 5000)
    observations.append(.segment(last))
    var small = Tracker(Self.kept(true))
    let found = track(observations, &small, batchSize: 1)
    #expect(found.map(\.client.duplicatePackets) == [1])
    var whole = Tracker(Self.kept(false))
    #expect(found == track(observations, &whole, batchSize: 1))
  }

  @Test("whatever follows", arguments: 1...6 as ClosedRange<UInt64>) func anything(seed: UInt64) throws {
    let script = try PacketScript.parse(Self.closes[Int(seed % 3)].text)
    var random = Generator(seed: seed)
    var all: [Observation] = []
    var number: UInt64 = 0
    for port in 1...150 as ClosedRange<UInt16> {
      var last = Segment()
      func enter(_ segment: Segment) {
        number += 1
        last = segment
        last.ordinal = number
        last.packet = PacketReference(input: 0, number: number)
        all.append(.segment(last))
      }
      for var segment in script.segments {
        if segment.sourcePort < segment.destinationPort {
          segment.sourcePort = port
        } else {
          segment.destinationPort = port
        }
        segment.time = segment.time.advanced(by: Int64(port) * 1_000_000_000)
        enter(segment)
      }
      for _ in 0..<random.below(5) {
        var segment = last
        if random.below(2) == 0 {
          (segment.source, segment.destination) = (segment.destination, segment.source)
          (segment.sourcePort, segment.destinationPort) = (segment.destinationPort, segment.sourcePort)
          (segment.sequence, segment.acknowledgment) = (segment.acknowledgment, segment.sequence)
        }
        segment.sequence = segment.sequence.advanced(by: Int(random.below(5)) - 2)
        segment.acknowledgment = segment.acknowledgment.advanced(by: Int(random.below(5)) - 2)
        segment.flags = [.ack, [.fin, .ack], .rst, [.rst, .ack], .syn, [.syn, .ack]][Int(random.below(6))]
        segment.payloadLength = UInt32(random.below(3))
        segment.ipID &+= UInt16(random.below(2))
        segment.time = segment.time.advanced(by: Int64(random.below(4)) * 40_000_000)
        enter(segment)
      }
    }
    var small = Tracker(Self.kept(true))
    var whole = Tracker(Self.kept(false))
    #expect(track(all, &small, batchSize: 1) == track(all, &whole, batchSize: 1))
    #expect(briefs(all, Self.kept(true, brief: true)) == briefs(all, Self.kept(false, brief: true)))
  }

  /// Places run out, and nobody is lost: what does not fit stays as it is.
  @Test func eachIsToldOnceWhereThereIsNoRoom() throws {
    var options = Self.kept(true)
    options.maxConnections = 16
    var tracker = Tracker(options)
    let all = try Self.connections(200)
    let found = track(all, &tracker, batchSize: 1)
    #expect(tracker.evicted > 0)
    #expect(tracker.openConnections == 0 && tracker.closedCount == 0)
    #expect(found.reduce(0) { $0 + $1.client.packets + $1.server.packets } == UInt64(all.count))
  }

  /// Where more wait than there is room for, the first of them leave; none waits in a full record, which takes twice as much.
  @Test func theFirstLeaveForTheLast() throws {
    var options = Self.kept(true)
    options.maxMemory = 1 << 20
    var tracker = Tracker(options)
    _ = feed(try Self.connections(1200), &tracker, batchSize: 1)
    #expect(tracker.records.count == 0)
    #expect(tracker.evicted > 0 && tracker.closings.available == 0)
    #expect(tracker.closings.count + Int(tracker.evicted) == 1200)
    tracker.finish()
    #expect(tracker.openConnections == tracker.closings.count, "what waits to be taken")
  }

  /// As many as that, each closed, one a centisecond.
  private static func connections(_ count: UInt16) throws -> [Observation] {
    let script = try PacketScript.parse(closed)
    var all: [Segment] = []
    for port in 1...count {
      for var segment in script.segments {
        if segment.sourcePort < segment.destinationPort {
          segment.sourcePort = port
        } else {
          segment.destinationPort = port
        }
        segment.time = segment.time.advanced(by: Int64(port) * 10_000_000)
        segment.ordinal += UInt64(port) * 100
        segment.packet = PacketReference(input: 0, number: segment.ordinal)
        all.append(segment)
      }
    }
    return all.sorted { $0.time < $1.time }.map { .segment($0) }
  }

  /// Everything in order of its end, some of it in brief.
  private func briefs(_ observations: [Observation], _ options: TrackerOptions) -> [Brief] {
    var tracker = Tracker(options)
    var all: [Brief] = []
    func take(_ tracker: inout Tracker) {
      while true {
        while let brief = tracker.nextBrief() { all.append(brief) }
        guard let facts = tracker.nextFinished() else { return }
        all.append(facts.brief)
      }
    }
    for observation in observations {
      switch observation {
      case .segment(let segment):
        var batch = SegmentBatch()
        batch.segments[0] = segment
        batch.count = 1
        tracker.track(&batch)
      case .error(let error): tracker.track(error)
      }
      take(&tracker)
    }
    tracker.finish()
    take(&tracker)
    return all
  }
}
