import PacketScript
import Testing
import Wire

@testable import Flow

@Suite("What is kept of connections, and how much of it")
struct MemoryTests {
  @Test func anAttemptIsACacheLine() {
    #expect(MemoryLayout<Attempt>.stride == 64)
    #expect(MemoryLayout<RefusingReset>.stride <= 48)
  }

  @Test func aQuietConnectionAndItsSlotTakeTwoHundredBytes() {
    // A slot takes 8 bytes at thirteen thirty-seconds, the worst load.
    #expect(Double(MemoryLayout<Quiet>.stride) + 8 * 32 / 13 <= 208)
  }

  @Test(arguments: [1 << 20, 1 << 24, 1 << 30, 1 << 34]) func theKindsTogetherKeepTheBound(bytes: Int) {
    var options = TrackerOptions()
    options.maxMemory = bytes
    options.maxConnections = 1 << 30
    let limits = MemoryLimits(options)
    let sum =
      limits.quiet * (MemoryLayout<Quiet>.stride + 32) + limits.attempts * (MemoryLayout<Attempt>.stride + 32)
      + limits.closings * (MemoryLayout<Closing>.stride + ClosedQueue.bytesEach)
      + limits.refusals * (MemoryLayout<RefusingReset>.stride + ClosedQueue.bytesEach) + limits
      .connections
      * (MemoryLayout<Connection>.stride + 32)
      + limits.troubles * MemoryLayout<Trouble>.stride + limits.resets * MemoryLayout<Resets>.stride
    // The least that a batch needs is more than its share of a single mebibyte.
    #expect(sum <= max(bytes, 3 << 19))
  }

  /// With Zeek's view every SYN has a connection at once; without it the first is an attempt.
  @Test(arguments: Scripts.all.indices) func anAttemptLeavesNoTraceInTheFacts(_ index: Int) throws {
    let script = Scripts.all[index]
    var options = TrackerOptions()
    let short = try track(script.text, options: options)
    options.zeek = true
    var long = try track(script.text, options: options)
    for place in long.indices { long[place].zeek = nil }
    #expect(short == long, "\(script.name)")
  }

  @Test func anAttemptOnATupleThatWasUsedSaysSo() throws {
    let all = try track(
      handshake + """
        0.2 C > S F.
        0.3 S > C F.
        0.4 C > S .
        host D = 10.0.0.3:40000
        60 D > S S
        isn C 900000
        61 C > S S 0
        """)
    #expect(all.map(\.tupleReused) == [false, false, true])
    #expect(all.map(\.id) == [1, 7, 8])
  }

  @Test func aSYNIsKeptAsItCame() throws {
    let script = try PacketScript.parse(
      "0.0 C > S S <mss 1400,sackOK,TS val 77 ecr 0,wscale 9> ttl 61 id 5 win 1000 mac 02:00:00:00:00:09")
    var syn = try #require(script.segments.first)
    let attempt = Attempt(&syn, scope: 0)
    let kept = try #require(attempt).segment
    #expect("\(kept)" == "\(syn)")
  }

  /// As many connections as `count`, each from a port of its own and a millisecond after the one before.
  private func many(_ count: Int, _ text: String) throws -> [Segment] {
    var all: [Segment] = []
    for connection in 0..<count {
      let script = try PacketScript.parse("host C = 10.0.0.1:\(1024 + connection)\n" + text)
      for var segment in script.segments {
        segment.time = segment.time.advanced(by: Int64(connection) * 1_000_000)
        segment.ordinal = UInt64(all.count + 1)
        segment.packet = PacketReference(input: 0, number: segment.ordinal)
        all.append(segment)
      }
    }
    return all
  }

  /// Cold records run short before they run out, and no connection is told another's: whichever side has one, and whether it
  /// is of RSTs.
  @Test(arguments: [
    ("0.0 C > S S\n0.1 S > C S.\n0.1 C > S P. 1:11\n0.4 C > S P. 1:11\n0.5 S > C . 1 ack 11", 1, 0),
    ("0.0 C > S S\n0.1 S > C S.\n0.1 C > S P. 1:11\n0.2 C > S R. 11", 0, 1),
  ]) func noConnectionIsToldAnothers(_ text: String, _ retransmitted: UInt64, _ resets: UInt64) throws {
    var options = TrackerOptions()
    options.maxMemory = 1 << 20
    var tracker = Tracker(options)
    let facts = track(try many(3000, text).map { .segment($0) }, &tracker)
    // A few are given up in their middle.
    #expect((3000...3100).contains(facts.count))
    let strange = facts.filter {
      $0.client.retransmittedPackets > retransmitted || $0.client.rstPackets > resets
        || $0.client.resets?.count ?? 0 != UInt32($0.client.rstPackets)
        || $0.server.rstPackets + $0.server.retransmittedPackets > 0
    }
    #expect(strange.isEmpty, "\(strange.count)")
    #expect(tracker.evicted > 0)
    #expect(tracker.troubles.overflowed == 0)
  }

  /// A tuple used again and again while time stands still leaves nothing behind.
  @Test func theQueueOfTheClosedIsBounded() throws {
    var tracker = Tracker(TrackerOptions())
    var all: [Observation] = []
    for round in 0..<4000 {
      var syn = Segment()
      syn.source = IPAddress(v4: 1)
      syn.destination = IPAddress(v4: 2)
      syn.sourcePort = 1
      syn.destinationPort = 2
      syn.flags = .syn
      syn.sequence = SequenceNumber(UInt32(round) << 16)
      syn.ordinal = UInt64(round * 2 + 1)
      syn.packet = PacketReference(input: 0, number: syn.ordinal)
      var reset = syn
      swap(&reset.source, &reset.destination)
      swap(&reset.sourcePort, &reset.destinationPort)
      reset.flags = [.rst, .ack]
      reset.acknowledgment = syn.sequence.advanced(by: 1)
      reset.ordinal += 1
      reset.packet = PacketReference(input: 0, number: reset.ordinal)
      all += [.segment(syn), .segment(reset)]
    }
    _ = feed(all, &tracker)
    #expect(tracker.lingering.count <= 1100)
  }

  /// Places are given out, given back and found again: the hand never walks over the free ones.
  @Test func theNextPlaceInUseIsFound() {
    var region = Region<UInt64>(capacity: 200)
    for value in 1...130 { _ = region.allocate(UInt64(value)) }
    for index in 1...130 where index != 64 && index != 129 { region.free(UInt32(index)) }
    #expect([0, 1, 63, 64, 128, 129, 130].map { region.next(after: $0) } == [64, 64, 64, 129, 129, 64, 64])
    region.free(64)
    region.free(129)
    #expect(region.next(after: 5) == 0)
  }
}
