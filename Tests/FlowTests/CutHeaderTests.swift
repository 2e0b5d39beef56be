import Flow
import PacketScript
import Testing
import Wire

@Suite("Trap 2 of field.md §5: what the capture cut before its flags")
struct CutHeaderTests {
  /// Every segment of a script, of which the capture has no more than `left` bytes of TCP.
  private func cut(_ text: String, where isCut: (Segment) -> Bool = { _ in true }) throws -> Facts {
    let segments = try PacketScript.parse(text).segments.map { segment in
      guard isCut(segment) else { return segment }
      var segment = segment
      segment.flags = .unknown
      segment.options = [.notCaptured, .windowNotCaptured]
      segment.payloadLength = 0
      segment.acknowledgment = SequenceNumber(0)
      segment.window = 0
      return segment
    }
    let all = track(segments)
    #expect(all.count == 1)
    return try #require(all.first)
  }

  private let closed =
    handshake + """
      0.1 C > S P. 1:101
      0.2 S > C F. 1 ack 101
      0.3 C > S F. 101 ack 2
      0.4 S > C . 2 ack 102
      """

  @Test("2: its packets and bytes count for its connection, and drive nothing")
  func counted() throws {
    let whole = try trackOne(closed)
    let facts = try cut(closed)
    #expect(facts.client.packets == whole.client.packets && facts.server.packets == whole.server.packets)
    #expect(facts.client.wireBytes == whole.client.wireBytes)
    #expect(facts.client.headersCut && facts.server.headersCut)
    #expect(facts.state == .midstream && !facts.rolesKnown)
    #expect(facts.socketState(of: .client) == nil)
    #expect(facts.client.sentBytes == 0 && facts.client.finPackets == 0)
  }

  @Test("2: it is a sign of life for whoever waits for one")
  func heard() throws {
    let text =
      handshake + """
        0.1,0.4,1.0,2.2,4.6 C > S P. 1:101
        4.7 S > C . 1 ack 101
        """
    let facts = try cut(text) { $0.sourcePort == 2181 && $0.flags == .ack }
    #expect(facts.client.unanswered?.peerPackets == 1)
    #expect(!facts.client.headersCut && facts.server.headersCut)
    #expect(facts.server.zeroWindowPackets == 0)
  }

  @Test("2: a window that was not captured is no zero window")
  func windowUnknown() throws {
    let segments = try PacketScript.parse(closed).segments.map { segment in
      var segment = segment
      segment.options.formUnion([.notCaptured, .windowNotCaptured])
      segment.window = 0
      return segment
    }
    let facts = try #require(track(segments).first)
    #expect(facts.state == .closed)
    #expect(facts.client.stall == nil && facts.server.zeroWindowPackets == 0)
  }
}
