import PacketScript
import Testing
import Wire

@Suite struct OptionTests {
  /// Options as bytes, padded with zeros to whole words.
  private static func options(_ bytes: [UInt8]) -> Segment {
    let padded = bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
    var packet = v4
    packet[3] += UInt8(padded.count)
    packet[32] = UInt8((20 + padded.count) / 4) << 4
    packet.insert(contentsOf: padded, at: 40)
    return decode(packet, .raw).segment
  }

  @Test(
    arguments: [
      ([2, 4, 5, 0xb4], TCPOptionSet.mss),
      ([2, 3, 5], .malformed),
      ([3, 3, 14], .windowScale),
      ([3, 4, 14, 0], .malformed),
      ([4, 2], .sackPermitted),
      ([4, 3, 0], .malformed),
      ([5, 10, 0, 0, 0, 1, 0, 0, 0, 2], .sack),
      ([5, 2], .malformed),
      ([5, 9, 0, 0, 0, 1, 0, 0, 0], .malformed),
      ([8, 10, 0, 0, 0, 1, 0, 0, 0, 2], .timestamps),
      ([8, 9, 0, 0, 0, 1, 0, 0, 0], .malformed),
      (join([19, 18], [UInt8](repeating: 7, count: 16)), TCPOptionSet()),
      ([34, 2], .fastOpen),
      ([254, 4, 0xf9, 0x89], .fastOpen),
      ([254, 4, 0x12, 0x34], []),
      ([30, 4, 0x00, 0x81], .mptcp),
      ([30, 12, 0x70, 0, 0, 0, 0, 0, 0, 0, 0, 0], [.mptcp, .mptcpFastClose]),
      ([30, 12, 0x10, 0, 1, 2, 3, 4, 5, 6, 7, 8], [.mptcp, .mptcpSubflow]),
      ([30, 4, 0x80, 0x00], [.mptcp, .mptcpSubflow]),
      ([30, 4, 0x80, 3], [.mptcp, .mptcpSubflow]),
      ([30, 2], .malformed),
      // Unknown kinds are stepped over.
      ([77, 3, 0, 4, 2], .sackPermitted),
      ([1, 1, 1, 4, 2], .sackPermitted),
      // The list ends at kind 0, whatever comes.
      ([0, 4, 2], []),
      // Lengths 0 and 1, and beyond the header: what came before is understood.
      ([4, 2, 77, 0], [.sackPermitted, .malformed]),
      ([4, 2, 77, 1], [.sackPermitted, .malformed]),
      ([4, 2, 2, 4], [.sackPermitted, .malformed]),
      ([1, 1, 1, 8], .malformed),
    ] as [([UInt8], TCPOptionSet)])
  func anOptionIsUnderstoodOrNoted(bytes: [UInt8], expected: TCPOptionSet) {
    #expect(Self.options(bytes).options.subtracting(.noAlert) == expected)
  }

  @Test func fourBlocksFit() {
    let blocks: [UInt8] = join([5, 34], (UInt32(1)...8).flatMap { big($0) })
    let segment = Self.options(blocks)
    #expect(segment.sackCount == 4)
    for index in 0..<4 {
      let start = UInt32(index * 2 + 1)
      #expect(segment.sack[index] == SACKBlock(start: SequenceNumber(start), end: SequenceNumber(start + 1)))
    }
  }

  /// Every flag, alone and with all others; nothing odd is thrown away.
  @Test(arguments: [0x001, 0x002, 0x003, 0x007, 0x029, 0x0ff, 0x100, 0x1ff, 0x000] as [UInt16])
  func flagsAreAsOnTheWire(flags: UInt16) {
    var sent = packet()
    sent.flags = TCPFlags(rawValue: flags)
    let (outcome, segment) = decode(FrameBuilder().frame(sent))
    #expect(outcome == .segment && segment.flags.rawValue == flags)
  }

  @Test(arguments: [UInt8(4), 6], [0, 1, 2, 7, 8, 9, 1448])
  func checksumsAreVerifiedWhereAsked(version: UInt8, payload: Int) {
    var sent = packet(version, payload: payload)
    for bad in [false, true] {
      sent.badChecksum = bad
      let frame = FrameBuilder().frame(sent)
      var decoder = Decoder(verifyChecksums: true)
      var segment = Segment()
      // Amid right ones of the same host.
      for _ in 0..<3 {
        _ = decoder.outcome(of: FrameBuilder().frame(packet(version, payload: payload)), into: &segment)
      }
      #expect(decoder.outcome(of: frame, into: &segment) == .segment)
      #expect(segment.options.contains(.badChecksum) == bad)
      if payload > 0 {
        #expect(decoder.outcome(of: frame, captured: frame.count - 1, into: &segment) == .segment)
        #expect(!segment.options.contains(.badChecksum), "not captured whole")
      }
      #expect(!decode(frame).segment.options.contains(.badChecksum), "not asked")
    }
  }
}
