import Audit
import Flow
import Testing
import Wire

@Suite("reset-forged")
struct ForgeryTests {
  static let talk = """
    0.20 C > S P. 1:101
    0.28 S > C P. 1:101
    0.30 C > S . ack 101

    """

  static func forged(_ script: String, _ circumstances: Circumstances = Circumstances()) throws -> Finding? {
    try audit(script, circumstances).first { $0.rule == "reset-forged" }
  }

  /// The server holds a connection of before the client was started anew, challenges its SYN, and the first answer to that is lost.
  @Test(arguments: [("0.02 S > C . =777000 ack =424242", false), ("", true)]) func aHostThatIsStartedAnew(
    challenge: String, isForged: Bool
  ) throws {
    let script = """
      0 C > S S
      \(challenge)
      0.021 C > S R =424242
      1.00 C > S S
      1.02 S > C S. 0 ack 1
      1.02 C > S . 1 ack 1
      1.03 C > S P. 1:101 ack 1
      1.05 S > C P. 1:201 ack 101
      1.06 C > S . ack 201
      """
    #expect((try Self.forged(script) != nil) == isForged)
  }

  @Test func aTTLThatIsNotTheSenders() throws {
    let finding = try #require(try Self.forged(atClient + Self.talk + "9 S > C R. 101 ttl 250"))
    #expect(finding.severity == .error)
    #expect(finding.confidence == .possible, "one test alone")
    #expect(finding.atFault == .path)
    #expect(finding.fact("tests_failed") == .list([.text("ttl")]))
    #expect(finding.fact("stage") == .text("later"))
    #expect(finding.summary.contains("its TTL is 250, the server's is 64"))
  }

  /// What was said in the gap was acknowledged before the RST as well: one packet may come late, several are a talk.
  @Test(arguments: [(1, nil), (3, .likely)] as [(Int, Confidence?)]) func lateACKsBehindAGap(
    count: Int, confidence: Confidence?
  ) throws {
    let acks = (1...count).map { "5.0\(4 + $0) C > S . 201 ack \(1001 + 1000 * $0)\n" }.joined()
    let finding = try Self.forged(atClient + Self.talk + "5 C > S R 201\n" + acks + "9 tick")
    #expect(finding?.confidence == confidence)
    // Without the gap it is the next that the client says.
    let talk = (1...3).map { "5.0\(4 + $0) C > S P. \(1 + 100 * $0):\(101 + 100 * $0) ack 101\n" }.joined()
    #expect(try Self.forged(atClient + Self.talk + "5 C > S R 101\n" + talk)?.confidence == .certain)
  }

  @Test func twoTestsAreCertain() throws {
    let finding = try #require(try Self.forged(atClient + Self.talk + "9 S > C R. 101 ttl 250 mac 02:00:00:00:00:99"))
    #expect(finding.confidence == .certain)
    #expect(finding.fact("tests_failed") == .list([.text("ttl"), .text("mac")]))
  }

  /// A kernel begins what it sends without a socket from 64, and the socket's packets from 128: as far away, no forgery.
  @Test(arguments: [(59, false), (58, true)]) func asFarAwayFromAnotherBeginning(_ ttl: Int, _ found: Bool) throws {
    let script = "host S = 10.0.0.2:2181 ttl 123\n" + atClient + Self.talk + "9 C > S P. 101:111\n9.08 S > C R 101"
    #expect((try Self.forged(script + " ttl \(ttl)") != nil) == found)
    // And nothing clears the path either.
    #expect(try audit(script + " ttl \(ttl)").allSatisfy { $0.suspects.contains(.path) })
  }

  /// Both have closed, and what still comes meets a kernel without that socket.
  @Test func afterTheCloseBegan() throws {
    let script =
      "host S = 10.0.0.2:2181 ttl 123\n" + atClient + Self.talk + """
        9 S > C F. 101
        9.0001 C > S P. 101:125
        9.0002 C > S F. 125
        9.0003 C > S . ack 102
        9.08 S > C R 101 ttl 200
        9.0801 S > C R 102 ttl 200
        """
    #expect(try Self.forged(script) == nil)
  }

  /// Of a peer that was not captured nobody knows which of its ACKs a RST answers.
  @Test func anEchoOfWhatWasNotCaptured() throws {
    let script = "0 S > C S. ack 1\n0.1 S > C P. 1:616 ack 909\n0.1001 S > C F. 616 ack 909\n0.146 S > C R 616"
    #expect(try Self.forged(script) == nil)
  }

