import Flow
import PacketScript
import Testing
import Wire

@Suite("Traps of field.md §5: closing")
struct TrapsOfClosingTests {
  @Test("28: data in a RST is a diagnosis, not stream")
  func resetWithData() throws {
    let facts = try trackOne(
      handshake + """
        0.1 C > S P. 1:101
        0.2 S > C R. 1:21 ack 101
        """)
    #expect(facts.server.resets?.first.payloadLength == 20)
    #expect(facts.server.payloadBytes == 0)
    #expect(facts.server.unackedBytes == 0)
    #expect(facts.state == .reset)
  }

  /// Offsets of the RST from the server's SND.NXT, and the verdict where nothing follows.
  @Test(
    "29: where a RST stands decides while nothing follows",
    arguments: [(101, ResetVerdict.effective), (51, .ignored), (1101, .challenged), (99_000_101, .ignored)])
  func verdicts(sequence: Int, verdict: ResetVerdict) throws {
    let facts = try trackOne(
      handshake + """
        0.1 C > S P. 1:101
        0.2 S > C P. 1:101 ack 101
        0.3 C > S . ack 101
        0.4 S > C R. \(sequence) ack 101
        """)
    #expect(facts.server.resets?.first.verdict == verdict)
    #expect((facts.abort != nil) == (verdict == .effective))
  }

  @Test(
    "29: a RST behind what the capture lost was taken, where both then fall silent",
    arguments: [
      ("102 ack 101", 30.0, true), ("14581 ack 101", 30, true), ("1101 ack 101", 3, false),
      // It does not know what the client sent, or lies out of the window.
      ("1101 ack 5001", 30, false), ("99000101 ack 101", 30, false),
    ])
  func resetBehindGap(reset: String, recorded: Double, isTaken: Bool) throws {
    let start =
      handshake + """
        0.1 C > S P. 1:101
        0.2 S > C P. 1:101 ack 101
        0.3 C > S . ack 101
        0.4 S > C R. \(reset)

        """
    let facts = try trackOne(start + "\(0.4 + recorded) tick")
    #expect((facts.abort != nil) == isTaken)
    #expect((facts.state == .reset) == isTaken)
    let challenged = try trackOne(start + "0.5 C > S . ack 101\n\(0.4 + recorded) tick")
    #expect(challenged.abort == nil)
  }

  @Test("30: the ACK number of a RST acknowledges nothing")
  func resetAcknowledgesNothing() throws {
    let facts = try trackOne(
      handshake + """
        0.1 C > S P. 1:5001/1000
        0.2 S > C . ack 1001
        0.3 S > C R. 1 ack 5001
        """)
    #expect(facts.client.ackedBytes == 1000)
    #expect(facts.client.unackedBytes == 4000)
  }

  @Test("31: a train of echoes is one abort, and its lowest number is kept")
  func echoes() throws {
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
    #expect(facts.server.resets?.count == 3)
    #expect(facts.server.resets?.echoCount == 2)
    #expect(facts.server.resets?.lowestEcho == 4000)
  }

  @Test("32: a RST after both FINs were acknowledged changes nothing")
  func resetAfterTheClose() throws {
    let facts = try trackOne(
      handshake + """
        0.2 C > S F.
        0.3 S > C F.
        0.4 C > S .
        0.5 S > C R 2
        """)
    #expect(facts.state == .closed)
    #expect(facts.closedBy == .client)
    #expect(facts.endedBecause == .closed)
  }

  @Test("33: a FIN with data, repeated with and without it")
  func finWithData() throws {
    let facts = try trackOne(
      handshake + """
        0.1 C > S FP. 1:101
        0.4 C > S FP. 1:101
        1.0 C > S F. 101
        1.1 S > C . ack 102
        """)
    #expect(facts.client.fin?.offset == 100)
    #expect(facts.client.fin?.sent.count == 3)
    #expect(facts.client.finPackets == 3)
    #expect(facts.client.payloadBytes == 100)
    #expect(facts.client.ackedBytes == 100)
  }

  @Test("33: a FIN that overtakes data")
  func finOutOfOrder() throws {
    let facts = try trackOne(
      handshake + """
        0.1000 C > S F. 101
        0.1001 C > S P. 1:101
        0.2 S > C . ack 102
        """)
    #expect(facts.client.fin?.offset == 100)
    #expect(facts.client.payloadBytes == 100)
    #expect(facts.client.missingBytes == 0)
    #expect(facts.client.outOfOrderPackets == 1)
    #expect(facts.client.fin?.acked?.packet.number == 6)
  }

