import Flow
import PacketScript
import Testing
import Wire

@Suite("FIN and RST")
struct ClosingTests {
  /// RFC 9293 §3.10.7.3: what comes after the client's ACK and data is no refusal.
  @Test func aRSTAfterTheHandshakeIsNoRefusal() throws {
    let facts = try trackOne("0 C > S S\n0.0004 C > S . 1 ack 1\n0.001 C > S P. 1:386 ack 1\n0.002 S > C R 1")
    #expect(facts.state == .reset)
    #expect(try trackOne("0 C > S S\n0.1 S > C R. =0 ack 1").state == .refused)
  }

  @Test func theCutReply() throws {
    let facts = try trackOne(
      handshake + """
        0.081 C > S P. 1:5
        0.081 C > S F.
        0.161 S > C . ack 6
        0.162 S > C P. 1:13241/1448
        0.163 C > S R 6
        0.243 S > C P. 13241:14689
        0.244 C > S R 6
        """)
    let fin = try #require(facts.client.fin)
    #expect(fin.offset == 4)
    #expect(fin.acked?.packet.number == 6)
    #expect(fin.firstAfter?.packet.number == 7)
    #expect(fin.firstAfterLength == 1448)
    #expect(facts.state == .reset)
    #expect(facts.abort?.side == .client)
    #expect(facts.client.resets?.count == 2)
    #expect(facts.server.unackedBytes == 14688)
    #expect(facts.socketState(of: .client) == .closed)
  }

  @Test func aResetOutOfTheWindowIsIgnored() throws {
    let facts = try trackOne(
      handshake + """
        0.2 C > S P. 1:101
        0.3 S > C . ack 101
        0.4 S > C R 500000000
        0.5 C > S P. 101:201
        0.6 S > C . ack 201
        0.7 C > S F.
        0.8 S > C F.
        0.9 C > S .
        """)
    #expect(facts.state == .closed)
    #expect(facts.abort == nil)
    #expect(facts.server.resets?.first.verdict == .ignored)
    #expect(facts.client.payloadBytes == 200)
    #expect(facts.server.missingBytes == 0)
  }

  @Test func aResetThatNobodyTookIsNoEnd() throws {
    // Exact sequence number, and yet both go on: it never arrived, or was challenged.
    let facts = try trackOne(
      handshake + """
        0.2 C > S P. 1:101
        0.3 S > C . ack 101
        0.4 S > C R. 1
        1.5 C > S P. 101:201
        1.6 S > C P. 1:11 ack 201
        1.7 C > S . ack 11
        """)
    #expect(facts.abort == nil)
    #expect(facts.state == .established)
    #expect(facts.server.resets?.first.verdict == .challenged)
    #expect(facts.server.payloadBytes == 10)
  }

  /// Where both ends repeated the handshake no round trip was measured (Karn), but the handshake took longer than one: what
  /// comes for as long after the RST was under way before it, and what comes much later is life.
  @Test(arguments: [("2.360 C > S . 6 ack 1", true), ("5.9 C > S P. 6:106 ack 1", false)])
  func aResetOnAPathWhoseHandshakeWasRepeated(_ after: String, _ isTaken: Bool) throws {
    let facts = try trackOne(
      """
      0.0 C > S S
      0.001 S > C S.
      0.995 C > S S 0
      0.996 S > C S. 0
      1.320 C > S .
      1.334 C > S P. 1:6
      1.334 S > C . ack 6
      1.335 S > C P. 1:1449 ack 6
      1.336 S > C R. 1449 ack 6
      \(after)
      """)
    #expect((facts.abort?.side == .server) == isTaken)
    #expect(facts.state == (isTaken ? .reset : .established))
  }

  @Test func aResetThatWasNotHeard() throws {
    let facts = try trackOne(
      handshake + """
        0.2 C > S P. 1:101
        0.3 S > C . ack 101
        0.4 S > C R. 1
        5.0 C > S P. 101:201
        5.3 C > S P. 101:201
        5.9 C > S P. 101:201
        """)
    #expect(facts.abort == nil)
    #expect(facts.server.resets?.peerMovedOn == true)
    #expect(facts.server.resets?.ownAfter == nil)
  }

  /// Old echoes say nothing of the next one.
  @Test func anEchoAfterOneThatWasTooOld() throws {
    let facts = try trackOne(
      handshake + """
        0.100 C > S P. 1:301
        0.101 S > C P. 1:1001 ack 301
        0.102 C > S P. 301:401 ack 1
        0.102 S > C . ack 401
        0.180 C > S R 301
        0.900 S > C P. 1:1001 ack 401
        0.980 C > S R 401
        """)
    #expect(facts.client.resets?.first.verdict == .ignored)
    #expect(facts.abort?.side == .client)
    #expect(facts.state == .reset)
    #expect(facts.socketState(of: .server) == .closed)
  }