  /// One packet is no connection that anybody can have ended.
  @Test func aLoneRST() throws {
    let finding = try #require(
      try Self.forged("0 S > C R. 1 ack 1 ttl 200 win 99", Circumstances(serverHostTTL: 52...52)))
    #expect(finding.severity == .note)
    #expect(finding.fact("stage") == .text("unknown"))
    #expect(!finding.summary.contains("ended"))
  }

  /// Damaged, or made up: no kernel's RST has SYN or FIN in it, or data and no ACK; and the talk goes on.
  @Test(arguments: ["SFRP. 101 ack 101", "FR. 101 ack 101", "PR 101:1101"]) func noKernelsRST(_ what: String) throws {
    let findings = try audit(
      atClient + Self.talk + """
        0.4 C > S P. 101:361
        0.4001 S > C \(what) ttl 99
        0.4002 S > C . 101 ack 361
        end 1
        """)
    #expect(findings.isEmpty, "\(findings.map(\.summary))")
  }

  /// A forged RST before the SYN-ACK, and the server's own one later: each is what it is.
  @Test func oneForgedAndOneGenuine() throws {
    let findings = try audit(
      "host S = 10.0.0.2:2181 ttl 49\n" + """
        0 C > S S ttl 62
        0.23 S > C R. 1 ack 0 ttl 46
        1.266 S > C S.
        1.267 C > S .
        1.268 C > S P. 1:26
        2.851 S > C . ack 26
        2.853 S > C R. 1 ack 26
        2.855 C > S P. 26:176
        4.133 S > C R 1
        """)
    #expect(findings.map(\.rule) == ["transfer-truncated", "reset-forged"])
    #expect(findings[0].evidence.map(\.moment.packet.number).contains(7))
    #expect(findings[0].atFault == .server)
    #expect(findings[1].severity == .warning)
    #expect(findings[1].fact("stage") == .text("after SYN"))
    #expect(findings[1].fact("ttl") == .integer(46))
    #expect(findings[1].fact("sender_ttl") == .integer(49))
    #expect(findings[1].evidence.map(\.moment.packet.number) == [1, 2, 3])
  }

  @Test(arguments: [1, 255]) func aTTLThatAnApplicationSet(_ ttl: Int) throws {
    let script = "host S = 10.0.0.2:2181 ttl \(ttl)\n" + atClient + Self.talk + "9 S > C R. 101 ttl 64"
    #expect(try Self.forged(script) == nil)
  }

  @Test func aTTLThatVariesSaysNothing() throws {
    let script =
      atClient + Self.talk + """
        1 S > C P. 101:111 ttl 60
        1.1 C > S . ack 111
        9 S > C R. 111 ttl 50
        """
    #expect(try Self.forged(script) == nil)
  }

  @Test(arguments: [(0.001, true), (0.019, true), (0.021, false), (0.081, false)])
  func soonerThanTheRoundTripAllows(_ delay: Double, _ found: Bool) throws {
    let script =
      atClient + Self.talk + """
        400 C > S P. 101:201
        \(400 + delay) S > C R 101
        """
    let findings = try audit(script)
    #expect(findings.contains { $0.fact("tests_failed") == .list([.text("round-trip")]) } == found)
  }

  /// The first packet wakes the radio, and those behind it are quicker: the handshake alone accuses nobody of what a radio does, nor does
  /// it clear the path. Once data were acknowledged, or where another test fails, it tells.
  @Test(
    arguments: [
      ("", "80", []), ("", "80 ttl 200", ["round-trip", "ttl"]), ("", "05", ["round-trip"]),
      ("0.63 C > S P. 1:101\n1.25 S > C . 1 ack 101\n", "80", ["round-trip"]),
      ("0.63 C > S P. 1:101\n0.71 S > C . 1 ack 101\n", "80", []),
    ]) func aHandshakeThatIsSlow(_ talk: String, _ milliseconds: String, _ failed: [String]) throws
  {
    let sent = talk.isEmpty ? 1 : 101
    let answer = milliseconds.split(separator: " ", maxSplits: 1)
    let findings = try audit(
      "0 C > S S\n0.62 S > C S.\n0.6201 C > S .\n\(talk)3 C > S P. \(sent):\(sent + 200)\n"
        + "3.0\(answer[0]) S > C R. 1 ack \(sent + 200) \(answer.dropFirst().joined())")
    let forged = findings.first { $0.rule == "reset-forged" }
    #expect(forged?.fact("tests_failed") == (failed.isEmpty ? nil : .list(failed.map { .text($0) })))
    let isMeasured = talk.contains("0.71")
    #expect(findings.allSatisfy { $0.suspects.contains(.path) } != isMeasured, "\(findings.map(\.summary))")
  }

  /// Beside the capture, and its ACK of the handshake waited for its data, or was delayed: that is no distance.
  @Test(arguments: ["0.100 C > S P. 1:101", "0.040 C > S .\n0.100 C > S P. 1:101"])
  func aClientWhoseACKWaited(_ ack: String) throws {
    let script = "0 C > S S\n0.0001 S > C S.\n\(ack)\n0.102 S > C P. 1:501 ack 101\n0.1025 C > S R. 101 ack 501"
    let findings = try audit(script)
    #expect(findings.map(\.rule) == ["reset-unread"])
    #expect(findings.map(\.severity) == [.note])
  }

  /// Its first answer waited for something else than the path, and so may those that came later: an ACK of the newest data is quicker
  /// than the oldest's, and a delayed one is no distance.
  @Test(
    arguments: [
      "1.0 S > C P. 1:1001 ack 101\n1.7 S > C P. 1001:2001 ack 101\n1.706 C > S . ack 2001",
      "1.0 S > C P. 1:1001 ack 101\n1.2 C > S . ack 1001\n1.3 S > C P. 1001:2001 ack 101\n1.5 C > S . ack 2001",
    ]) func aClientWhoseFirstACKWasSlow(_ talk: String) throws
  {
    let script =
      "0 C > S S\n0.0001 S > C S.\n0.7 C > S .\n0.8 C > S P. 1:101\n\(talk)\n"
      + "3 S > C P. 2001:3001 ack 101\n3.01 C > S R. 101 ack 3001"
    #expect(try Self.forged(script) == nil)
  }

  /// The path has grown slower, and what it answers is the first of several segments under way, not the probe behind them.
  @Test func aResetThatMeetsATailLossProbe() throws {
    let script =
      atClient + Self.talk + """
        400.000 C > S P. 101:2101/1000
        400.165 C > S P. 2101:2102
        400.1651 S > C R 101
        """
    #expect(try Self.forged(script) == nil)
  }

  /// A RST that is not its claimed sender's tells nothing of that one's kernel.
  @Test(arguments: [("64", true), ("250", false)]) func whatWasNotSentYet(_ ttl: String, _ destroyed: Bool) throws {
    let script =
      atClient + Self.talk + """
        9.00 C > S P. 101:201
        9.08 S > C P. 101:1549 ack 201
        9.09 S > C R. 1549 ack 201 ttl \(ttl)
        """
    let cut = try #require(try audit(script).first { $0.rule == "transfer-truncated" })
    #expect(cut.fact("sender_queue_destroyed") == .bool(destroyed))
  }

  @Test func aResetThatMeetsAPacketByChanceIsNotSooner() throws {
    // It answers the segment of 80 ms before, not the one of 1 ms before.
    let script =
      atClient + Self.talk + """
        9.000 C > S P. 101:201
        9.079 C > S P. 201:301
        9.080 S > C R 101
        """
    #expect(try Self.forged(script) == nil)
  }

  @Test func itsClaimedSenderGoesOnTalking() throws {
    let finding = try #require(
      try Self.forged(
        atClient + Self.talk + """
          1.0 S > C R. 101
          1.4,2.0,3.2,5.6 S > C P. 101:201
          """))
    #expect(finding.severity == .error)
    #expect(finding.confidence == .certain)
    #expect(finding.fact("took_effect") == .bool(true))
    #expect(finding.evidence.last?.what == "goes on talking")
  }

  @Test func overtakenDataAreNoTalk() throws {
    #expect(
      try Self.forged(
        atClient + Self.talk + """
          1.000 S > C R. 201
          1.002 S > C P. 101:201
          """) == nil)
  }

  @Test func bothGoOn() throws {
    let finding = try #require(
      try Self.forged(
        atClient + Self.talk + """
          1.0 S > C R. 101
          2.0 C > S P. 101:201
          2.1 S > C P. 101:111
          2.2 C > S . ack 111
          3.0 C > S F.
          3.1 S > C F.
          3.2 C > S .
          """))
    #expect(finding.severity == .warning)
    #expect(finding.confidence == .certain)
    #expect(finding.fact("took_effect") == .bool(false))
  }

  /// Out of the window nobody takes it; where the ports were used before, it may be a late one of that connection.
  @Test(arguments: [false, true]) func outOfTheWindow(_ reused: Bool) throws {
    let before = """
      0 C > S S
      0.001 S > C R. =0 ack 1
      isn C 700000
      start 1767225700

      """
    let findings = try audit(
      (reused ? before : "") + atClient + Self.talk + """
        0.4 S > C R 500000000
        0.5 C > S P. 101:201
        0.6 S > C . ack 201
        0.7 C > S F.
        0.8 S > C F.
        0.9 C > S .
        """
    ).filter { $0.rule == "reset-forged" }
    #expect(findings.map(\.severity) == [reused ? .note : .warning])
  }

  @Test func theSequenceNumberLiesBelowWhatWasSent() throws {
    let finding = try #require(
      try Self.forged(
        atClient + """
          0.2 C > S P. 1:101
          0.28 S > C . 1:5001/1000
          0.29 S > C R. 2001
          """))
    #expect(finding.fact("tests_failed") == .list([.text("sequence")]))
    #expect(finding.confidence == .possible)
  }

  @Test func anEchoHasTheSequenceNumberOfAnACK() throws {
    let script =
      onLAN + """
        0.1 C > S P. 1:6
        0.180 S > C P. 1:10001/1000
        0.181 S > C R. 10001
        0.260 C > S . ack 4001
        0.2601 S > C R 4001
        0.261 C > S . ack 10001
        0.2611 S > C R 10001
        """
    let findings = try audit(script)
    #expect(findings.map(\.rule) == ["transfer-truncated"], "one abort, not three")
    #expect(findings[0].fact("echoes") == .integer(2))
    #expect(findings[0].atFault == .server)
  }

  /// Linux puts timestamps on a live socket's RST; what others do is not known well enough to accuse, and others may look like it.
  @Test(arguments: [(7, true), (6, false)]) func anatomyAccusesOnlyAStackThatIsKnown(_ scale: Int, _ listed: Bool)
    throws
  {
    let script = """
      0.000 C > S S <mss 1460,sackOK,TS,wscale 7>
      0.0001 S > C S. <mss 1460,sackOK,TS,wscale \(scale)>
      0.080 C > S .
      0.2 C > S P. 1:101
      0.201 S > C P. 1:101
      0.28 C > S . ack 101
      9 S > C R. 101 <noTS>
      """
    #expect(try Self.forged(script) == nil, "alone it accuses nobody")
    let finding = try Self.forged(script + " ttl 250")
    #expect(finding?.fact("tests_failed") == .list([.text("ttl")] + (listed ? [.text("anatomy")] : [])))
    #expect(try Self.forged(script.replacing("<noTS>", with: "")) == nil)
  }

  @Test func aScannersKernelKnowsNothingOfItsSYN() throws {
    let script = """
      0 C > S S ttl 43
      0.001 S > C S.
      0.002 C > S R 1 ttl 64
      """
    #expect(try Self.forged(script) == nil)
  }

  @Test func aBareResetIsAnyKernelsRight() throws {
    #expect(try Self.forged(onLAN + "9 C > S P. 1:5\n9.001 S > C R 1") == nil)
  }

  @Test func refusedInTheServersName() throws {
    let script = """
      0 C > S S
      0.001 S > C R. =0 ack 1 ttl 255
      """
    #expect(try Self.forged(script) == nil, "nothing to compare with")
    let finding = try #require(try Self.forged(script, Circumstances(serverHostTTL: 57...57)))
    #expect(finding.fact("stage") == .text("after SYN"))
    #expect(finding.atFault == .path)
    #expect(try Self.forged(script, Circumstances(serverHostTTL: 255...255)) == nil)
  }

  /// Two routers before the server: its packets come from either.
  @Test func severalLinkLayerSourcesTellNothing() throws {
    let findings = try audit(
      """
      0.000 C > S S
      0.020 S > C S. mac 02:00:00:00:00:01
      0.021 C > S .
      0.1 C > S P. 1:11
      0.12 S > C P. 1:11 mac 02:00:00:00:00:02
      0.13 S > C P. 11:21 ack 11 mac 02:00:00:00:00:01
      0.14 C > S . ack 21
      9.0 S > C R. 21 mac 02:00:00:00:00:02
      """)
    #expect(findings.map(\.rule) == ["reset-abort"])
  }

  /// Behind one address another host answers, from another initial TTL and as far away: a port that is forwarded.
  @Test(arguments: [(124, []), (120, ["reset-forged"])] as [(UInt8, [String])])
  func aForwardedPortIsNoForgery(_ ttl: UInt8, _ forged: [String]) throws {
    let findings = try audit(
      "0 C > S S\n0.02 S > C R. =0 ack 1 ttl \(ttl)", Circumstances(serverHostTTL: 60...60))
    #expect(findings.map(\.rule).filter { $0 == "reset-forged" } == forged)
  }
}
