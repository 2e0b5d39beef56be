import Flow
import PacketScript
import Testing
import Wire

@Suite("Traps of field.md §5: identity and state")
struct TrapsOfIdentityTests {
  @Test("15: midstream, the port that more peers share is the server's")
  func rolesByPort() throws {
    let all = try track(
      """
      host S = 10.0.0.2:50000
      host C = 10.0.0.1:1024
      host D = 10.0.0.3:1025
      0.0 S > C P. 1:101 ack 1
      0.1 D > S P. 1:11 ack 1
      0.2 C > S P. 1:11 ack 101
      """)
    #expect(all.count == 2)
    for facts in all {
      #expect(facts.serverEndpoint.port == 50000)
      #expect(!facts.rolesKnown)
    }
  }

  @Test("15: midstream, a SYN-ACK tells who is the server")
  func rolesBySYNACK() throws {
    let facts = try trackOne(
      """
      host S = 10.0.0.2:50000
      host C = 10.0.0.1:1024
      0.1 S > C S. 0 ack 1
      0.2 C > S . 1 ack 1
      """)
    #expect(facts.rolesKnown)
    #expect(facts.serverEndpoint.port == 50000)
    #expect(facts.state == .established)
  }

  @Test("15: midstream, then the lower port")
  func rolesByLowerPort() throws {
    let facts = try trackOne("0.0 S > C P. 1:101 ack 1\n")
    #expect(facts.serverEndpoint.port == 2181)
    #expect(facts.state == .midstream)
  }

  @Test("16: where the scale is unknown a RST within what it may be is neither ignored nor believed")
  func unknownScale() throws {
    let facts = try trackOne(
      """
      0.1 C > S P. 1:101 ack 1
      0.2 S > C P. 1:101 ack 101
      0.3 S > C R. 40000
      """)
    #expect(facts.server.resets?.first.verdict == .unknown)
    #expect(facts.abort == nil)
  }

  @Test("16: the scale holds only where both SYNs carried it", arguments: [true, false])
  func scaleOfBothOrNone(both: Bool) throws {
    let facts = try trackOne(
      """
      0.00 C > S S <mss 1460,wscale 7>
      0.08 S > C S. <mss 1460\(both ? ",wscale 7" : "")>
      0.09 C > S .
      0.1 C > S P. 1:101 win 500
      0.2 S > C . ack 101
      0.3 S > C R. 40000
      """)
    // 500 or 64,000 bytes.
    #expect(facts.server.resets?.first.verdict == (both ? .challenged : .ignored))
  }

  @Test("16: a zero window is zero at any scale")
  func zeroAtAnyScale() throws {
    let facts = try trackOne(
      """
      0.1 S > C P. 1:101 ack 1
      0.2 C > S . 1 ack 101 win 0
      9.2 C > S . 1 ack 101 win 3
      """)
    #expect([facts.client, facts.server].compactMap(\.stall).first?.longest == 9_000_000_000)
  }

  @Test("17: a stream of more than 4 GiB, and a wrap in every one of them")
  func moreThanFourGiB() throws {
    let size = 16 << 20
    let facts = try #require(track(Bulk.segments(of: size, count: 1030, acknowledgedEvery: 4)).first)
    #expect(facts.client.payloadBytes == UInt64(size) * 1030)
    #expect(facts.client.ackedBytes == UInt64(size) * 1030)
    #expect(facts.client.missingBytes == 0)
    #expect(facts.client.retransmittedPackets == 0)
    #expect(facts.client.unackedBytes == 0)
  }

  @Test("17: a jump that nothing confirms is not believed, one that goes on is")
  func jumps() throws {
    let injected = try trackOne(
      handshake + """
        0.1 C > S P. 1:101
        0.2 C > S P. 1000000001:1000000101
        0.3 C > S P. 101:201
        0.4 S > C . ack 201
        """)
    #expect(injected.client.payloadBytes == 200)
    #expect(injected.client.missingBytes == 0)
    let lost = try trackOne(
      handshake + """
        0.1 C > S P. 1:101
        0.2 C > S P. 1000000001:1000000101
        0.3 C > S P. 1000000101:1000000201
        0.4 S > C . ack 1000000201
        """)
    #expect(lost.client.payloadBytes == 200)
    #expect(lost.client.missingBytes == 999_999_900 + 100)
  }

