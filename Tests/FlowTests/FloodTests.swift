import PacketScript
import Testing
import Wire

@testable import Flow

@Suite("A flood of SYNs, and what is real beside it")
struct FloodTests {
  /// A half-closed transfer that is cut, and the client's kernel goes on asking for seconds.
  private let cut =
    handshake + """
      0.082 C > S P. 1:5
      0.083 C > S F. 5
      0.163 S > C . ack 6
      0.170 S > C P. 1:1449 ack 6
      0.171 S > C R. 1449 ack 6
      2.2 S > C R 1
      4.2 S > C R 1
      """

  private func syn(_ number: Int, time: Int64) -> Segment {
    var syn = Segment()
    syn.source = IPAddress(v4: 0xc000_0000 &+ UInt32(truncatingIfNeeded: number))
    syn.destination = IPAddress(v4: 0x0a09_0909)
    syn.sourcePort = 1024
    syn.destinationPort = 443
    syn.flags = .syn
    syn.sequence = SequenceNumber(UInt32(truncatingIfNeeded: number &* 2_654_435_761))
    syn.wireLength = 40
    syn.time = Timestamp(nanoseconds: time)
    return syn
  }

  /// The script's packets, and between them as many SYNs as are given.
  private func flooded(_ count: Int) throws -> [Observation] {
    var all = try PacketScript.parse(cut).segments
    for number in 0..<count { all.append(syn(number, time: 5_000_000_000 / Int64(count) * Int64(number))) }
    all.sort { $0.time < $1.time }
    for place in all.indices {
      all[place].ordinal = UInt64(place + 1)
      all[place].packet = PacketReference(input: 0, number: UInt64(place + 1))
    }
    return all.map { .segment($0) }
  }

  @Test func theRealOneIsWhole() throws {
    var options = TrackerOptions()
    options.maxConnections = 1000
    var tracker = Tracker(options)
    let all = track(try flooded(20_000), &tracker)
    let real = all.filter { $0.client.payloadBytes == 4 || $0.server.payloadBytes > 0 || $0.server.rstPackets > 0 }
    let one = try #require(real.first)
    #expect(real.count == 1)
    #expect(one.server.rstPackets == 3 && one.state == .reset)
    #expect(tracker.evicted >= 19_000)
    #expect(tracker.peakConnections <= 1000)
  }

  /// Tuples that a flood left are no tuples that were used, or every connection after it would seem to be another's heir.
  @Test func whatComesAfterItIsNew() throws {
    var options = TrackerOptions()
    options.maxConnections = 100
    var tracker = Tracker(options)
    _ = feed((0..<50_000).map { .segment(syn($0, time: Int64($0) * 1000)) }, &tracker)
    let used = (0..<50_000).filter { tracker.usedTuples.contains(FlowKey.of(syn($0, time: 0), scope: 0).key) }
    #expect(used.isEmpty, "\(used.count)")
  }

  @Test func ofMillionsOfTuplesTheLatestAreKnownAndNewOnesAreNew() {
    var tuples = UsedTuples()
    func key(_ number: Int) -> FlowKey { FlowKey.of(syn(number, time: 0), scope: 0).key }
    for number in 0..<3_000_000 { tuples.insert(key(number)) }
    #expect((2_500_000..<3_000_000).allSatisfy { tuples.contains(key($0)) })
    let mistaken = (4_000_000..<4_100_000).count { tuples.contains(key($0)) }
    #expect(mistaken < 13_000, "\(mistaken)")
  }
}
