import PacketScript
import Testing
import Wire

@Suite struct BasicTests {
  static let options: [[TCPOption]] = [
    [],
    [.nop, .nop, .timestamps(value: 7, echo: 9)],
    [.mss(1460), .sackPermitted, .timestamps(value: 1, echo: 0), .nop, .windowScale(7)],
    [.nop, .nop, .sack([SequenceRange(10, 20), SequenceRange(30, 40), SequenceRange(50, 60)])],
    [.fastOpen(cookie: [1, 2, 3, 4, 5, 6, 7, 8])],
    [.mptcp(bytes: [0x70, 0, 0, 0])],
    [.md5],
    [.mss(536), .malformed],
  ]

  @Test(arguments: options, [UInt8(4), 6])
  func aSegmentIsWhatWasSent(options: [TCPOption], version: UInt8) {
    for linkType in [LinkType.ethernet, .raw, .null, .linuxCooked, .linuxCooked2] {
      let sent = packet(version, options: options)
      let (outcome, got) = decode(FrameBuilder(linkType: linkType).frame(sent), linkType)
      #expect(outcome == .segment)
      var expected = Segment(sent, time: Timestamp(seconds: 0), number: 1)
      if linkType == .raw || linkType == .null { expected.macHash = 0 }
      #expect(same(got, expected), "\(linkType.name)")
    }
  }

  @Test(arguments: [[UInt16(7)], [7, 8], [1, 2, 3, 4, 5, 6, 7, 8, 9, 4094]])
  func tagsAreShownOutermostFirst(vlans: [UInt16]) {
    var sent = packet()
    sent.vlans = vlans
    var decoder = Decoder()
    var segment = Segment()
    #expect(decoder.outcome(of: FrameBuilder().frame(sent), into: &segment) == .segment)
    #expect(segment.encapsulation == 1)
    #expect(decoder.encapsulations == [Encapsulation(), Encapsulation(vlans: vlans)])
    #expect(decoder.outcome(of: FrameBuilder().frame(packet()), into: &segment) == .segment)
    #expect(segment.encapsulation == 0)
  }
}

/// All that a segment says; fields whose option is absent are nobody's affair.
func same(_ left: Segment, _ right: Segment) -> Bool {
  left.source == right.source && left.destination == right.destination && left.sourcePort == right.sourcePort
    && left.destinationPort == right.destinationPort && left.sequence == right.sequence
    && left.acknowledgment == right.acknowledgment && left.time == right.time && left.packet == right.packet
    && left.ordinal == right.ordinal && left.payloadLength == right.payloadLength
    && left.wireLength == right.wireLength && left.flags == right.flags && left.options == right.options
    && left.window == right.window && left.mss == right.mss && left.timestampValue == right.timestampValue
    && left.timestampEcho == right.timestampEcho && left.ipID == right.ipID && left.checksum == right.checksum
    && left.windowScale == right.windowScale && left.ttl == right.ttl && left.ipVersion == right.ipVersion
    && left.sackCount == right.sackCount && left.macHash == right.macHash && left.interface == right.interface
    && (0..<Int(left.sackCount)).allSatisfy { left.sack[$0] == right.sack[$0] }
}