  /// No hole is there that only one end speaks of: two ACKs in another life's numbers (a replay, another host behind the
  /// address), and the data go on where they were.
  @Test("17: what no ACK of the other side supports is not missing")
  func unsupportedJumps() throws {
    let acks = try trackOne(
      handshake + """
        0.1 C > S P. 1:101
        0.2 S > C . ack 1780000001
        0.3 C > S P. 101:201
        0.4 S > C . ack 1780000101
        0.5 C > S P. 201:301
        0.6 S > C . ack 301
        """)
    #expect(acks.client.missingBytes == 0)
    #expect(acks.client.payloadBytes == 300)
    #expect(acks.client.ackedBytes == 300)
    let data = try trackOne(
      handshake + """
        0.1 C > S P. 1:101
        0.2 C > S P. 1000000001:1000000101
        0.3 C > S P. 1000000101:1000000201
        0.4 S > C . ack 101
        """)
    #expect(data.client.missingBytes == 0)
  }

  @Test("18: a SYN out of TIME-WAIT begins another connection")
  func outOfTimeWait() throws {
    let all = try track(
      handshake + """
        0.2 S > C F.
        0.3 C > S F.
        0.4 S > C .
        isn C 100000
        isn S 9000000
        1.0 C > S S 0
        1.1 S > C S.
        1.2 C > S .
        """)
    #expect(all.map(\.state) == [.closed, .established])
    #expect(all.allSatisfy { $0.tupleReused })
  }

  @Test("18: a SYN on a live connection that brings a challenge ACK is no new connection")
  func challengedSYN() throws {
    let facts = try trackOne(
      handshake + """
        0.2 C > S P. 1:101
        0.3 S > C . ack 101
        0.4 C > S S =77777
        0.5 S > C . ack 101
        0.6 C > S P. 101:201
        0.7 S > C . ack 201
        """)
    #expect(facts.client.payloadBytes == 200)
    #expect(facts.client.strangeSYN != nil)
  }

  /// Who had sent the first one would have answered the challenge by a RST (RFC 5961 §4.2).
  @Test("18: nor is it one when it comes again", arguments: ["=2500", "=500077777"])
  func challengedSYNAgain(isn: String) throws {
    let facts = try trackOne(
      handshake + """
        0.2 C > S P. 1:101
        0.3 S > C . ack 101
        0.4 C > S S \(isn)
        0.5 S > C . ack 101
        1.4 C > S S \(isn)
        1.5 S > C . ack 101
        1.6 C > S P. 101:201
        1.7 S > C . ack 201
        1.8 C > S F. 201
        1.9 S > C F. 1 ack 202
        2.0 C > S . 202 ack 2
        """)
    #expect(facts.client.payloadBytes == 200)
    #expect(facts.client.missingBytes == 0)
    #expect(facts.state == .closed)
  }

  /// Nobody says that the old connection lives: its client has begun anew.
  @Test("18: a SYN that comes again without any answer begins another one")
  func unansweredSYNAgain() throws {
    let all = try track(
      handshake + """
        0.2 C > S P. 1:101
        0.3 S > C . ack 101
        20.4 C > S S =500077777
        21.4 C > S S =500077777
        23.4 C > S S =500077777
        """)
    #expect(all.map(\.client.synPackets) == [1, 3])
  }

  @Test(
    "18: of two SYN-ACKs with different ISNs the one that the client acknowledges holds",
    arguments: [5_000_000, 7_999_990, 8_000_100, 9_000_000, 1_879_048_192, 3_000_000_000])
  func secondISN(first: UInt32) throws {
    let facts = try trackOne(
      """
      0.00 C > S S
      0.10 S > C S. =\(first)
      0.11 S > C S. =8000000
      0.20 C > S . 1 ack =8000001
      0.30 S > C P. =8000001:=8000101 ack 1
      0.40 C > S . 1 ack =8000101
      """)
    #expect(facts.server.payloadBytes == 100)
    #expect(facts.server.ackedBytes == 100)
    #expect(facts.server.missingBytes == 0)
    #expect(facts.server.isn == SequenceNumber(8_000_000))
  }