  @Test("33: of a FIN the capture has only the repetition, or sees it after its ACK")
  func finLate() throws {
    let facts = try trackOne(
      handshake + """
        0.1 C > S F. 1 lost
        0.2 C > S . 2
        0.5 C > S F. 1
        0.6 S > C . ack 2
        1.2 S > C . 2 ack 2
        1.3 S > C F. 1 ack 2
        """)
    #expect(facts.client.fin?.offset == 0)
    #expect(facts.client.fin?.acked?.packet.number == 6)
    #expect(facts.client.missingBytes == 0)
    #expect(facts.server.fin?.offset == 0)
    #expect(facts.server.missingBytes == 0)
  }

  @Test("33: a FIN that the capture lost: one byte beyond the data is acknowledged")
  func finLost() throws {
    let facts = try trackOne(
      handshake + """
        0.2 S > C P. 1:101
        0.4 S > C F. 101 lost
        0.5 C > S F. ack 102
        0.6 S > C . 102 ack 2
        """)
    #expect(facts.server.fin?.inferred == true)
    #expect(facts.server.fin?.offset == 100)
    #expect(facts.server.missingBytes == 0)
    #expect(facts.client.fin?.peerSent == 100)
  }

  @Test("33: and with it the data before it: who answers the ACK of both as a kernel without that socket had closed")
  func finLostWithData() throws {
    let facts = try trackOne(
      handshake + """
        0.1 C > S P. 1:11
        0.2 S > C P. 1:101 ack 11
        0.3 C > S F. 11 ack 101
        0.4 S > C . 101 ack 12
        0.5 S > C FP. 101:201 ack 12 lost
        0.6 C > S . 12 ack 202
        0.7 S > C R 202
        """)
    #expect(facts.server.fin?.offset == 200 && facts.server.fin?.inferred == true)
    #expect(facts.server.ackedBytes == 200 && facts.server.missingBytes == 100)
    #expect(facts.state == .closed)
  }

  /// Who echoes what is typed sends a byte at a time, too.
  @Test("33: an echo is no FIN, where more than that is missing", arguments: [false, true])
  func echoLost(_ isClosing: Bool) throws {
    let facts = try trackOne(
      handshake + """
        0.2 C > S P. 1:2
        0.21 S > C P. 1:2 ack 2
        0.3 C > S P. 2:3 ack 2
        0.31 S > C P. 2:3 ack 3 lost
        0.4 C > S P. 3:4 ack 3
        \(isClosing ? "0.405 C > S F. 4 ack 3" : "")
        0.41 S > C P. 3:4 ack 4 lost
        0.45 C > S . \(isClosing ? 5 : 4) ack 4
        5 C > S R. \(isClosing ? 5 : 4) ack 4
        """)
    #expect((facts.server.fin != nil) == isClosing)
  }

  @Test("34: an ACK of the last byte does not acknowledge the FIN")
  func ackOfTheDataOnly() throws {
    let facts = try trackOne(
      handshake + """
        0.1 C > S P. 1:101
        0.2 C > S F. 101
        0.3 S > C . ack 101
        """)
    #expect(facts.client.fin?.acked == nil)
    #expect(facts.client.unackedBytes == 0)
    #expect(facts.socketState(of: .client) == .finWait1)
    #expect(facts.client.unanswered?.kind == .fin)
  }

  @Test("35: data after the own FIN is not of this stream; after the peer's it is a half-close")
  func dataAfterFIN() throws {
    let own = try trackOne(
      handshake + """
        0.1 C > S F. 1
        0.2 S > C . ack 2
        0.3 C > S P. 2:102
        """)
    #expect(own.client.payloadBytes == 0)
    #expect(own.client.fin?.offset == 0)
    let peers = try trackOne(
      handshake + """
        0.1 C > S F. 1
        0.2 S > C . ack 2
        0.3 S > C P. 1:101
        0.4 C > S . ack 101
        """)
    #expect(peers.server.payloadBytes == 100)
    #expect(peers.client.fin?.firstAfter?.packet.number == 6)
    #expect(peers.state == .halfClosed)
  }

  /// It was lost behind the capture, or before it; or the recording ended before it came.
  @Test("36: the last ACK is lost: the FIN comes again, and the connection is as closed as the wire shows")
  func lostFinalACKIsNotInTheCapture() throws {
    let closing = handshake + "0.1 C > S F. 1\n0.2 S > C F. 1 ack 2\n"
    for repetitions in ["", "0.5 S > C F. 1 ack 2\n", "0.5 S > C F. 1 ack 2\n1.1 S > C F. 1 ack 2\n"] {
      let facts = try trackOne(closing + repetitions)
      #expect(facts.state == .closing && facts.client.fin?.acked?.packet.number == 5)
      #expect(facts.server.fin?.acked == nil && facts.server.unackedBytes == 0)
      #expect(facts.socketState(of: .server) == .lastAck)
    }
  }

