import Flow
import PacketScript
import Testing
import Wire

@Suite("What each side sent, counted once and rightly")
struct CountTests {
  @Test func anExchangeThatIsClosedByBoth() throws {
    let facts = try trackOne(
      handshake + """
        0.082 C > S P. 1:101
        0.162 S > C P. 1:2001/1000
        0.163 C > S .
        0.164 C > S F.
        0.244 S > C F.
        0.245 C > S .
        """)
    #expect(facts.rolesKnown)
    #expect(facts.state == .closed)
    #expect(facts.closedBy == .client)
    #expect(facts.client.payloadBytes == 100)
    #expect(facts.server.payloadBytes == 2000)
    #expect(facts.client.ackedBytes == 100)
    #expect(facts.server.ackedBytes == 2000)
    #expect(facts.server.unackedBytes == 0)
    #expect(facts.client.retransmittedPackets == 0)
    #expect(facts.client.fin?.acked != nil)
    #expect(facts.server.fin?.acked != nil)
    #expect(facts.socketState(of: .client) == .timeWait)
    #expect(facts.socketState(of: .server) == .closed)
    #expect(facts.client.mss == 1460)
    #expect(facts.client.windowScale == 7)
    #expect(facts.endedBecause == .closed)
    #expect(facts.handshakeRTT == 81_000_000)
  }

  @Test func sequenceNumbersWrap() throws {
    let facts = try trackOne(
      """
      host C = 10.0.0.1:40000 isn 4294967290
      0.0 C > S S
      0.1 S > C S.
      0.1 C > S .
      0.2 C > S P. 1:3001/1000
      0.3 S > C .
      0.4 C > S F.
      0.5 S > C F.
      0.5 C > S .
      """)
    #expect(facts.client.payloadBytes == 3000)
    #expect(facts.client.ackedBytes == 3000)
    #expect(facts.client.missingBytes == 0)
    #expect(facts.state == .closed)
  }

  /// What lies between was never seen, and may never have been sent.
  @Test func whatWasNotSeenIsNotUnacknowledged() throws {
    let jump = try trackOne("0 C > S S\n0.1 S > C S.\n0.2 C > S . 549555 ack 1")
    #expect(jump.client.unackedBytes == 0)
    let hole = try trackOne(
      handshake + """
        0.1 S > C . 1:1001
        0.2 S > C . 3001:4001
        0.3 C > S . ack 1001 <sack 2001-4001>
        """)
    #expect(hole.server.unackedBytes == 1000)
    #expect(hole.server.sackedBytes == 1000)
    #expect(hole.server.unseenLostBytes == 1000)
    let lost = try trackOne(
      handshake + """
        0.1 S > C . 1:1001
        0.2 S > C . 3001:4001
        0.3 C > S . ack 1001 <sack 3001-4001>
        """)
    #expect(lost.server.unackedBytes == 1000)
    #expect(lost.server.unseenLostBytes == 2000)
  }

  @Test func aRetransmissionIsCountedApart() throws {
    let facts = try trackOne(
      handshake + """
        0.100 S > C P. 1:1001
        0.400 S > C P. 1:1001
        0.401 C > S . ack 1001
        """)
    #expect(facts.server.retransmittedPackets == 1)
    #expect(facts.server.retransmittedBytes == 1000)
    #expect(facts.server.payloadBytes == 1000)
    #expect(facts.server.sentBytes == 2000)
    #expect(facts.server.outOfOrderPackets == 0)
  }

  @Test func overtakenOnTheWayIsNoRetransmission() throws {
    let facts = try trackOne(
      handshake + """
        0.100 S > C P. 1001:2001
        0.101 S > C P. 1:1001
        0.102 C > S . ack 2001
        """)
    #expect(facts.server.outOfOrderPackets == 1)
    #expect(facts.server.retransmittedPackets == 0)
    #expect(facts.server.payloadBytes == 2000)
    #expect(facts.server.missingBytes == 0)
  }

  @Test func filledLateIsARetransmission() throws {
    let facts = try trackOne(
      handshake + """
        0.100 S > C P. 1001:2001
        0.400 S > C P. 1:1001
        0.402 C > S . ack 2001
        """)
    #expect(facts.server.retransmittedPackets == 1)
    #expect(facts.server.outOfOrderPackets == 0)
    #expect(facts.server.payloadBytes == 2000)
  }

  @Test func whatTheCaptureLostIsMissing() throws {
    let facts = try trackOne(
      handshake + """
        0.100 S > C P. 1:1001
        0.100 S > C P. 1001:2001 lost
        0.101 S > C P. 2001:3001
        0.102 C > S . ack 3001
        """)
    #expect(facts.server.missingBytes == 1000)
    #expect(facts.server.payloadBytes == 2000)
    #expect(facts.server.ackedBytes == 3000)
  }

  @Test func copiesOfTheCaptureAreInNoOtherCount() throws {
    let facts = try trackOne(
      """
      0.000 C > S S <mss 1460> dup
      0.080 S > C S. <mss 1460> dup
      0.081 C > S . dup
      0.082 C > S P. 1:101 dup
      0.162 S > C . ack 101 dup
      0.163 C > S F. dup
      0.164 S > C F. dup
      0.165 C > S . dup
      """)
    #expect(facts.client.packets == 5)
    #expect(facts.client.duplicatePackets == 5)
    #expect(facts.client.sentBytes == 100)
    #expect(facts.client.synPackets == 1)
    #expect(facts.client.finPackets == 1)
    #expect(facts.server.duplicatePackets == 3)
    #expect(facts.client.retransmittedPackets == 0)
  }

