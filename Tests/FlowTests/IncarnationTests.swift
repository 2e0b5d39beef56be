import Flow
import PacketScript
import Testing
import Wire

@Suite("One 4-tuple, several connections")
struct IncarnationTests {
  /// One direction, and the next connection's ISN is near to where the last one ended: what follows right behind it tells.
  @Test(arguments: [1_000_000, 5_000_000]) func aNearISNOfOneDirection(_ isn: Int) throws {
    let facts = try track(
      """
      host C = 10.0.0.1:40000 isn 4000000
      0.0 C > S S
      0.1 C > S . ack 1
      0.2 C > S P. 1:301 ack 1
      0.3 C > S F. 301 ack 3001
      0.4 C > S . 302 ack 3002
      host C = 10.0.0.1:40000 isn \(isn)
      33.0 C > S S
      33.1 C > S . 1 ack 1
      33.2 C > S P. 1:301 ack 1
      """)
    #expect(facts.count == 2)
    #expect(facts.allSatisfy { $0.client.missingBytes == 0 })
  }

  /// The old one lacks its last ACK, the new one the SYN-ACK; its server talks first.
  @Test func theAnswerToASYNThatWaits() throws {
    let facts = try track(
      handshake + """
        0.1 C > S P. 1:201
        0.2 S > C P. 1:301 ack 201
        0.3 C > S F. 201 ack 301
        0.4 S > C F. 301 ack 202
        host C = 10.0.0.1:40000 isn 777000000
        host S = 10.0.0.2:2181 isn 3333000000
        70 C > S S
        70.03 S > C P. 1:81 ack 1
        70.04 C > S P. 1:21 ack 81
        70.05 S > C P. 81:581 ack 21
        """)
    #expect(facts.count == 2)
    #expect(facts.allSatisfy { $0.clientEndpoint.port == 40000 && $0.server.missingBytes == 0 })
  }

  /// The capture begins behind the close, and late copies of the whole connection follow: the challenge acknowledges more than that SYN.
  @Test(arguments: [(0, 1), (7_000_000, 2)]) func aSYNThatComesLate(isn: Int, connections: Int) throws {
    let facts = try track(
      """
      host C = 10.0.0.1:40000 isn 4000000
      0.0 S > C . 2002 ack 302
      host L = 10.0.0.1:40000 isn \(4_000_000 + isn)
      0.4 L > S S
      0.4001 S > C . 2002 ack 302
      0.43 L > S . 1 ack 1
      0.431 C > S R 302
      0.4311 L > S P. 1:301 ack 1
      0.4312 S > C R 1
      """)
    #expect(facts.count == connections)
  }

  private let close = """
    0.2 C > S F.
    0.3 S > C F.
    0.4 C > S .

    """

  @Test func aNewISNAfterTheCloseIsANewConnection() throws {
    let all = try track(
      handshake + close + """
        isn C 900000
        isn S 800000
        5.0 C > S S
        5.1 S > C S.
        5.2 C > S .
        """)
    #expect(all.count == 2)
    #expect(all[0].state == .closed)
    #expect(all[1].state == .established)
    #expect(all.allSatisfy { $0.tupleReused })
    #expect(all[1].id == 7)
  }

  /// A scanner, a host without a clock: each connection from the same port has the same number. Nobody repeats a SYN whose connection
  /// is over.
  @Test(
    "the same ISN again, when the connection is over, is another connection",
    arguments: [
      ("2.0 C > S R. 101 ack 301", [.reset, .reset]), ("2.0 S > C R. 301 ack 101", [.reset, .reset]),
      ("1.9 C > S F. 101 ack 301\n1.95 S > C F. 301 ack 102\n2.0 C > S . 102 ack 302", [.closed, .closed]),
    ] as [(packets: String, states: [ConnectionState])], [0.3, 0.9, 1.1, 5, 61])
  func theSameISN(_ end: (packets: String, states: [ConnectionState]), pause: Double) throws {
    let conversation = """
      0.00 C > S S
      0.02 S > C S.
      0.021 C > S .
      0.03 C > S P. 1:101
      0.05 S > C P. 1:301 ack 101
      0.051 C > S . ack 301
      \(end.packets)

      """
    let all = try track(conversation + "isn S 80000000\n" + later(conversation, by: 2 + pause))
    #expect(all.map(\.state) == end.states)
    #expect(all.map(\.server.missingBytes) == [0, 0])
    #expect(all.allSatisfy { $0.server.resets?.ownAfter == nil && $0.client.resets?.ownAfter == nil })
  }