  @Test("36: a repeated FIN whose ACK is in the capture was not lost with it")
  func lostFinalACK() throws {
    let facts = try trackOne(
      handshake + """
        0.1 C > S F. 1
        0.2 S > C F. 1 ack 2
        0.3 C > S . 2 ack 2
        0.5 S > C F. 1 ack 2
        0.6 C > S . 2 ack 2
        """)
    #expect(facts.state == .closed)
    #expect(facts.server.finPackets == 2)
    #expect(facts.server.fin?.acked?.packet.number == 6)
  }

  @Test(
    "37: TIME-WAIT is over after 60 s; of FIN-WAIT-2 the wire does not say",
    arguments: [("30", TCPState.timeWait, TCPState.finWait2), ("90", .closed, nil)] as [(String, TCPState, TCPState?)])
  func timers(later: String, timeWait: TCPState, finWait2: TCPState?) throws {
    let other = """

      host D = 10.0.0.9:5000
      \(later) D > S S
      """
    func ended(_ text: String) throws -> Facts {
      try #require(try track(handshake + text + other).first { $0.state != .attempted })
    }
    let closed = try ended("0.1 C > S F. 1\n0.2 S > C F. 1 ack 2\n0.3 C > S . 2 ack 2")
    #expect(closed.state == .closed && closed.socketState(of: .client) == timeWait)
    let half = try ended("0.1 C > S F. 1\n0.2 S > C . 1 ack 2")
    #expect(half.state == .halfClosed && half.socketState(of: .client) == finWait2)
  }

  @Test(
    "37: what else was recorded tells the time too",
    arguments: [("30", TCPState.timeWait, TCPState.finWait2), ("120", .closed, nil)] as [(String, TCPState, TCPState?)])
  func timersOfARecording(later: String, timeWait: TCPState, finWait2: TCPState?) throws {
    let closed = try trackOne(
      handshake + "0.1 C > S F. 1\n0.2 S > C F. 1 ack 2\n0.3 C > S . 2 ack 2\n\(later) tick")
    #expect(closed.socketState(of: .client) == timeWait)
    let half = try trackOne(handshake + "0.1 C > S F. 1\n0.2 S > C . 1 ack 2\nend \(later)")
    #expect(half.socketState(of: .client) == finWait2)
    #expect(half.socketState(of: .server) == .closeWait)
  }

  /// Silence before what provoked it; before itself, where nothing did.
  @Test(
    "29: the silence that a RST ends",
    arguments: [("75 S > C R. 101", 74.7), ("75 C > S P. 101:201\n75.08 S > C R. 101 ack 201", 74.7)])
  func silenceBeforeAReset(end: String, seconds: Double) throws {
    let facts = try trackOne(
      handshake + "0.1 C > S P. 1:101\n0.2 S > C P. 1:101 ack 101\n0.3 C > S . ack 101\n" + end)
    #expect(facts.server.resets?.effective?.idleBefore == Int64(seconds * 1_000_000_000))
  }

  @Test("38: a RST of a live socket may have destroyed what never reached the wire: all that was seen is acknowledged")
  func queueDestroyed() throws {
    let facts = try trackOne(
      handshake + """
        0.1 C > S P. 1:6
        0.2 S > C P. 1:10001/1000
        0.3 C > S . ack 10001
        0.4 S > C R. 10001
        """)
    let reset = try #require(facts.server.resets?.effective)
    #expect(reset.looksLive)
    #expect(reset.ownSent == reset.ownAcked)
    #expect(!reset.ownFin)
  }

  @Test("39: no challenge ACK came, and the RST was not taken all the same")
  func noChallengeACK() throws {
    let facts = try trackOne(
      handshake + """
        0.1 C > S P. 1:101
        0.2 S > C . ack 101
        0.3 S > C R. 301
        2.0 C > S P. 101:201
        2.1 S > C P. 1:101 ack 201
        2.2 C > S . ack 101
        """)
    #expect(facts.abort == nil)
    #expect(facts.state == .established)
  }

  @Test("40: a health check, SYN, SYN-ACK, RST: nothing was outstanding")
  func healthCheck() throws {
    let facts = try trackOne(
      """
      0.0 C > S S
      0.1 S > C S.
      0.2 C > S R 1
      """)
    let reset = try #require(facts.client.resets?.effective)
    #expect(reset.ownSent == 0 && reset.peerSent == 0)
    #expect(facts.state == .reset)
    #expect(facts.closedBy == .client)
  }
}
