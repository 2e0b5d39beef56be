import Testing
import Wire

@testable import Flow

@Suite("A connection that is made of an attempt is what observing its SYN would have made")
struct OpeningTests {
  @Test("SYNs of every kind that is kept as an attempt", arguments: 1...4 as ClosedRange<UInt64>)
  func opened(seed: UInt64) throws {
    var random = Generator(seed: seed)
    for number in 1...500 as ClosedRange<UInt64> {
      var syn = Self.syn(number, &random)
      let (key, fromA) = FlowKey.of(syn, scope: 0)
      var attempt = try #require(Attempt(&syn, scope: 0))
      var opened = Connection(key: key, hash: 7, beginning: &syn)
      let isFromA = attempt.open(&opened, key, 7)
      var observed = Connection(key: key, hash: 7, beginning: &syn)
      var troubles = Troubles(capacity: 16, resets: 16)
      observed.observe(&syn, fromA: fromA, troubles: &troubles)
      #expect(isFromA == fromA)
      #expect(unequalFields(opened, observed) == [], "packet \(number)")
    }
  }

  /// Either end may be the lower one, also where both have the same address.
  private static func syn(_ number: UInt64, _ random: inout Generator) -> Segment {
    var syn = Segment()
    syn.source = IPAddress(v4: UInt32(1 + random.below(2)))
    syn.destination = IPAddress(v4: UInt32(1 + random.below(2)))
    syn.sourcePort = UInt16(1 + random.below(2))
    syn.destinationPort = UInt16(1 + random.below(2))
    syn.sequence = SequenceNumber(UInt32(truncatingIfNeeded: random.next()))
    syn.flags = random.below(3) == 0 ? [.syn, .ece, .cwr] : .syn
    let options: [TCPOptionSet] = [
      .mss, .windowScale, .sackPermitted, .timestamps, .mptcp, .mptcpSubflow, .notCaptured, .fastOpen,
    ]
    for option in options where random.below(2) == 0 { syn.options.insert(option) }
    (syn.mss, syn.windowScale) = (UInt16(random.below(9000)), UInt8(random.below(15)))
    (syn.window, syn.ipID) = (UInt16(random.below(65_536)), UInt16(random.below(3)))
    (syn.checksum, syn.macHash) = (UInt16(random.below(65_536)), UInt16(random.below(3)))
    (syn.wireLength, syn.ttl) = (UInt32(40 + random.below(24)), UInt8(random.below(256)))
    (syn.interface, syn.encapsulation) = (UInt16(random.below(256)), UInt16(random.below(256)))
    if syn.options.contains(.timestamps) { syn.timestampValue = UInt32(truncatingIfNeeded: random.next()) }
    syn.time = Timestamp(nanoseconds: Int64(bitPattern: random.next() >> 2))
    (syn.packet, syn.ordinal) = (PacketReference(input: 3, number: number), number + 5)
    return syn
  }
}
