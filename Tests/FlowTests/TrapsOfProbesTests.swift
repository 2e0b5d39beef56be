import Flow
import PacketScript
import Testing
import Wire

@Suite("Traps of field.md §5: keepalives and probes")
struct TrapsOfProbesTests {
  @Test("22: keepalives seen from midstream on, without a peer")
  func keepalivesMidstream() throws {
    let facts = try trackOne("0,75,150,225 S > C . 100 ack 1\n")
    let side = facts.server.packets > 0 ? facts.server : facts.client
    #expect(side.keepalivePackets == 4)
    #expect(side.payloadBytes == 0)
    #expect(side.unanswered?.kind == .keepalive)
  }

  /// What acknowledges more each time has heard its peer: one direction of a transfer, and slow.
  @Test("22: midstream ACKs whose number rises are no keepalives", arguments: [1, 10, 75])
  func risingACKsMidstream(pause: Int) throws {
    let lines = (0..<9).map { "\($0 * pause) S > C . 100 ack \(1 + 100 * $0)" }
    let facts = try trackOne(lines.joined(separator: "\n"))
    let side = facts.server.packets > 0 ? facts.server : facts.client
    #expect(side.keepalivePackets == 0)
    #expect(side.unanswered == nil)
  }

  /// A train that was answered out of the capture's sight: the next ACK says so.
  @Test("22: keepalives midstream, and then more is acknowledged")
  func keepalivesAnsweredUnseen() throws {
    let facts = try trackOne("0,75,150 S > C . 100 ack 1\n160 S > C . 100 ack 501\n")
    let side = facts.server.packets > 0 ? facts.server : facts.client
    #expect(side.unanswered == nil)
  }

  @Test(
    "23: window probes of one byte at SND.NXT, as Windows and BSD send them, taken or not", arguments: [true, false])
  func probesAtSNDNXT(isTaken: Bool) throws {
    let facts = try trackOne(
      handshake + """
        0.1 S > C P. 1:1001
        0.2 C > S . ack 1001 win 0
        0.7 S > C . 1001:1002
        0.8 C > S . ack \(isTaken ? 1002 : 1001) win 0
        9.0 C > S . ack \(isTaken ? 1002 : 1001) win 500
        9.1 S > C P. \(isTaken ? 1002 : 1001):2001
        9.2 C > S . ack 2001
        """)
    #expect(facts.server.windowProbePackets == 1)
    #expect(facts.server.payloadBytes == 2000)
    #expect(facts.server.missingBytes == 0)
    #expect(facts.server.unanswered == nil)
  }
}