  @Test("19: SYNs and FINs that cross are no error")
  func simultaneousOpenAndClose() throws {
    let facts = try trackOne(
      """
      0.00 C > S S
      0.01 S > C S
      0.09 C > S S. 0 ack 1
      0.10 S > C S. 0 ack 1
      0.11 C > S . 1 ack 1
      1.00 C > S F. 1 ack 1
      1.01 S > C F. 1 ack 1
      1.09 C > S . 2 ack 2
      1.10 S > C . 2 ack 2
      """)
    #expect(facts.handshake.simultaneousOpen)
    #expect(facts.state == .closed)
    #expect(facts.closedBy == .both)
    #expect(facts.client.missingBytes == 0 && facts.server.missingBytes == 0)
  }

  @Test("20: data in a SYN that the server did not take comes again without being spurious")
  func fastOpenNotTaken() throws {
    let facts = try trackOne(
      """
      0.0 C > S S 0:10 <mss 1460,FO 0102030405060708>
      0.1 S > C S. ack 1
      0.1 C > S P. 1:11
      0.2 S > C . ack 11
      """)
    #expect(facts.client.payloadBytes == 10)
    #expect(facts.client.deaf == nil)
    #expect(facts.handshake.fastOpenBytes == 10)
  }

  @Test("21: established only after the client's ACK of the SYN-ACK")
  func handshakeTruth() throws {
    let facts = try trackOne(
      """
      0.0 C > S S
      0.1,1.1,3.1,7.1 S > C S.
      """)
    #expect(facts.state == .answered)
    #expect(facts.handshake.ack == nil)
    #expect(facts.server.unanswered?.kind == .synAck)
    #expect(facts.server.unanswered?.sent.count == 4)
    #expect(facts.socketState(of: .server) == .synReceived)
  }

  @Test("24: what was selectively acknowledged has arrived; D-SACK says twice")
  func selectiveAcknowledgements() throws {
    let open = try trackOne(
      handshake + """
        0.100 C > S P. 1:1001
        0.101 C > S P. 1001:2001
        0.102 C > S P. 2001:3001
        0.180 S > C . ack 1 <sack 1001-3001>
        """)
    #expect(open.client.unackedBytes == 3000)
    #expect(open.client.sackedBytes == 2000)
    let twice = try trackOne(
      handshake + """
        0.100 C > S P. 1:1001
        0.300 C > S P. 1:1001
        0.380 S > C . ack 1001
        0.381 S > C . ack 1001 <sack 1-1001>
        """)
    #expect(twice.client.sackedBytes == 0)
    #expect(twice.client.ackedBytes == 1000)
  }

  /// A receiver may drop what it has selectively acknowledged (RFC 2018 §8): it has not been acknowledged until the cumulative ACK
  /// says so, and to send it again is to hear well.
  @Test("24: reneging: what was SACKed and comes again was not acknowledged in vain")
  func reneging() throws {
    let sent = handshake + "0.100 C > S P. 1:3001/1000\n0.180 S > C . ack 1 <sack 1001-3001>\n"
    let dropped = "0.4 C > S P. 1:1001\n0.48 S > C . ack 1001\n0.8 C > S P. 1001:2001\n1.6 C > S P. 1001:2001\n"
    let open = try trackOne(sent + dropped + "3.2 C > S P. 1001:2001\n")
    #expect(open.client.deaf == nil && open.client.unackedBytes == 2000)
    #expect(open.client.unanswered?.sent.count == 4)
    let healed = try trackOne(sent + dropped + "1.68 S > C . ack 2001\n1.7 C > S P. 2001:3001\n1.78 S > C . ack 3001\n")
    #expect(healed.client.deaf == nil && healed.client.unanswered == nil)
    #expect(healed.client.ackedBytes == 3000 && healed.client.unackedBytes == 0 && healed.client.sackedBytes == 0)
    #expect(healed.client.retransmittedPackets == 4)
  }

