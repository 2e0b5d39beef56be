import Flow
import PacketScript
import Testing
import Wire

@Suite("What is seen after a RST: life, or what was under way")
struct AfterResetTests {
  /// Over 20 ms, at the server; the client aborts after five seconds.
  private let aborted = """
    0.000 C > S S <mss 1460,sackOK,TS val 1000 ecr 0,wscale 7>
    0.0001 S > C S. <mss 1460,sackOK,TS val 50 ecr 1000,wscale 7>
    0.020 C > S . <TS val 1020 ecr 50>
    0.021 C > S P. 1:101 <TS val 1021 ecr 50>
    0.0211 S > C . ack 101 <TS val 71 ecr 1021>
    0.100 S > C P. 1:101 ack 101 <TS val 150 ecr 1021>
    0.120 C > S . 101 ack 101 <TS val 1120 ecr 150>
    5.200 C > S R. 101 ack 101 <TS val 6200 ecr 150>

    """

  @Test(
    "a copy that comes late and an ACK that was overtaken are no life",
    arguments: [
      "5.230 C > S . 101 ack 101 <TS val 1120 ecr 150>", "5.230 C > S P. 1:101 ack 1 <TS val 1021 ecr 50>",
      "5.230 C > S . 101 ack 1 <TS val 6199 ecr 150>",
    ])
  func underWay(_ late: String) throws {
    let facts = try trackOne(aborted + late)
    #expect(facts.client.resets?.ownAfter == nil)
    #expect(facts.client.resets?.ownStale == 1)
    #expect(facts.abort?.side == .client)
    #expect(facts.socketState(of: .client) == .closed)
  }

  @Test(
    "new data, a new acknowledgment, a later timestamp are",
    arguments: [
      "5.230 C > S P. 101:111 ack 101 <TS val 6100 ecr 150>", "5.230 C > S . 101 ack 201 <TS val 6100 ecr 150>",
      "5.230 C > S . 101 ack 101 <TS val 6230 ecr 150>",
    ])
  func life(_ next: String) throws {
    let facts = try trackOne(aborted.replacing("5.200", with: "5.199 S > C P. 101:201 ack 101\n5.200") + next)
    #expect(facts.client.resets?.ownAfter?.count == 1)
    #expect(facts.client.resets?.ownStale == 0)
  }

  /// A box on the way has a clock of its own: that its RST is dated later than what its claimed sender says tells nothing.
  @Test func whoRepeatsItselfBehindAResetOfALaterDateLives() throws {
    let facts = try trackOne(
      aborted.replacing("val 6200", with: "val 900006200")
        + "5.5,6.1,7.3 C > S P. 1:101 ack 101 <TS val 6500 ecr 150>")
    #expect(facts.client.resets?.ownAfter?.count == 3)
  }

  /// The same for a SYN-ACK that is sent again, and not recorded again.
  @Test(arguments: [("id 4097", false), ("id 4352", true)])
  func aSYNACKBehindItsSendersReset(_ id: String, lives: Bool) throws {
    let facts = try trackOne(
      "0 C > S S id 9\n0.02 S > C S. id 4097\n0.0201 C > S . id 10\n0.52 S > C R. 1 ack 1 id 4098\n1.52 S > C S. 0 ack 1 \(id)"
    )
    #expect((facts.server.resets?.ownAfter != nil) == lives)
  }

  /// Nothing new, and yet sent later: so a packet that has an identification says, and without one the time that has passed.
  @Test(arguments: ["id 4352", "id 0", "id 5"])
  func whoRepeatsItselfForSecondsLives(_ id: String) throws {
    let facts = try trackOne(
      """
      0.0 C > S S
      0.08 S > C S.
      0.081 C > S .
      0.2 C > S P. 1:101
      0.3 S > C P. 1:101 ack 101
      0.4 C > S . 101 ack 101
      5.2 C > S R. 101 ack 101
      5.5,6.1,7.3,9.7 C > S P. 1:101 ack 1 \(id)
      """)
    // A third of the kind is no late copy, whatever its identification.
    let stale = id == "id 5" ? 2 : 0
    #expect(facts.client.resets?.ownAfter?.count == UInt32(4 - stale))
    #expect(facts.client.resets?.ownStale == UInt8(stale))
  }

