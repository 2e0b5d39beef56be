import PacketScript
import Testing
import Wire

/// Every count comes from IP lengths (field notes, traps 1 to 3).
@Suite struct LengthTests {
  @Test(arguments: [UInt8(4), 6])
  func paddingIsNoPayload(version: UInt8) {
    let frame = FrameBuilder().frame(packet(version, payload: 1)) + [UInt8](repeating: 0, count: 9)
    let segment = decode(frame).segment
    #expect(segment.payloadLength == 1)
    #expect(segment.wireLength == (version == 6 ? 61 : 41))
  }

  /// Offload leaves the length 0: what was on the wire counts, not what was kept of it.
  @Test(arguments: [UInt8(4), 6], [(100, 100), (64_000, 74), (70_000, 200)])
  func anEmptyLengthFieldMeansTheWholeFrame(version: UInt8, sizes: (payload: Int, captured: Int)) {
    var sent = packet(version, payload: sizes.payload)
    sent.lengthZero = true
    let (outcome, segment) = decode(FrameBuilder().frame(sent), captured: sizes.captured)
    #expect(outcome == .segment)
    #expect(segment.payloadLength == UInt32(sizes.payload))
    #expect(segment.wireLength == UInt32(sent.ipLength))
  }

  /// RFC 2675: 70,000 bytes of payload, the length in a hop-by-hop option; all but the headers cut.
  @Test func aJumbogramSaysItsLengthInAnOption() {
    let jumbo: [UInt8] = join([6, 0, 0xc2, 4], big(UInt32(70_028)))
    var bytes = extended(0, jumbo)
    bytes[4] = 0
    bytes[5] = 0
    let (outcome, segment) = decode(ethernet(0x86dd, bytes), original: 14 + 40 + 8 + 20 + 70_000)
    #expect(outcome == .segment)
    #expect(segment.payloadLength == 70_000 && segment.wireLength == 40 + 8 + 20 + 70_000)
  }

  /// Old tools wrote the captured length as the original one.
  @Test func theIPHeaderIsBelievedBeyondTheFrame() {
    let frame = FrameBuilder().frame(packet(payload: 1000))
    let (outcome, segment) = decode(frame, captured: 60, original: 60)
    #expect(outcome == .segment && segment.payloadLength == 1000 && segment.wireLength == 1040)
  }

  /// The PPP frame ends before the IP packet says that it does: what lies behind is the padding of the frame.
  @Test(arguments: [(0, 5), (2, 3), (6, 0)]) func whatPPPoEDoesNotCountIsNoPayload(short: Int, payload: Int) {
    let session: [UInt8] = [0x11, 0, 0, 7]
    let frame = ethernet(0x8864, join(session, big(UInt16(v4.count + 2 - short)), [0, 0x21], v4))
    #expect(decode(frame).segment.payloadLength == UInt32(payload))
  }

  @Test func ipv4OptionsAreNoPayload() {
    // IHL 7: a router alert, end of options.
    var bytes = v4
    bytes[0] = 0x47
    bytes[3] += 8
    bytes.insert(contentsOf: [0x94, 4, 0, 0, 0, 0, 0, 0], at: 20)
    let (outcome, segment) = decode(ethernet(0x0800, bytes))
    #expect(outcome == .segment && segment.payloadLength == 5 && segment.wireLength == 53)
  }

  /// The header is whole, of its options only a part was kept.
  @Test func cutOptionsAreUnknownAndNotAbsent() {
    let frame = FrameBuilder().frame(packet(options: [.mss(1460), .nop, .windowScale(7), .sackPermitted]))
    let whole = decode(frame).segment
    for captured in (14 + 20 + 20)..<(14 + 20 + whole.headerLength) {
      let (outcome, segment) = decode(frame, captured: captured)
      #expect(outcome == .segment && segment.options.contains(.notCaptured), "\(captured) bytes")
      #expect(!segment.options.contains(.malformed), "\(captured) bytes")
      #expect(sameButOptions(segment, whole), "\(captured) bytes")
    }
    #expect(!whole.options.contains(.notCaptured))
  }
}

extension Segment {
  fileprivate var headerLength: Int { Int(wireLength - payloadLength) - 20 }
}