  @Test("24: an ACK that only moves the window is no repeated ACK of anything")
  func windowUpdates() throws {
    let facts = try trackOne(
      handshake + """
        0.1 C > S P. 1:101
        0.2 S > C . ack 101 win 500
        0.3 S > C . ack 101 win 600
        0.4 S > C . ack 101 win 700
        """)
    #expect(facts.server.keepalivePackets == 0)
    #expect(facts.server.lastWindow == 700)
    #expect(facts.server.retransmittedPackets == 0)
  }

  @Test("25: one direction, the hidden side is told by the ACKs and never accused")
  func oneDirection() throws {
    let facts = try trackOne(
      """
      0.0 C > S S
      0.2 C > S . 1 ack =5000001
      0.3 C > S P. 1:101 ack =5000001
      0.5 C > S . 101 ack =5002001
      0.6 C > S F. 101 ack =5002002
      0.8 C > S . 102 ack =5002003
      """)
    #expect(facts.server.packets == 0)
    #expect(facts.server.ackedBytes >= 2000)
    #expect(facts.server.resets == nil)
    #expect(facts.state != .attempted)
  }

  @Test("26: a subflow of MPTCP, and the reason in its RST")
  func multipath() throws {
    let facts = try trackOne(
      """
      0.0 C > S S <mss 1460,mptcp 0001>
      0.1 S > C S. <mss 1460,mptcp 0001>
      0.2 C > S . <mptcp 2000>
      0.3 C > S R. 1 <mptcp 8000>
      """)
    #expect(facts.client.mptcp && facts.server.mptcp)
    #expect(!facts.client.mptcpJoin && !facts.server.mptcpJoin)
    #expect(facts.client.resets?.first.options.contains(.mptcpSubflow) == true)
    let joined = try trackOne("0.0 C > S S <mss 1460,mptcp 10000102030405060708>")
    #expect(joined.client.mptcp && joined.client.mptcpJoin && !joined.server.mptcpJoin)
  }

  /// They stay two records, as each has a 4-tuple of its own, with its own losses: who reads a capture looks for both. That they
  /// are one is said of the later one when both have ended (`Twins`).
  @Test("27: both sides of a NAT in one capture are two records of one connection")
  func bothSidesOfANAT() throws {
    let all = try track(
      """
      host N = 192.0.2.1:61000 isn 1000
      0.000 C > S S
      0.001 N > S S
      0.080 S > N S. 0 ack 1
      0.081 S > C S. 0 ack 1
      0.082 C > S .
      0.083 N > S .
      """)
    #expect(all.count == 2)
    #expect(all[0].client.isn == all[1].client.isn)
    #expect(all.allSatisfy { $0.client.packets == 2 && $0.client.duplicatePackets == 0 })
    var twins = Twins()
    let first = twins.meet(all[0].brief)
    #expect(first == nil)
    twins.tell(0b101, of: all[0].brief)
    let sibling = twins.meet(all[1].brief)
    #expect(sibling?.id == all[0].id && sibling?.told == 0b101)
    #expect(twins.connections == 1 && twins.seenAgain == 1)
  }

  @Test("27: the latest are remembered, however many have ended")
  func manyConnections() throws {
    var facts = try #require(try track("0 C > S S\n0.08 S > C S.\n0.09 C > S .\n").first)
    var twins = Twins()
    for number in 1...200_000 as ClosedRange<UInt64> {
      facts.id = number
      facts.client.isn = SequenceNumber(UInt32(truncatingIfNeeded: number &* 0x9e37_79b1))
      let expected = twins.meet(facts.brief)
      #expect(expected == nil)
      guard number.isMultiple(of: 50_000) else { continue }
      let again = twins.meet(facts.brief)
      #expect(again?.id == number)
    }
    #expect(twins.seenAgain == 4)
  }
}
