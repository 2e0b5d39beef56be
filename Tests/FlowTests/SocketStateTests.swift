import Flow
import PacketScript
import Testing
import Wire

@Suite("Which state each end's kernel holds, where the handshake is the matter")
struct SocketStateTests {
  /// The server's accept queue is full: its kernel has thrown the client's ACK away, and holds a request only.
  @Test func aServerThatRepeatsItsSYNACKAfterTheACKIsInSYNRECV() throws {
    let facts = try trackOne(
      handshake + """
        0.082 C > S P. 1:301
        0.382,0.982,2.182 C > S P. 1:301
        1.080 S > C S. 0 ack 1
        3.080 S > C S. 0 ack 1
        4 tick
        """)
    #expect(facts.socketState(of: .client) == .established)
    #expect(facts.socketState(of: .server) == .synReceived)
  }

  /// Sent before the ACK can have arrived: the client is let in.
  @Test func aSYNACKThatCrossesTheACKSaysNothing() throws {
    let facts = try trackOne(
      """
      0.0 C > S S
      1.2 S > C S.
      1.2001 C > S .
      2.2 S > C S. 0
      2.2001 C > S .
      4 tick
      """)
    #expect(facts.socketState(of: .server) == .established)
  }

  @Test func whatWasTakenInTheEndIsEstablished() throws {
    let facts = try trackOne(
      handshake + """
        0.082 C > S P. 1:301
        1.080 S > C S. 0
        1.382 C > S P. 1:301
        1.462 S > C . ack 301
        """)
    #expect(facts.socketState(of: .server) == .established)
  }

  /// The next SYN-ACK is long due: given up, or let in at last.
  @Test func whetherTheRequestIsStillThereIsNotKnown() throws {
    let facts = try trackOne(
      handshake + """
        0.082 C > S P. 1:301
        1.080 S > C S. 0 ack 1
        3.080 S > C S. 0 ack 1
        30 tick
        """)
    #expect(facts.socketState(of: .server) == nil)
  }

  /// Linux ends a connection in SYN-SENT by whatever ICMP error but "too big" (tcp_v4_err).
  @Test(arguments: [("prohibited", "9", TCPState.closed), ("host", "9", .closed), ("host", "0.5", nil)])
  func aRejectedSYN(code: String, end: String, expected: TCPState?) throws {
    let facts = try trackOne("0 C > S S\n0.01 R > C icmp unreachable \(code) for C > S\n\(end) tick\n")
    #expect(facts.socketState(of: .client) == expected)
  }

  @Test func whoSendsItsSYNAgainIsInSYNSENT() throws {
    let facts = try trackOne(
      "0 C > S S\n0.01 R > C icmp unreachable host for C > S\n1,3 C > S S 0\n9 tick\n")
    #expect(facts.socketState(of: .client) == .synSent)
    let tooBig = try trackOne("0 C > S S\n0.01 R > C icmp toobig 1400 for C > S\n9 tick\n")
    #expect(tooBig.socketState(of: .client) == .synSent)
  }

  /// Each SYN met an error: the last one was as good as the first, which came while connect() held the socket.
  @Test func whoseEverySYNWasRejectedIsClosed() throws {
    let facts = try trackOne(
      """
      0 C > S S
      0.01 R > C icmp unreachable host for C > S
      1 C > S S 0
      1.01 R > C icmp unreachable host for C > S
      9 tick
      """)
    #expect(facts.socketState(of: .client) == .closed)
  }

  /// A FIN that the capture lost is known by its ACK; it was before that all the same.
  @Test(
    arguments: [("4 tick", TCPState.timeWait), ("90 tick", .closed)],
    ["0.280 S > C . ack 102\n0.290 S > C F. 1 ack 102", "0.280 S > C F. 1 ack 102"])
  func aFINThatTheCaptureLostHadItsACKAfterIt(end: (tick: String, state: TCPState), answer: String) throws {
    let facts = try trackOne(
      handshake + """
        0.082 C > S P. 1:101
        0.162 S > C . ack 101
        \(answer)
        0.292 C > S . 102 ack 2
        \(end.tick)
        """)
    #expect(facts.client.fin?.inferred == true && facts.client.finPackets == 0)
    #expect(facts.state == .closed)
    #expect(facts.socketState(of: .client) == end.state)
    #expect(facts.socketState(of: .server) == .closed)
  }
}