  private func later(_ script: String, by seconds: Double) -> String {
    script.split(separator: "\n").map { line in
      let words = line.split(separator: " ", maxSplits: 1)
      return "\((Double(words[0]) ?? 0) + seconds) \(words[1])"
    }.joined(separator: "\n")
  }

  /// A path that delivers all a second time, half a second later; and a refused SYN, which Windows sends again as late.
  @Test func theSYNOnceMoreRightBehindTheEnd() throws {
    let facts = try trackOne(handshake + "0.2 C > S R. 1 ack 1\n0.7 C > S S 0")
    #expect(facts.client.synPackets == 2)
  }

  /// Two clocks, a millisecond apart: all that answers the SYN is recorded before it.
  @Test func aSYNBehindWhatAcknowledgesItsData() throws {
    let facts = try trackOne(
      """
      0.0000 S > C . =849186931 ack 301
      0.0001 S > C S. =849186930 ack 1
      0.0002 C > S S 0
      0.0006 C > S . 1 ack =849186931
      0.0012 C > S P. 1:301 ack =849186931
      0.0531 S > C P. =849186931:=849188379 ack 301
      0.0532 C > S . 301 ack =849188379
      """)
    #expect(facts.client.synPackets == 1 && facts.client.ackedBytes == 300)
    #expect(facts.clientEndpoint.port == 40000 && facts.handshake.ack != nil)
  }

  @Test func aSYNRepeatedAfterMinutesIsTheSameConnection() throws {
    let facts = try trackOne(
      """
      0,1,3,7,400 C > S S
      400.1 S > C S.
      400.2 C > S .
      """)
    #expect(facts.client.synPackets == 5)
    #expect(facts.state == .established)
    #expect(facts.client.retransmittedPackets == 4)
  }

  @Test func anInjectedSYNLeavesALiveConnectionAlone() throws {
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
    #expect(facts.client.synPackets == 1)
    #expect(facts.client.strangeSYN?.packet.number == 6)
    #expect(facts.state == .established)
  }

  @Test func aSYNThatIsAnsweredBeginsAnotherThoughTheOldOneSeemedAlive() throws {
    let all = try track(
      handshake + """
        0.2 C > S P. 1:101
        0.3 S > C . ack 101
        isn C 900000
        isn S 800000
        100.0 C > S S
        100.1 S > C S.
        100.2 C > S .
        """)
    #expect(all.count == 2)
    #expect(all[0].endedBecause == .reused)
    #expect(all[0].client.payloadBytes == 100)
    #expect(all[1].state == .established)
  }

  @Test func idleForHoursIsOneConnection() throws {
    let facts = try trackOne(
      handshake + """
        0.2 C > S P. 1:101
        0.3 S > C . ack 101
        9h C > S P. 101:201
        9h S > C . ack 201
        """)
    #expect(facts.client.payloadBytes == 200)
    #expect(facts.longestIdle > 32_000_000_000_000)
  }

  @Test func simultaneousOpenIsOneConnection() throws {
    let facts = try trackOne(
      """
      0.00 C > S S
      0.01 S > C S
      0.09 C > S S. 0 ack 1
      0.10 S > C S. 0 ack 1
      0.11 C > S P. 1:11 ack 1
      0.20 S > C . ack 11
      """)
    #expect(facts.handshake.simultaneousOpen)
    #expect(facts.client.payloadBytes == 10)
    #expect(facts.client.missingBytes == 0)
  }