  /// Copies with random delays: one that was not known as such lies right before the RST, and others come after it.
  @Test(arguments: [
    ("id 11", "id 22", 1, 0), ("id 11", "id 22", 10, 0), ("id 11", "id 900", 10, 1), ("id 21", "id 22", 23, 1),
  ])
  func anOlderPacketBeforeTheReset(_ copy: String, _ reset: String, number: Int, alive: UInt32) throws {
    let facts = try trackOne(
      """
      0.0 C > S S
      0.0001 S > C S.
      0.02 C > S .
      0.1 C > S P. 1:101 ack 1
      0.1001 S > C P. 1:101 ack 101
      0.2 C > S . 101 ack 101 id 20
      0.35 C > S . 101 ack 1 \(copy)
      0.36 C > S R. 101 ack 101 \(reset)
      0.6 C > S . 101 ack 101 id \(number + 11)
      """)
    #expect(facts.client.resets?.ownAfter?.count ?? 0 == alive)
  }

  /// The RST overtakes the last segment; the client's kernel challenges it, and dies of the echo of its next ACK.
  @Test(arguments: [true, false])
  func aResetThatOvertakesTheLastData(isChallenged: Bool) throws {
    let facts = try trackOne(
      handshake + """
        0.082 C > S P. 1:6
        0.162 S > C . ack 6
        0.300 S > C . 1:1449 ack 6
        0.301 C > S . ack 1449
        0.400 S > C R. 2897 ack 6
        \(isChallenged ? "0.4001 C > S . ack 1449" : "")
        0.4002 S > C P. 1449:2897 ack 6
        0.4003 C > S . 6 ack 2897
        \(isChallenged ? "0.4801 S > C R 1449" : "")
        0.4803 S > C R 2897
        """)
    let abort = try #require(facts.abort)
    #expect(abort.side == .server)
    #expect(abort.reset.looksLive)
    #expect(abort.reset.ownSent == 2896)
    #expect(facts.state == .reset)
    #expect(facts.socketState(of: .client) == .closed)
  }

  /// And where the connection goes on, it was challenged and no more.
  @Test func aResetAheadThatNobodyTook() throws {
    let facts = try trackOne(
      handshake + """
        0.082 C > S P. 1:6
        0.162 S > C . ack 6
        0.400 S > C R. 2897 ack 6
        0.4001 C > S . ack 1
        0.402 S > C P. 1:1449 ack 6
        0.500 S > C P. 1449:2897 ack 6
        0.501 C > S . 6 ack 2897
        0.600 S > C P. 2897:3000 ack 6
        0.601 C > S P. 6:20 ack 3000
        5.0 C > S P. 20:30 ack 3000
        """)
    #expect(facts.abort == nil)
    #expect(facts.server.resets?.first.verdict == .challenged)
  }

  /// Somebody guesses a sequence number ahead; the client challenges, the server pushes just as far, and both live.
  @Test(arguments: ["0.405", "0.9", "5.4", "60.4"])
  func aResetAheadIsNoAbortWhereNothingDies(_ push: String) throws {
    let facts = try trackOne(
      handshake + """
        0.082 C > S P. 1:6
        0.162 S > C . ack 6
        0.400 S > C R. 1449 ack 6
        0.4001 C > S . ack 1
        \(push) S > C P. 1:1449 ack 6
        70.0 C > S . 6 ack 1449
        130 S > C P. 1449:1549 ack 6
        130.1 C > S . 6 ack 1549
        """)
    #expect(facts.abort == nil)
    #expect(facts.state == .established)
    #expect(facts.server.resets?.first.verdict == .challenged)
  }

  /// The capture has the answer a few microseconds before what provoked it.
  @Test func aResetRecordedBeforeThePacketThatItAnswers() throws {
    let facts = try trackOne(
      handshake + """
        0.082 C > S P. 1:101
        0.162 S > C . ack 101
        0.200 S > C P. 1:1449 ack 101
        0.201 S > C F. 1449 ack 101
        0.300 C > S F. 101 ack 1
        0.380000 S > C R 1449
        0.380004 C > S . 102 ack 1449
        """)
    #expect(facts.server.resets?.first.echoes == true)
    #expect(facts.server.resets?.first.ownAcked == 1448)
  }

