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
}
