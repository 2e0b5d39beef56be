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

  /// A Linux SYN: MSS 4, SACK 2, timestamps 10, a NOP and the window scale 3. What is there whole is read, and that there are timestamps;
  /// what may stand behind is unknown.
  @Test(arguments: 0...20)
  func optionsThatAreThereWholeAreRead(left: Int) {
    let options: [TCPOption] = [
      .mss(1460), .sackPermitted, .timestamps(value: 7, echo: 9), .nop, .windowScale(10),
    ]
    let (outcome, segment) = decode(
      ethernet(0x0800, Self.bytes(options, .syn)), captured: 14 + 20 + 20 + left)
    #expect(outcome == .segment)
    var expected: TCPOptionSet = left < 20 ? .notCaptured : []
    if left >= 4 { expected.insert(.mss) }
    if left >= 6 { expected.insert(.sackPermitted) }
    if left >= 8 { expected.insert(.timestamps) }
    if left == 20 { expected.insert(.windowScale) }
    #expect(segment.options == expected && segment.options.mayHideOthers == (left < 20))
    #expect(segment.mss == (left < 4 ? 0 : 1460) && segment.windowScale == (left < 20 ? 0 : 10))
    #expect(segment.timestampValue == (left < 16 ? 0 : 7) && segment.timestampEcho == (left < 16 ? 0 : 9))
  }

  /// NOP, NOP and timestamps fill their header: where kind and length are there, no SACK stands in what was cut. Nor behind the end of
  /// the list, nor where a signature goes on to the end. Of a SACK, a scale and MPTCP the cut part says what matters.
  @Test(
    arguments: [
      ([.nop, .nop, .timestamps(value: 7, echo: 9)], 4, [.timestamps, .listed]),
      ([.nop, .nop, .timestamps(value: 7, echo: 9)], 3, []),
      ([.nop, .nop, .timestamps(value: 7, echo: 9), .nop, .nop, .sack([SequenceRange(10, 20)])], 4, .timestamps),
      ([.nop, .nop, .timestamps(value: 7, echo: 9), .nop, .nop, .sack([SequenceRange(10, 20)])], 16, .timestamps),
      ([.nop, .nop, .md5], 4, .listed),
      ([.mptcp(bytes: [0x10, 0, 1, 2, 3, 4, 5, 6, 7, 8])], 2, .mptcp),
      ([.sackPermitted, .nop, .windowScale(7)], 5, .sackPermitted),
    ] as [([TCPOption], Int, TCPOptionSet)])
  func whatMayStandInTheCutPart(options: [TCPOption], left: Int, expected: TCPOptionSet) {
    let segment = decode(ethernet(0x0800, Self.bytes(options)), captured: 14 + 20 + 20 + left).segment
    #expect(segment.options == expected.union(.notCaptured))
    #expect(segment.options.mayHideOthers == !expected.contains(.listed))
  }

  /// IPv4, without data.
  private static func bytes(_ options: [TCPOption], _ flags: TCPFlags = .ack) -> [UInt8] {
    var sent = packet(payload: 0, options: options)
    sent.flags = flags
    return Array(FrameBuilder().frame(sent).dropFirst(14))
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