  /// To a kernel that has taken in the FIN a RST in its place is old. Linux takes it where its own side is open (tcp_reset_check).
  @Test(arguments: [(301, true), (300, false)]) func aRSTInThePlaceOfTheFIN(sequence: Int, isTaken: Bool) throws {
    let facts = try trackOne(
      handshake + """
        0.100 C > S P. 1:301
        0.101 S > C P. 1:1001 ack 301
        0.102 C > S F. 301 ack 1
        0.102 S > C . ack 302
        0.180 C > S R \(sequence)
        """)
    #expect((facts.abort?.side == .client) == isTaken)
    #expect(facts.state == (isTaken ? .reset : .halfClosed))
    #expect(facts.socketState(of: .server) == (isTaken ? .closed : .closeWait))
  }

  /// One that would have been taken was not, for the peer goes on: nor are its echoes.
  @Test func anEchoAfterOneThatWasLost() throws {
    let facts = try trackOne(
      handshake + """
        0.2 C > S P. 1:101
        0.3 S > C . ack 101
        0.4 S > C R. 1
        5.0 C > S P. 101:201
        5.1 S > C R 1
        5.3 C > S P. 101:201
        5.4 S > C R 1
        """)
    #expect(facts.abort == nil)
    #expect(facts.server.resets?.peerMovedOn == true)
  }

  @Test func echoesOfOneAbortAreOneAbort() throws {
    let facts = try trackOne(
      handshake + """
        0.100 C > S P. 1:6
        0.180 S > C P. 1:10001/1000
        0.181 S > C R. 10001
        0.260 C > S . ack 4001
        0.260 S > C R 4001
        0.261 C > S . ack 10001
        0.261 S > C R 10001
        """)
    let resets = try #require(facts.server.resets)
    #expect(resets.count == 3)
    #expect(resets.echoCount == 2)
    #expect(resets.lowestEcho == 4000)
    #expect(resets.effective?.moment == resets.first.moment)
    #expect(facts.state == .reset)
  }

  @Test func refused() throws {
    let facts = try trackOne(
      """
      0.0 C > S S
      0.1 S > C R. =0 ack 1
      """)
    #expect(facts.state == .refused)
    #expect(facts.socketState(of: .client) == .closed)
  }

  @Test func aFINThatTheCaptureLostIsInferred() throws {
    let facts = try trackOne(
      handshake + """
        0.2 S > C P. 1:101
        0.3 C > S . ack 101
        0.4 S > C F. 101 lost
        0.5 C > S F. ack 102
        0.6 S > C . 102 ack 2
        """)
    #expect(facts.server.fin?.inferred == true)
    #expect(facts.server.missingBytes == 0)
    #expect(facts.server.ackedBytes == 100)
    #expect(facts.state == .closed)
  }

  @Test func retransmittedFINsAreOneFIN() throws {
    let facts = try trackOne(
      handshake + """
        1.0,1.3,1.9,3.1,5.5 C > S F. 1
        """)
    #expect(facts.client.finPackets == 5)
    #expect(facts.client.retransmittedPackets == 4)
    let run = try #require(facts.client.unanswered)
    #expect(run.kind == .fin)
    #expect(run.sent.count == 5)
    #expect(run.sent.growing == 3)
    #expect(run.peerPackets == 0)
    #expect(facts.socketState(of: .client) == .finWait1)
    #expect(facts.state == .halfClosed)
  }

  @Test func simultaneousClose() throws {
    let facts = try trackOne(
      handshake + """
        1.00 C > S F. 1 ack 1
        1.01 S > C F. 1 ack 1
        1.09 C > S . 2 ack 2
        1.10 S > C . 2 ack 2
        """)
    #expect(facts.state == .closed)
    #expect(facts.closedBy == .both)
    #expect(facts.socketState(of: .client) == .timeWait)
    #expect(facts.socketState(of: .server) == .timeWait)
  }
}

@Suite("RST alone")
struct LoneResetTests {
  @Test func aRSTAMinuteIsOneConnection() throws {
    let minutes = (0..<40).map { "\($0 * 60) C > S R. 1 ack 1" }.joined(separator: "\n")
    let facts = try trackOne(minutes)
    #expect(facts.client.rstPackets == 40)
  }

  @Test func aFINWithARSTCountsAsBoth() throws {
    let facts = try trackOne(handshake + "1.0 C > S FR. 1")
    #expect(facts.client.rstPackets == 1)
    #expect(facts.client.finPackets == 1)
    #expect(facts.client.fin == nil)
  }
}
