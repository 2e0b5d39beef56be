import Flow
import PacketScript
import Testing
import Wire

@Suite("Trap 42 of field.md §5: hostile input meets named limits")
struct HostileInputTests {
  @Test("more holes than a connection may have") func holes() throws {
    var lines = handshake
    for hole in 0..<40 { lines += "\(1 + hole).0 C > S P. \(hole * 200 + 101):\(hole * 200 + 201)\n" }
    lines += "50 S > C . ack 8001\n"
    let facts = try trackOne(lines)
    #expect(facts.client.holes.count <= Ranges.limit)
    #expect(facts.client.payloadBytes == 4000)
    #expect(facts.client.missingBytes == 4000)
    #expect(facts.client.ackedBytes == 8000)
  }

  @Test("a flood of SYNs does not hide the connection beside it") func flood() throws {
    var options = TrackerOptions()
    options.maxConnections = 64
    let real = try PacketScript.parse(
      handshake + """
        0.1 C > S P. 1:101
        0.2 S > C . ack 101
        """
    ).segments
    var flood: [Segment] = []
    for number in 0..<5000 {
      var syn = real[0]
      syn.source = IPAddress(v4: 0x0b00_0000 + UInt32(number))
      syn.time = real[4].time.advanced(by: Int64(number) * 1000)
      syn.packet = PacketReference(input: 0, number: UInt64(number) + 10)
      syn.ordinal = UInt64(number) + 10
      flood.append(syn)
    }
    var tracker = Tracker(options)
    let all = track((real + flood).map { .segment($0) }, &tracker)
    #expect(all.count == 5001)
    #expect(tracker.evicted >= 5001 - 64)
    #expect(tracker.peakConnections <= 64)
    #expect(all.last?.state == .attempted)
    let kept = try #require(all.first { $0.state == .established })
    #expect(kept.endedBecause == .endOfInput)
    #expect(kept.client.payloadBytes == 100)
  }

  @Test("any flags, any numbers: nothing traps, and every packet is counted", arguments: 1...20)
  func anything(seed: UInt64) {
    var random = Generator(seed: seed)
    var segments: [Segment] = []
    for number in 1...3000 as ClosedRange<UInt64> {
      var segment = Segment()
      let forward = random.below(2) == 0
      segment.source = IPAddress(v4: forward ? 1 : 2)
      segment.destination = IPAddress(v4: forward ? 2 : 1)
      segment.sourcePort = forward ? 1000 : 80
      segment.destinationPort = forward ? 80 : 1000
      segment.sequence = SequenceNumber(
        random.below(3) == 0 ? UInt32(random.below(1 << 32)) : UInt32(random.below(3000)))
      segment.acknowledgment = SequenceNumber(
        random.below(3) == 0 ? UInt32(random.below(1 << 32)) : UInt32(random.below(3000)))
      segment.flags = TCPFlags(rawValue: UInt16(random.below(64)))
      segment.payloadLength = random.below(20) == 0 ? .max : UInt32(random.below(1500))
      segment.wireLength = .max
      segment.window = UInt16(random.below(3) * 1000)
      segment.options = TCPOptionSet(rawValue: UInt16(random.below(1 << 13)))
      segment.windowScale = UInt8(random.below(256))
      segment.sackCount = UInt8(random.below(256))
      segment.time = Timestamp(nanoseconds: random.below(30) == 0 ? .max - Int64(number) : Int64(number) * 10_000_000)
      if random.below(40) == 0 { segment.time = Timestamp(nanoseconds: .min) }
      segment.packet = PacketReference(input: 0, number: number)
      segment.ordinal = number
      segments.append(segment)
    }
    let all = track(segments)
    let counted = all.reduce(0) {
      $0 + $1.client.packets + $1.server.packets + $1.client.duplicatePackets + $1.server.duplicatePackets
    }
    #expect(counted == 3000)
  }
}
