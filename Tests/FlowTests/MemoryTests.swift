import PacketScript
import Testing
import Wire

@testable import Flow

@Suite("What is kept of connections, and how much of it")
struct MemoryTests {
  @Test func anAttemptIsACacheLine() {
    #expect(MemoryLayout<Attempt>.stride == 64)
  }

  @Test func aQuietConnectionAndItsSlotTakeTwoHundredBytes() {
    // A slot takes 8 bytes at three eighths, the worst load.
    #expect(Double(MemoryLayout<Quiet>.stride) + 8 / 0.375 <= 208)
  }

  @Test(arguments: [1 << 20, 1 << 24, 1 << 30, 1 << 34]) func theKindsTogetherKeepTheBound(bytes: Int) {
    var options = TrackerOptions()
    options.maxMemory = bytes
    options.maxConnections = 1 << 30
    let limits = MemoryLimits(options)
    let sum =
      limits.quiet * (MemoryLayout<Quiet>.stride + 32) + limits.attempts * (MemoryLayout<Attempt>.stride + 32) + limits
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
    for place in long.indices { long[place].zeek = ZeekView() }
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

  @Test func troublesRunShortBeforeTheyRunOut() throws {
    var options = TrackerOptions()
    options.maxMemory = 1 << 20
    var all: [Segment] = []
    // Each is closed by both, and none is old enough to leave by itself.
    for connection in 0..<3000 {
      let script = try PacketScript.parse(
        """
        host C = 10.0.0.1:\(1024 + connection)
        0.0 C > S S
        0.1 S > C S.
        0.1 C > S P. 1:11
        0.2 C > S F.
        0.3 S > C F. 1 ack 12
        0.4 C > S .
        """)
      for var segment in script.segments {
        segment.time = segment.time.advanced(by: Int64(connection) * 1_000_000)
        segment.ordinal = UInt64(all.count + 1)
        segment.packet = PacketReference(input: 0, number: segment.ordinal)
        all.append(segment)
      }
    }
    var tracker = Tracker(options)
    let facts = track(all.map { .segment($0) }, &tracker)
    #expect(facts.count == 3000)
    #expect(facts.allSatisfy { $0.state == .closed && $0.client.payloadBytes == 10 })
    #expect(tracker.evicted > 0)
    #expect(tracker.troubles.overflowed == 0)
  }
}