  @Test func dataInTheSYNIsData() throws {
    let facts = try trackOne(
      """
      0.0 C > S S 0:10 <mss 1460,FO 0102030405060708>
      0.1 S > C S. ack 11
      0.1 C > S .
      """)
    #expect(facts.client.payloadBytes == 10)
    #expect(facts.client.ackedBytes == 10)
    #expect(facts.handshake.fastOpenBytes == 10)
  }

  @Test func dataInTheSYNThatTheServerDidNotTakeComesAgain() throws {
    let facts = try trackOne(
      """
      0.0 C > S S 0:10 <mss 1460,FO 0102030405060708>
      0.1 S > C S. ack 1
      0.1 C > S P. 1:11
      0.2 S > C . ack 11
      """)
    #expect(facts.client.payloadBytes == 10)
    #expect(facts.client.missingBytes == 0)
    #expect(facts.client.ackedBytes == 10)
  }

  @Test(arguments: ["0:0", "0:1"]) func keepalivesAreNoData(range: String) throws {
    // One below SND.NXT, with nothing or with one byte of garbage.
    let probe = range == "0:0" ? "100:100" : "100:101"
    let facts = try trackOne(
      handshake + """
        0.1 C > S P. 1:101
        0.2 S > C . ack 101
        60 C > S . \(probe)
        60.1 S > C . ack 101
        120 C > S . \(probe)
        120.1 S > C . ack 101
        """)
    #expect(facts.client.keepalivePackets == 2)
    #expect(facts.client.retransmittedPackets == 0)
    #expect(facts.client.payloadBytes == 100)
    #expect(facts.client.unanswered == nil)
    #expect(facts.longestIdle == 59_900_000_000)
  }

  @Test(arguments: [true, false]) func onePacketPlayedAgainIsNoKeepalive(played: Bool) throws {
    let lines = (0..<3).map { "\($0 * 20).3 C > S . 1 ack 1 id \(played ? 484 : 484 + $0) <noTS>\n" }
    let facts = try trackOne(lines.joined())
    #expect(facts.client.keepalivePackets == (played ? 0 : 3))
    #expect((facts.client.unanswered == nil) == played)
  }

  @Test func aFINBehindAnAcknowledgedFINIsCountedAndChangesNothing() throws {
    let facts = try trackOne(
      handshake + """
        0.1 S > C F. 1 ack 1
        0.2 C > S . ack 2
        0.3 S > C F. 2 ack 1
        0.4 C > S F. 1 ack 2
        0.5 S > C . 2 ack 2
        """)
    #expect(facts.server.finPackets == 2)
    #expect(facts.server.payloadBytes == 0)
    #expect(facts.state == .closed)
  }

  @Test func aFINFarBeyondALossIsTakenWhenItIsAcknowledged() throws {
    let facts = try trackOne(
      handshake + """
        0.1 S > C P. 1:1001
        0.2 C > S . ack 1001
        9.0 S > C FP. 700000001:700000501
        9.1 C > S . ack 700000001
        9.2 C > S F. 1 ack 700000502
        9.3 S > C . 700000502 ack 2
        """)
    #expect(facts.server.finPackets == 1)
    #expect(facts.server.fin?.offset == 700_000_500)
    #expect(facts.server.payloadBytes == 1500)
    #expect(facts.server.missingBytes == 699_999_000)
    #expect(facts.state == .closed)
  }

  @Test func probesOfAZeroWindowAreNoKeepalives() throws {
    let facts = try trackOne(
      handshake + """
        0.1 S > C P. 1:1001
        0.2 C > S . ack 1001 win 0
        0.5 S > C . 1000:1000
        0.6 C > S . ack 1001 win 0
        1.5 S > C . 1000:1000
        1.6 C > S . ack 1001 win 0
        9.0 C > S . ack 1001 win 500
        """)
    #expect(facts.server.windowProbePackets == 2)
    #expect(facts.server.keepalivePackets == 0)
    #expect(facts.client.zeroWindowPackets == 3)
    #expect(facts.client.stall?.reopened != nil)
    #expect(facts.client.stall?.longest == 8_800_000_000)
  }

  @Test func oneDirectionOnlyTellsOfTheOtherByItsACKs() throws {
    let facts = try trackOne(
      """
      0.0 S > C P. 1:1001 ack 1
      0.1 S > C P. 1001:2001 ack 501
      0.2 S > C P. 2001:3001 ack 701
      """)
    #expect(!facts.rolesKnown)
    let visible = facts.client.packets > 0 ? facts.client : facts.server
    let hidden = facts.client.packets > 0 ? facts.server : facts.client
    #expect(visible.payloadBytes == 3000)
    #expect(hidden.packets == 0)
    #expect(hidden.payloadBytes == 0)
    #expect(hidden.missingBytes == 700)
  }

  /// Ring files that are not adjacent: nothing that is under way lies 2^30 behind, so that it is ahead.
  @Test(
    "17: a gap in the capture of gigabytes", arguments: [1_000_000_000, 2_000_000_000, 2_500_000_000, 3_000_000_000])
  func wideGap(size: Int64) throws {
    let next = 101 + size
    func at(_ bytes: Int64) -> String { "=\(UInt32(truncatingIfNeeded: 1000 + next + bytes))" }
    let facts = try trackOne(
      handshake + """
        0.1 C > S P. 1:101
        0.2 S > C . ack 101
        60.1 C > S P. \(at(0)):\(at(100))
        60.2 S > C . ack \(at(100))
        60.3 C > S P. \(at(100)):\(at(200))
        60.4 S > C . ack \(at(200))
        60.5 C > S F. \(at(200))
        60.6 S > C F. 1 ack \(at(201))
        60.7 C > S . \(at(201)) ack 2
        """)
    #expect(facts.client.missingBytes == UInt64(size) && facts.client.payloadBytes == 300)
    #expect(facts.state == .closed && facts.client.retransmittedPackets == 0)
  }
}
