import PacketScript
import Testing
import Wire

@Suite struct KindTests {
  /// Whatever is around it: the same segment, and the wrapping is told.
  @Test(arguments: Kinds.all)
  func theSegmentIsFound(in kind: Kind) throws {
    var decoder = Decoder()
    var segment = Segment()
    #expect(decoder.outcome(of: kind.bytes, kind.linkType, into: &segment) == .segment)
    let sent = Segment(packet(kind.version), time: Timestamp(seconds: 0), number: 1)
    #expect(segment.source == sent.source && segment.destination == sent.destination)
    #expect(segment.sourcePort == 40_000 && segment.destinationPort == 80)
    #expect(segment.sequence == sent.sequence && segment.flags == sent.flags)
    #expect(segment.payloadLength == 5 && segment.ttl == 64 && segment.ipVersion == kind.version)
    #expect(decoder.encapsulations[Int(segment.encapsulation)] == kind.encapsulation)
  }

  /// Cut anywhere, it says the same or nothing: a snaplen changes no count.
  @Test(arguments: Kinds.all)
  func aSnaplenChangesNothing(of kind: Kind) throws {
    let whole = decode(kind.bytes, kind.linkType).segment
    var found = 0
    for captured in 0..<kind.bytes.count {
      let (outcome, cut) = decode(kind.bytes, kind.linkType, captured: captured)
      switch outcome {
      case .segment where cut.options.contains(.windowNotCaptured) || cut.checksum == 0:
        // The flags are there.
        #expect(cut.flags == whole.flags && cut.payloadLength == 5 && cut.wireLength == whole.wireLength)
      case .segment:
        found += 1
        #expect(sameButOptions(cut, whole), "cut to \(captured) bytes")
      case .skipped(let failure), .cutSegment(let failure):
        #expect(failure.reason == .headerCut && failure.bound == .capture, "cut to \(captured) bytes")
        #expect(failure.available < failure.needed, "cut to \(captured) bytes")
        #expect(Int(failure.offset) + Int(failure.available) == captured, "cut to \(captured) bytes")
      default: Issue.record("cut to \(captured) bytes: \(outcome)")
      }
    }
    // The payload, and the urgent pointer.
    #expect(found == 5 + 2)
  }

  /// Below a label, 129.0.… and 8.0.65.… read as an Ethernet type at the place where one would be.
  @Test(arguments: [0x8100_0101, 0x0800_4101] as [UInt32])
  func aSourceAddressIsNoEtherType(address: UInt32) {
    var sent = packet()
    sent.source.address = IPAddress(v4: address)
    let (outcome, segment) = decode(ethernet(0x8847, join([0, 1, 0x11, 64], ipBytes(sent))))
    #expect(outcome == .segment && segment.source.v4 == address)
  }

  @Test func theLinkLayerSenderIsHashed() {
    let expected = decode(ethernet(0x0800, v4)).segment.macHash
    #expect(expected != 0)
    for kind in Kinds.links {
      let hash = decode(kind.bytes, kind.linkType).segment.macHash
      switch kind.linkType {
      case .ethernet, .linuxCooked, .linuxCooked2, .fddi, .ieee80211, .radiotap, .prism, .avs, .ethernetMPacket, .ppi:
        #expect(hash == expected, "\(kind.name)")
      case .juniperEthernet: break
      default: #expect(hash == 0, "\(kind.name)")
      }
    }
  }
}

/// Everything that a short capture may not change.
func sameButOptions(_ left: Segment, _ right: Segment) -> Bool {
  left.source == right.source && left.destination == right.destination && left.sourcePort == right.sourcePort
    && left.destinationPort == right.destinationPort && left.sequence == right.sequence
    && left.acknowledgment == right.acknowledgment && left.payloadLength == right.payloadLength
    && left.wireLength == right.wireLength && left.flags == right.flags && left.window == right.window
    && left.ipID == right.ipID && left.checksum == right.checksum && left.ttl == right.ttl
    && left.ipVersion == right.ipVersion && left.macHash == right.macHash
    && left.encapsulation == right.encapsulation
}