  @Test func aSYNThatTheCaptureHasLastIsOfTheConnectionBeforeIt() throws {
    let facts = try trackOne(
      """
      70.00 S > C S. 0 ack 1
      70.01 C > S . 1 ack 1
      70.02 C > S P. 1:40 ack 1
      70.03 S > C P. 1:24 ack 40
      70.04 C > S F. 40 ack 24
      70.05 S > C F. 24 ack 41
      70.06 C > S . 41 ack 25
      70.07 C > S S 0
      """)
    #expect(facts.client.synPackets == 1)
    #expect(facts.client.packets == 5)
    #expect(facts.client.payloadBytes == 39)
    #expect(facts.client.unanswered == nil)
    #expect(facts.state == .closed)
  }

  /// A capture played again, ISN and all: the server is another each time.
  @Test func aReplayAfterTheResetIsAnother() throws {
    func replay(at second: Int) -> String {
      """
      \(second).000 C > S S 0 id 478
      \(second).001 C > S . 1 ack =1895486497 id 479
      \(second).002 C > S P. 1:386 ack =1895486497 id 480
      """
    }
    let all = try track(
      """
      \(replay(at: 0))
      0.003 S > C R =1895486497
      isn S 1537568086
      \(replay(at: 20))
      20.030,21.030,23.030 S > C S. 0 ack 1
      \(replay(at: 40))
      40.003 S > C R =1895486497
      40.030 S > C R =1537568086
      60.000 C > S P. 1:386 ack =1895486497
      60.001 C > S P. 1:386 ack =1895486497
      """)
    #expect(all.map(\.state) == [.reset, .answered])
    // What it acknowledges is of the connection that was recorded, not of this one.
    #expect(all.map(\.server.payloadBytes) == [0, 0])
    #expect(all.map(\.server.missingBytes) == [0, 0])
    #expect(all.last?.handshake.ack == nil)
    #expect(all.map(\.client.synPackets) == [1, 1])
  }

  /// Its SYN and SYN-ACK are not in the capture: one number tells that it is another connection where it is far off, or beyond a FIN that
  /// was acknowledged; behind a RST the capture may have lost as much.
  @Test(
    arguments: [
      ("0.3 C > S R. 101 ack 1", 90_000_000, 80_000_000, true),
      ("0.3 S > C R. 1 ack 101", 90_000_000, 80_000_000, true),
      ("0.3 C > S F. 101\n0.301 S > C F. 1 ack 102\n0.302 C > S .", 90_000_000, 80_000_000, true),
      ("0.3 C > S R. 101 ack 1", 90_000_000, 5_000_000, true), ("0.3 C > S R. 101 ack 1", 1000, 80_000_000, true),
      ("0.3 S > C R. 1 ack 101", 8_000_000, 10_000_000, false), ("0.3 S > C R. 1 ack 101", 8_000_000, 1000, false),
      ("0.3 C > S F. 101\n0.301 S > C F. 1 ack 102\n0.302 C > S .", 6_000_000, 5_065_538, true),
      ("0.3 C > S . 101", 90_000_000, 80_000_000, false),
    ] as [(String, UInt32, UInt32, Bool)])
  func reusedAndItsSYNsAreLost(end: String, client: UInt32, server: UInt32, isAnother: Bool) throws {
    let all = try track(
      """
      0.0 C > S S
      0.1 S > C S.
      0.101 C > S .
      0.2 C > S P. 1:101
      0.21 S > C . ack 101
      \(end)
      1.000 C > S . =\(client + 1) ack =\(server + 1)
      1.001 C > S P. =\(client + 1):=\(client + 41) ack =\(server + 1)
      1.100 S > C P. =\(server + 1):=\(server + 25) ack =\(client + 41)
      1.101 C > S . =\(client + 41) ack =\(server + 25)
      """)
    #expect(all.count == (isAnother ? 2 : 1))
    guard isAnother else { return }
    #expect(all.map(\.client.missingBytes) == [0, 0] && all.map(\.server.missingBytes) == [0, 0])
    #expect(all.map(\.client.payloadBytes) == [100, 40])
    #expect(all.map(\.tupleReused) == [true, true])
    #expect(all.first?.endedBecause != .endOfInput)
    #expect(all.first?.client.resets?.ownAfter == nil && all.first?.server.resets?.ownAfter == nil)
  }

