import PacketScript
import Testing
import Wire

/// Field notes, trap 2: a TCP header that the capture cut.
@Suite struct CutHeaderTests {
  /// Ports and sequence number are the first eight bytes, the flags end with the fourteenth.
  @Test(arguments: [4, 6] as [UInt8], 0...19)
  func whatIsThereIsTold(version: UInt8, left: Int) {
    let header = version == 6 ? 14 + 40 : 14 + 20
    let whole = ethernet(version == 6 ? 0x86dd : 0x0800, version == 6 ? v6 : v4)
    let (outcome, segment) = decode(whole, captured: header + left)
    let failure = DecodeFailure(.tcp, .headerCut, offset: header, needed: 20, available: left)
    switch left {
    case ..<8: #expect(outcome == .skipped(failure))
    case ..<14: #expect(outcome == .cutSegment(failure))
    default: #expect(outcome == .segment)
    }
    guard left >= 8 else { return }
    let sent = packet(version)
    #expect(segment.source == sent.source.address && segment.destination == sent.destination.address)
    #expect(segment.sourcePort == 40_000 && segment.destinationPort == 80 && segment.sequence.rawValue == 1000)
    #expect(segment.wireLength == UInt32(whole.count - 14) && segment.ttl == 64)
    #expect(segment.flags == (left < 14 ? .unknown : [.psh, .ack]))
    #expect(segment.acknowledgment.rawValue == (left < 14 ? 0 : 2000))
    #expect(segment.payloadLength == (left < 14 ? 0 : 5))
    #expect(segment.options.contains(.windowNotCaptured) == (left < 16))
    #expect(segment.window == (left < 16 ? 0 : sent.window))
  }

  /// The packet itself is too short for a header: that is no doing of the capture.
  @Test func aLengthThatLiesIsNoCut() {
    var bytes = ethernet(0x0800, v4)
    bytes[14 + 3] = 32
    let failure = DecodeFailure(
      .tcp, .headerCut, offset: 34, needed: 20, available: 12, bound: .ipv4TotalLength)
    #expect(decode(bytes).outcome == .skipped(failure))
  }
}