  /// Windows sends a refused SYN twice again, half a second after each refusal, under the same number; the service listens by then.
  @Test(
    "the answer to another attempt is no life of who refused the one before",
    arguments: ["0.00 C > S S\n0.02 S > C R. =0 ack 1\n", ""])
  func anotherAttempt(_ earlier: String) throws {
    let facts = try trackOne(
      earlier + """
        0.52 C > S S 0
        0.54 S > C R. =0 ack 1
        1.04 C > S S 0
        1.06 S > C S. 0
        1.0601 C > S . 1
        1.061 C > S P. 1:101
        1.081 S > C P. 1:301 ack 101
        1.082 C > S F. 101 ack 301
        1.102 S > C F. 301 ack 102
        1.1021 C > S . 102 ack 302
        """)
    let resets = try #require(facts.server.resets)
    #expect(resets.ownAfter == nil && resets.ownStale == 0)
    #expect(resets.first.verdict == .effective && !resets.wasNotTaken)
    #expect(facts.abort == nil)
    #expect(facts.state == .closed)
  }

  /// The SYN-ACK to the very SYN that was refused is: somebody else had refused it.
  @Test func theAnswerToTheRefusedSYN() throws {
    let facts = try trackOne(
      """
      0.00 C > S S
      0.02 S > C R. =0 ack 1
      1.06 S > C S.
      1.0601 C > S .
      """)
    #expect(facts.server.resets?.ownAfter != nil)
  }

  /// The last ACK, on its way through another queue, is recorded behind the bare RST that was sent right after it.
  @Test(
    "its own bare RST overtakes an ACK, and a later number proves no life",
    arguments: [0.002, 0.0035, 0.008, 0.1, 0.19])
  func aBareResetOvertakesAnACK(_ late: Double) throws {
    let facts = try trackOne(
      """
      0.000 C > S S id 1
      0.020 S > C S. id 0
      0.0201 C > S . id 2
      0.021 C > S P. 1:101 id 3
      0.042 S > C P. 1:5793/1448 ack 101
      0.0421 C > S . 101 ack 2897 id 4
      0.0423 C > S R 101
      \(0.0423 + late) C > S . 101 ack 5793 id 5
      """)
    #expect(facts.client.resets?.ownAfter == nil)
    #expect(facts.abort?.side == .client)
  }

  /// It was sent before its sender had the RST, and repeats nothing: the kernel that has aborted answers each of its segments.
  @Test("new data a while behind a RST had been under way", arguments: [0.19, 0.21, 0.5, 1.1])
  func newDataThatHadBeenUnderWay(_ late: Double) throws {
    let facts = try trackOne(
      """
      0.000 C > S S
      0.0001 S > C S.
      0.020 C > S .
      0.300 C > S P. 1:1001
      0.3001 S > C . ack 1001
      0.310 S > C R. 1 ack 1001
      \(0.31 + late) C > S P. 1001:2001
      \(0.31 + late + 0.0001) S > C R 1
      \(0.31 + late + 0.0002) C > S P. 2001:3001
      \(0.31 + late + 0.0003) S > C R 1
      """)
    #expect(facts.abort?.reset.peerAcked == 1000)
    #expect(facts.client.unackedBytes == 2000)
  }

  /// What is repeated has waited: its sender has heard of no RST.
  @Test("and what is repeated had not", arguments: [0.19, 0.21, 0.5])
  func whatIsRepeatedBehindAReset(_ late: Double) throws {
    let facts = try trackOne(
      """
      0.000 C > S S
      0.0001 S > C S.
      0.020 C > S .
      0.300 C > S P. 1:1001
      0.310 S > C R. 1 ack 1
      \(0.31 + late) C > S P. 1:1001
      """)
    #expect((facts.abort == nil) == (late > 0.2))
  }

  /// The capture has the abort a millisecond before the segments that it follows; the kernel's answers may lie between.
  @Test("an abort recorded before its sender's last data", arguments: [false, true])
  func anAbortRecordedBeforeTheLastData(isEchoed: Bool) throws {
    let facts = try trackOne(
      handshake + """
        0.082 C > S P. 1:6
        0.162 S > C . ack 6
        0.3000 S > C . 1:1449 ack 6
        0.3010 C > S . 6 ack 1449
        0.4000 S > C R. 4345 ack 6
        \(isEchoed ? "0.4001 C > S . 6 ack 1449\n0.4002 S > C R 1449" : "")
        0.4005 S > C . 1449:2897 ack 6
        0.4010 S > C P. 2897:4345 ack 6
        0.4800 C > S . 6 ack 2897
        0.4801 S > C R 2897
        """)
    let abort = try #require(facts.abort)
    #expect(abort.side == .server && abort.reset.looksLive)
    #expect(abort.reset.ownSent == 4344 && abort.reset.ownAcked == 1448)
    #expect(facts.server.resets?.ownAfter == nil)
    #expect(facts.state == .reset)
  }
}