  /// A conversation elsewhere begins another connection, wherever the tuple was before; what stands alone does not.
  @Test(
    arguments: [
      (
        "the third one",
        "0.3 C > S R. 101 ack 1\nisn C 7000\nisn S 8000\n0.5 C > S S\n0.6 S > C S.\n0.601 C > S .\n0.7 C > S R. 1 ack 1",
        "", 3
      ),
      ("the last ACK of the close is lost too", "0.3 C > S F. 101\n0.301 S > C F. 1 ack 102", "", 2),
      ("and the other FIN", "0.3 C > S F. 101", "", 2),
      ("one that was made up", "0.3 C > S R. 101 ack 1", "0.9 S > C . =2500000000 ack =3000000000", 2),
    ])
  func reusedAgain(_ name: String, end: String, before: String, count: Int) throws {
    let all = try track(
      """
      0.0 C > S S
      0.1 S > C S.
      0.101 C > S .
      0.2 C > S P. 1:101
      0.21 S > C . ack 101
      \(end)
      \(before)
      1.000 C > S . =90000001 ack =80000001
      1.001 C > S P. =90000001:=90000041 ack =80000001
      1.100 S > C P. =80000001:=80000025 ack =90000041
      1.101 C > S . =90000041 ack =80000025
      """)
    #expect(all.count == count)
    #expect(
      all.map(\.client.missingBytes) == all.map { _ in 0 } && all.map(\.server.missingBytes) == all.map { _ in 0 })
    #expect(all.last?.client.payloadBytes == 40 && all.last?.server.payloadBytes == 24)
  }

  @Test(
    arguments: [
      "1 C > S . =90000001 ack =80000001",
      "1 C > S P. =90000001:=90000041 ack =80000001\n2 C > S P. =90000001:=90000041 ack =80000001",
      "1 S > C . =2500000000 ack =3000000000\n1.5 C > S P. 101:201\n2 S > C . ack 201",
      "1 C > S . =90000001 ack =80000001\n1.01 S > C R =80000001",
    ])
  func oneFarPacketIsNoConnection(_ stray: String) throws {
    let facts = try trackOne(
      "0.0 C > S S\n0.1 S > C S.\n0.101 C > S .\n0.2 C > S P. 1:101\n0.21 S > C . ack 101\n0.3 S > C R. 1 ack 101\n\(stray)"
    )
    #expect(facts.client.missingBytes == 0 && facts.server.missingBytes == 0 && facts.client.strangeSYN == nil)
    #expect(facts.client.packets + facts.server.packets == UInt64(6 + stray.split(separator: "\n").count))
  }

  @Test(arguments: [1, 2, 3, 5, 8, 31, 32]) func theSizeOfBatchesChangesNothing(size: Int) throws {
    let text = handshake + close
    let whole = try track(text)
    let parts = try track(text, batchSize: size)
    #expect(parts.map(\.id) == whole.map(\.id))
    #expect(parts.map(\.client.packets) == whole.map(\.client.packets))
    #expect(parts.map(\.state) == whole.map(\.state))
  }
}

@Suite("Incarnations of which one side was captured")
struct OneSidedIncarnationTests {
  private let first = """
    0.000 S > C S. 0 ack =4073174153
    0.001 S > C P. 1:3001 ack =4073174453
    0.002 S > C F. 3001 ack =4073174453

    """

  @Test func aSYNACKThatAnswersAnotherSYN() throws {
    let all = try track(
      first + """
        isn S 1586071278
        18.0 S > C S. ack =1586058934
        18.1 S > C P. 1:3001 ack =1586059234
        """)
    #expect(all.map(\.server.payloadBytes) == [3000, 3000])
    #expect(all.map(\.server.missingBytes) == [0, 0])
    // What the client sent, acknowledged and not in the capture.
    #expect(all.map(\.client.ackedBytes) == [300, 300])
  }

  /// Another ISN for the same SYN: a second server's, or a SYN proxy's.
  @Test func anotherISNForTheSameSYN() throws {
    let facts = try trackOne(
      """
      0.000 S > C S. 0 ack =4073174153
      0.100 S > C S. =1586071278 ack =4073174153
      """)
    #expect(facts.server.synPackets == 2)
  }
}
