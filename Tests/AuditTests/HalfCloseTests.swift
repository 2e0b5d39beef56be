import Audit
import Flow
import Testing
import Wire

@Suite("half-close-truncated")
struct HalfCloseTests {
  @Test func theClientHadClosedItsReadingHalfToo() throws {
    let finding = try auditOne(
      atClient + """
        0.081 C > S P. 1:5
        0.081 C > S F.
        0.161 S > C . ack 6
        0.162 S > C . 1:4097/1024
        0.163 C > S . ack 4097
        0.163 S > C . 4097:13241/1016
        0.164 C > S R 6
        """)
    #expect(finding.rule == "half-close-truncated")
    #expect(finding.severity == .error)
    #expect(finding.confidence == .certain)
    #expect(finding.atFault == .client)
    #expect(finding.bytesLost == 9144)
    #expect(!finding.bytesLostExact, "the server may have had more to say")
    #expect(
      finding.summary
        == "client half-closed, then reset while the server was answering: at least 9,144 of 13,240 bytes lost")
    #expect(finding.fact("sent_after_fin") == .integer(13240))
    #expect(finding.fact("acked_after_fin") == .integer(4096))
    #expect(finding.fact("lost_unacked") == .integer(9144))
    #expect(finding.fact("sender_queue_destroyed") == .bool(false))
    #expect(finding.fact("in_flight_at_death") == .null)
    #expect(finding.fact("crossed") == .bool(false))
    #expect(finding.fact("instead_of") == .list([.text("transfer-truncated")]))
    #expect(finding.evidence.map(\.moment.packet.number) == [5, 7, 21])
    #expect(
      finding.evidence.map(\.what) == [
        "FIN after 4 bytes", "1,024 bytes, first data after the FIN", "RST, 9,144 bytes of the server unacknowledged",
      ])
  }

  /// The capture lost the FIN. Each segment of the answer acknowledges it: they were sent after it came.
  @Test(arguments: [true, false])
  func theFINWasNotCaptured(_ isSeen: Bool) throws {
    let finding = try auditOne(
      atServer + """
        0.119 C > S P. 1:6
        0.1191 S > C . 1 ack 6
        \(isSeen ? "0.120 C > S F. 6" : "")
        0.1217 S > C . 1:10137/1448 ack 7
        0.154 C > S . 7 ack 1449
        0.1541 S > C . 10137:20273/1448 ack 7
        0.1543 S > C R. 20273 ack 7
        """)
    #expect(finding.rule == "half-close-truncated" && finding.severity == .error)
    #expect(finding.confidence == (isSeen ? .certain : .likely))
    #expect(finding.fact("sent_after_fin") == .integer(20272))
  }

  @Test func exactWhereTheAnswerHadItsEnd() throws {
    let finding = try auditOne(
      atClient + """
        0.081 C > S F.
        0.161 S > C . ack 2
        0.162 S > C F. 1:10001/1000
        0.163 C > S . ack 2001
        0.164 C > S R. 2 ack 2001
        """)
    #expect(finding.bytesLost == 8000)
    #expect(finding.bytesLostExact)
    #expect(finding.fact("fin_unacked") == .bool(true))
    #expect(finding.summary.hasSuffix("8,000 of 10,000 bytes lost"))
  }

  /// A stack that acknowledges by its RST what met a closed socket: it arrived, and nobody read it.
  @Test func whatTheResetAcknowledgesIsNotLost() throws {
    let finding = try auditOne(
      atClient + """
        0.2 C > S P. 1:18
        0.2001 C > S F. 18
        0.28 S > C . ack 19
        0.281 S > C P. 1:18
        0.2811 C > S R. 19 ack 18
        0.2812 S > C F. 18
        """)
    #expect(finding.rule == "half-close-truncated")
    #expect(finding.severity == .note)
    #expect(finding.bytesLost == 0)
    #expect(finding.summary.hasSuffix("17 bytes arrived and were probably thrown away unread"))
    #expect(finding.evidence.last?.what == "RST+ACK, acknowledges 17 bytes of the server that nothing else does")
  }

  /// The answerer repeats itself for long and gives up: the silence cut it.
  @Test func givingUpIsNoReset() throws {
    let finding = try auditOne(
      onLAN + """
        0.081 C > S F.
        0.161 S > C . ack 2
        0.162 S > C P. 1:1001
        0.4,0.9,1.9,3.9,7.9,15.9 S > C P. 1:1001
        30 S > C R. 1001 ack 2
        """)
    #expect(finding.rule == "half-close-truncated")
    #expect(finding.suspects.contains(.path))
    #expect(!finding.suspects.contains(.server))
    #expect(finding.bytesLost == 1000)
  }

  /// Its FIN was on its way already: nothing that it had not sent can be lost.
  @Test func aResetRightAfterTheFIN() throws {
    let finding = try auditOne(
      onLAN + """
        0.1 C > S P. 1:100
        0.1001 C > S F. 100
        0.1002 S > C . ack 100
        0.1003 S > C P. 1:200
        0.1004 S > C F. 200
        0.1005 S > C R 1
        """)
    #expect(finding.rule == "half-close-truncated")
    #expect(finding.summary.hasPrefix("server reset after its answer"))
    #expect(!finding.summary.contains("not sent yet"))
    #expect(finding.evidence.last?.what == "RST after its FIN")
  }

  @Test func theOtherWayRound() throws {
    // The server shuts down its half and then does not take what the client still sends.
    let finding = try auditOne(
      atServer + """
        1.000 S > C P. 1:101
        1.000 S > C F.
        1.080 C > S . ack 102
        1.081 C > S P. 1:5001/1000
        1.0811 S > C R 102
        """)
    #expect(finding.rule == "half-close-truncated")
    #expect(finding.atFault == .server)
    #expect(finding.bytesLost == 5000)
  }

  @Test func theAnswererAborts() throws {
    let finding = try auditOne(
      atClient + """
        0.081 C > S P. 1:6
        0.081 C > S F.
        0.161 S > C . ack 7
        0.162 S > C . 1:10001/1000
        0.163 C > S . ack 10001
        0.170 S > C R. 10001
        """)
    #expect(finding.rule == "half-close-truncated")
    #expect(finding.severity == .error)
    #expect(finding.atFault == .server)
    #expect(finding.bytesLost == 0, "everything that was seen is acknowledged")
    #expect(!finding.bytesLostExact)
    #expect(finding.fact("sender_queue_destroyed") == .bool(true))
    #expect(
      finding.summary == "server broke off its answer to the half-closed client by RST instead of FIN: 10,000 bytes"
        + " were sent and arrived; what it had not sent yet is lost, and how much that was is in no capture")
  }

  /// The four-letter-word bug as recorded: 20,272 bytes delivered, 17,376 under way when the server closed, twelve echoes.
  @Test func theRealFourLetterWordBug() throws {
    var script =
      onLAN + """
        0.001 C > S P. 1:6
        0.001 C > S F.
        0.0012 S > C . ack 7
        0.002 S > C . 1:20273/1448
        0.003 C > S . ack 1449
        0.004 C > S . ack 2897
        0.0045 S > C R. 20273

        """
    for (index, ack) in stride(from: 4345, through: 20273, by: 1448).enumerated() {
      script += "\(0.005 + Double(index) / 1000) C > S . ack \(ack)\n"
      script += "\(0.0051 + Double(index) / 1000) S > C R \(ack)\n"
    }
    let finding = try auditOne(script)
    #expect(finding.rule == "half-close-truncated")
    #expect(finding.atFault == .server)
    #expect(finding.fact("acked_after_fin") == .integer(20272))
    #expect(finding.fact("in_flight_at_death") == .integer(17376))
    #expect(finding.fact("echoes") == .integer(12))
    #expect(finding.fact("sender_queue_destroyed") == .bool(true))
    #expect(finding.bytesLost == 0)
    #expect(!finding.bytesLostExact)
  }

  @Test(arguments: [
    (atServer, [Party.path, .client], 4, 4.0, true), (between, [.path, .client], 4, 4.0, true),
    (onLAN, [.path, .client], 4, 3.0, true), (atClient, [.client, .path], 4, 4.0, true),
    (atServer, [.path, .client], 3, 4.0, false), (atServer, [.path, .client], 4, 2.9, false),
  ]) func theAnswerEndsInSilence(
    _ opening: String, _ suspects: [Party], _ transmissions: Int, _ span: Double, _ found: Bool
  ) throws {
    let gaps = [0, 0.1, 0.4, 1].suffix(transmissions).enumerated().map { $0.offset == 0 ? 0 : $0.element }
    let times = gaps.map { String(1 + $0 * span) }.joined(separator: ",")
    let findings = try audit(
      opening + """
        0.1 C > S F.
        0.2 S > C . ack 2
        \(times) S > C P. 1:1001
        """)
    let finding = findings.first { $0.rule == "half-close-truncated" }
    #expect((finding != nil) == found)
    guard let finding else { return }
    #expect(finding.suspects == suspects)
    #expect(finding.bytesLost == 1000)
  }

  @Test func whatMayHaveCrossedTheFINIsNobodysFault() throws {
    // An idle server closes at the moment when the client asks again.
    let finding = try auditOne(
      atServer + """
        0.100 C > S P. 1:101
        0.101 S > C P. 1:1001
        0.180 C > S . ack 1001
        5.000 S > C F.
        5.010 C > S P. 101:201 ack 1001
        5.0101 S > C R 1001
        5.080 C > S . ack 1002
        5.0801 S > C R 1002
        """)
    #expect(finding.rule == "half-close-truncated")
    #expect(finding.suspects == [.server, .client])
    #expect(finding.atFault == nil)
    #expect(finding.fact("crossed") == .bool(true))
    #expect(finding.bytesLost == 100)
  }

  @Test(arguments: [(4.9, [Party.client]), (5.5, [.client, .server])])
  func aLateAnswerHasTwoSuspects(_ wait: Double, _ suspects: [Party]) throws {
    let finding = try auditOne(
      atClient + """
        0.1 C > S P. 1:6
        0.1 C > S F.
        0.18 S > C . ack 7
        \(0.1 + wait) S > C P. 1:1001
        \(0.11 + wait) C > S R 7
        """)
    #expect(finding.rule == "half-close-truncated")
    #expect(finding.suspects == suspects)
    #expect(finding.summary.contains(suspects.count > 1 ? "answering 5.5 s later" : "answering:"))
  }

  @Test func aForgedResetIsThePathsFault() throws {
    // TTL 250 and sooner than the round trip allows.
    let findings = try audit(
      """
      host S = 10.0.0.2:2181 ttl 57

      """ + atClient + """
        0.081 C > S P. 1:6
        0.081 C > S F.
        0.161 S > C . ack 7
        0.162 S > C . 1:3001/1000
        0.163 C > S . ack 1001
        0.1635 S > C R 3001 ttl 250
        """)
    #expect(findings.map(\.rule) == ["half-close-truncated", "reset-forged"])
    #expect(findings[0].suspects.first == .path)
    #expect(findings[1].atFault == .path)
  }

  // MARK: Look-alikes

  /// A browser that connected in advance and changed its mind: the server's answer crosses the FIN.
  @Test func aClientThatIsGoneBeforeTheServerCanKnow() throws {
    let finding = try auditOne(
      between + """
        0.100 C > S P. 1:518
        0.130 C > S F. 518
        0.150 S > C P. 1:3001/1000 ack 518
        0.170 C > S R 518
        0.190 S > C . ack 519
        """)
    #expect(finding.rule == "half-close-truncated")
    #expect(finding.severity == .note)
    #expect(finding.atFault == nil)
  }

  /// It has had answers before, and cuts this one: more than the segment that one who leaves may leave behind.
  @Test(arguments: [("401:1801/1400", Severity.note), ("401:14401/1400", Severity.error)])
  func theSecondAnswerIsCut(_ answer: String, _ severity: Severity) throws {
    let finding = try auditOne(
      atClient + """
        0.081 C > S P. 1:101
        0.161 S > C P. 1:401
        0.162 C > S . ack 401
        1.0 C > S P. 101:201 ack 401
        1.001 C > S F. 201 ack 401
        1.081 S > C . ack 202
        1.082 S > C . \(answer)
        1.083 C > S R 202
        """)
    #expect(finding.rule == "half-close-truncated")
    #expect(finding.severity == severity)
    #expect(finding.atFault == .client)
    #expect(finding.fact("crossed") == .bool(false))
  }

  @Test func aLoadGeneratorThatLeaves() throws {
    let findings = try audit(
      onLAN + """
        0.1 C > S P. 1:51
        0.101 S > C P. 1:201
        0.102 C > S P. 51:101 ack 201
        0.1025 C > S F.
        0.103 S > C P. 201:401 ack 102
        0.1031 C > S R 102
        """)
    #expect(findings.allSatisfy { $0.severity == .note }, "\(findings.map(\.summary))")
  }

  @Test(arguments: [
    // The answer and its end arrive.
    """
    0.1 C > S F.
    0.18 S > C . ack 2
    0.2 S > C P. 1:1001
    0.21 C > S . ack 1001
    0.3 S > C F.
    0.31 C > S . ack 1002
    """,
    // A RST after both FINs were acknowledged.
    """
    0.1 C > S F.
    0.18 S > C . ack 2
    0.2 S > C F. 1:1001
    0.21 C > S . ack 1002
    0.3 S > C . 1002
    0.31 C > S R 2
    """,
    // An answer repeated and then acknowledged: an outage that healed.
    """
    0.1 C > S F.
    0.18 S > C . ack 2
    1,1.3,1.9,3.1,5.5 S > C P. 1:1001
    5.6 C > S . ack 1001
    5.7 S > C F.
    5.8 C > S . ack 1002
    """,
    // The recording ends in the middle of the answer.
    """
    0.1 C > S F.
    0.18 S > C . ack 2
    1 S > C P. 1:5001/1000
    """,
    // The capture lost part of the answer.
    """
    0.1 C > S F.
    0.18 S > C . ack 2
    0.2 S > C . 1:1001
    0.21 S > C . 1001:2001 lost
    0.22 S > C F. 2001:3001
    0.23 C > S . ack 3002
    """,
  ]) func harmless(_ rest: String) throws {
    let findings = try audit(atClient + rest)
    #expect(findings.isEmpty, "\(findings.map(\.summary))")
  }
}
