import Audit
import Flow
import Testing
import Wire

@Suite("transfer-truncated")
struct TransferTests {
  @Test(arguments: [Side.client, .server]) func theSenderAborts(_ side: Side) throws {
    let (a, b) = side == .client ? ("C", "S") : ("S", "C")
    let finding = try auditOne(
      onLAN + """
        0.1 \(a) > \(b) . 1:10001/1000
        0.2 \(b) > \(a) . ack 6001
        0.3 \(a) > \(b) R. 10001
        """)
    #expect(finding.rule == "transfer-truncated")
    #expect(finding.severity == .error)
    #expect(finding.atFault == (side == .client ? .client : .server))
    #expect(finding.bytesLost == 4000)
    #expect(!finding.bytesLostExact)
    #expect(finding.fact("lost_by") == .text(side.name))
    #expect(finding.fact("sender_queue_destroyed") == .bool(true))
    #expect(finding.evidence.map(\.what) == ["its last new data", "RST+ACK, 4,000 bytes unacknowledged"])
  }

  /// The echoes are answers to ACKs that came too late: the last one that the socket saw is the one before.
  @Test(arguments: [Side.client, .server]) func whatWasUnderWayWhenTheSocketDied(_ side: Side) throws {
    let (a, b) = side == .client ? ("C", "S") : ("S", "C")
    let finding = try auditOne(
      onLAN + """
        0.100 \(a) > \(b) . 1:10001/1000
        0.200 \(b) > \(a) . ack 4001
        0.201 \(a) > \(b) R. 10001
        0.202 \(b) > \(a) . ack 5001
        0.2021 \(a) > \(b) R 5001
        0.203 \(b) > \(a) . ack 10001
        0.2031 \(a) > \(b) R 10001
        """)
    #expect(finding.rule == "transfer-truncated")
    #expect(finding.fact("in_flight_at_death") == .integer(6000))
    #expect(finding.fact("echoes") == .integer(2))
    // Where the peer stands, its ACKs had all passed: the capture does not tell which the socket saw.
    let elsewhere = try auditOne(
      onLAN + """
        0.100 \(a) > \(b) . 1:10001/1000
        0.200 \(b) > \(a) . ack 4001
        0.202 \(b) > \(a) . ack 5001
        0.203 \(b) > \(a) . ack 10001
        0.221 \(a) > \(b) R. 10001
        0.2221 \(a) > \(b) R 5001
        0.2231 \(a) > \(b) R 10001
        """)
    #expect(elsewhere.fact("in_flight_at_death") == .null)
  }

  @Test func twoRoundTripsWhereThoseAreLonger() throws {
    let finding = try auditOne(
      """
      0.0 C > S S
      1.0 S > C S.
      1.001 C > S .
      1.1 C > S P. 1:11
      2.1 S > C P. 1:1001
      2.101 C > S . ack 1001
      3.102 S > C R. 1001
      """)
    #expect(finding.rule == "transfer-truncated")
  }

  @Test func theReceiverHungUp() throws {
    let finding = try auditOne(
      atServer + """
        0.1 C > S P. 1:11
        0.1001 S > C . 1:20001/1000
        0.18 C > S . ack 5001
        0.181 C > S R. ack 5001
        """)
    #expect(finding.rule == "transfer-truncated")
    #expect(finding.severity == .warning)
    #expect(finding.atFault == .client)
    #expect(finding.bytesLost == 15000)
    #expect(finding.fact("lost_by") == .text("server"))
  }

  @Test func whatWasSelectivelyAcknowledgedIsNotLost() throws {
    let finding = try auditOne(
      onLAN + """
        0.1 C > S . 1:5001/1000
        0.11 S > C . ack 1001 <sack 2001-5001>
        0.2 C > S R. 5001
        """)
    #expect(finding.bytesLost == 1000)
  }

  /// The capture has not seen it either, but what came behind it was selectively acknowledged: sent, and lost.
  @Test func whatNeverArrivedIsLostThoughItWasNotSeen() throws {
    let finding = try auditOne(
      onLAN + """
        0.1 S > C . 1:1001
        0.11 S > C . 1001:3001 lost
        0.12 S > C . 3001:4001
        0.13 C > S . ack 1001 <sack 3001-4001>
        9.0 C > S R. 1 ack 1001
        """)
    #expect(finding.rule == "transfer-truncated")
    #expect(finding.bytesLost == 2000)
  }

  @Test func whatTheCaptureLostIsNotLost() throws {
    let findings = try audit(
      onLAN + """
        0.1 S > C . 1:5001/1000
        0.11 S > C . 5001:6001 lost
        0.12 S > C . 6001:7001
        0.13 C > S . ack 7001
        9.0 S > C R. 7001
        """)
    #expect(findings.map(\.rule) == ["reset-abort"])
    #expect(findings[0].severity == .note)
  }

  @Test func confidenceFallsWhereTheCaptureIsBlind() throws {
    let script =
      onLAN + """
        0.1 C > S . 1:5001/1000
        0.11 S > C . ack 1001
        0.2 C > S R. 5001
        """
    #expect(try auditOne(script).confidence == .certain)
    #expect(try auditOne(script, Circumstances(blind: [0.05...0.15])).confidence == .likely)
    #expect(try auditOne(script, Circumstances(blind: [5...6])).confidence == .certain)
    #expect(try auditOne(script, Circumstances(kernelDropped: 9)).confidence == .likely)
  }

  @Test func multipathSubflowsComeAndGo() throws {
    let finding = try auditOne(
      """
      0.0000 C > S S <mss 1460,mptcp 00>
      0.0002 S > C S. <mss 1460,mptcp 00>
      0.0004 C > S . <mptcp 00>
      0.1 C > S . 1:5001/1000
      0.2 C > S R. 5001
      """)
    #expect(finding.severity == .note)
  }

  @Test func aFastCloseEndsAllSubflows() throws {
    let finding = try auditOne(
      """
      0.0000 C > S S <mss 1460,mptcp 00>
      0.0002 S > C S. <mss 1460,mptcp 00>
      0.0004 C > S .
      0.1 C > S . 1:5001/1000
      0.2 C > S R. 5001 <mptcp 70000000000000000000>
      """)
    #expect(finding.rule == "transfer-truncated")
    #expect(finding.severity == .error)
  }

  /// A banner at which a probe hangs up, and what is too much for one: the receiver itself hung up, where its RST is a live socket's; a
  /// bare one says that there is no such socket any more, and not why.
  @Test(
    arguments: [("1:61", Severity.note), ("1:58401/1460", Severity.warning)],
    [("R.", [Party.client]), ("R", [.client, .path])])
  func aPushIsCutByItsReceiver(_ push: (String, Severity), _ reset: (String, [Party])) throws {
    let finding = try auditOne(
      onLAN + "0.1 S > C . \(push.0)\n0.2 C > S \(reset.0) 1 ack 1\n".replacing("R 1 ack 1", with: "R 1"))
    #expect(finding.rule == "transfer-truncated")
    #expect(finding.severity == push.1)
    #expect(finding.suspects == reset.1)
  }

  /// QUIT, and gone: the farewell was under way when the FIN was. What is more than a segment is an answer.
  @Test(arguments: [("501:517", Severity.note), ("501:3421/1460", .warning)])
  func aClientThatClosesAtTheFarewell(_ farewell: String, _ severity: Severity) throws {
    let finding = try auditOne(
      atServer + """
        0.1 S > C P. 1:501
        0.18 C > S P. 1:101 ack 501
        0.3 C > S P. 101:107
        0.3002 S > C P. \(farewell) ack 107
        0.3003 C > S F. 107 ack 501
        0.3004 S > C . ack 108
        0.38 C > S R 108
        """)
    #expect(finding.rule == "transfer-truncated")
    #expect(finding.severity == severity)
    #expect(finding.atFault == .client)
    #expect(finding.summary.contains("behind its FIN"))
  }

  /// A load generator that ends: its last request has just been answered, and it is gone. Its RST acknowledges the answer.
  @Test(arguments: [("", 200), ("0.1031 C > S . ack 301", 100)])
  func aClientThatLeaves(_ ack: String, _ unread: Int64) throws {
    let finding = try auditOne(
      onLAN + """
        0.1 C > S P. 1:51
        0.101 S > C P. 1:201
        0.102 C > S P. 51:101 ack 201
        0.103 S > C P. 201:401/100
        \(ack)
        0.104 C > S R. 101 ack 401
        """)
    #expect(finding.rule == "reset-unread")
    #expect(finding.severity == .note)
    #expect(finding.atFault == .client)
    #expect(finding.fact("arrived_unread") == .integer(unread))
    #expect(finding.bytesLost == nil)
  }

  /// What only the RST acknowledges arrived; what came behind it did not.
  @Test func whatTheResetAcknowledgesIsNotLost() throws {
    let finding = try auditOne(
      onLAN + """
        0.1 C > S P. 1:89
        0.2 S > C R. 1 ack 89
        """)
    #expect(finding.rule == "reset-unread")
    #expect(finding.severity == .error)
    #expect(finding.summary.contains("88 bytes that only its RST acknowledges, probably unread"))
    #expect(finding.evidence.last?.what == "RST+ACK instead of FIN; the first to acknowledge 88 bytes")
    let cut = try auditOne(
      onLAN + """
        0.1 C > S . 1:1001
        0.1001 C > S . 1001:2001
        0.2 S > C R. 1 ack 1001
        """)
    #expect(cut.rule == "transfer-truncated")
    #expect(cut.bytesLost == 1000)
    #expect(cut.fact("arrived_unread") == .integer(1000))
    // Nothing that somebody else may have sent acknowledges anything.
    let forged = try audit(
      atClient + """
        0.1 C > S P. 1:89
        0.1001 S > C R. 1 ack 89
        """)
    #expect(forged.map(\.rule) == ["transfer-truncated", "reset-forged"])
    #expect(forged[0].bytesLost == 88)
  }

  /// Two interfaces, or two queues of one: data are recorded behind the RST that acknowledges them.
  @Test(arguments: [("", "ack 501"), ("\n0.2001 S > C F. 501", "ack 502")])
  func whatIsRecordedBehindTheResetThatAcknowledgesIt(_ fin: String, _ ack: String) throws {
    let script =
      onLAN + """
        0.1 C > S P. 1:89
        0.1002 S > C . ack 89
        0.2 C > S R. 89 ack 501
        0.20001 S > C P. 1:501 ack 89
        """
    let finding = try auditOne(script.replacing("ack 501", with: ack) + fin)
    #expect(finding.rule == "reset-unread")
    #expect(finding.severity == .note)
    #expect(finding.bytesLost == nil)
    #expect(finding.fact("arrived_unread") == .integer(500))
    // What it does not acknowledge was lost.
    let cut = try auditOne(script.replacing("ack 501", with: "ack 1"))
    #expect(cut.rule == "transfer-truncated")
    #expect(cut.bytesLost == 500)
  }

  /// A last word and a FIN at once: nobody waits for an answer.
  @Test func aFarewellThatWasNotRead() throws {
    let finding = try auditOne(
      onLAN + """
        0.1 C > S P. 1:76
        0.1001 C > S F. 76
        0.1002 S > C R. 1 ack 76
        """)
    #expect(finding.rule == "reset-unread")
    #expect(finding.severity == .note)
  }

  /// Acknowledged or not: an alert, a last word before a FIN, less than any request takes. A question is none, nor what nobody
  /// had talked about before.
  @Test(arguments: [
    ("", "101:132 alert", "", Severity.note), ("0.31 S > C . ack 132", "101:132 alert", "", .note),
    ("0.31 S > C . ack 132", "101:132", "", .error),
    ("0.31 S > C . ack 109", "101:108", "0.3001 C > S F. 108", .note), ("0.31 S > C . ack 103", "101:103", "", .note),
    ("0.31 S > C . ack 121", "101:121", "", .error),
    ("0.31 S > C . ack 401", "101:400", "0.3001 C > S F. 400", .error),
  ])
  func aGoodbyeAmongOthers(_ ack: String, _ word: String, _ fin: String, _ severity: Severity) throws {
    let findings = try audit(
      onLAN + """
        0.1 C > S P. 1:101
        0.2 S > C P. 1:501
        0.2001 C > S . ack 501
        0.3 C > S P. \(word)
        \(fin)
        \(ack)
        0.32 S > C R. 501
        """)
    #expect(findings.map(\.rule) == ["reset-unread"])
    #expect(findings.first?.severity == severity)
  }

  /// 80 seconds of the same segment, then a RST: the silence is the cause.
  @Test(arguments: [Side.client, .server]) func givingUpIsNoTruncation(_ side: Side) throws {
    let (a, b) = side == .client ? ("C", "S") : ("S", "C")
    let finding = try auditOne(
      onLAN + """
        0.1 \(a) > \(b) . 1:10001/1000
        0.2 \(b) > \(a) . ack 6001
        0.5,1.1,2.3,4.7,9.5,19.1,38.3,76.7 \(a) > \(b) . 6001:7001
        80 \(a) > \(b) R. 10001
        """)
    #expect(finding.rule == "peer-vanished")
    #expect(finding.suspects == [.path, side == .client ? .server : .client])
    #expect(finding.bytesLost == 4000)
    #expect(finding.evidence.last?.what.contains("RST") == true)
  }

  /// Nothing of the server was captured but its RST, which anybody may have sent.
  @Test func ofAServerThatWasNeverHeard() throws {
    let finding = try auditOne("0 C > S S\n0.0005 C > S . 1 ack 1\n0.001 C > S P. 1:386 ack 1\n0.002 S > C R 1")
    #expect(finding.rule == "transfer-truncated")
    #expect(finding.suspects == [.server, .path])
  }

  /// Too few repetitions to prove a silence, and enough to doubt who is at fault.
  @Test func hangingUpWhileNobodyAnswers() throws {
    let finding = try auditOne(
      onLAN + """
        0.1 C > S . 1:10001/1000
        0.2 S > C . ack 6001
        0.5,1.1 C > S . 6001:7001
        2 C > S R. 10001
        """)
    #expect(finding.rule == "transfer-truncated")
    #expect(finding.suspects == [.client, .path, .server])
  }

  /// Nor may it be at fault where it closed meanwhile, where its RST is challenged (so small packets arrive there), and where the peer repeats
  /// itself as well and hears nothing.
  @Test(arguments: [
    "0.5,1.1,2.3,4.7,9.5 C > S . 6001:7001\n12 C > S F. 10001\n20 C > S R. 10002",
    "0.5,1.1,2.3,4.7,9.5 C > S . 6001:7001\n20 C > S R. 10001\n20.02 S > C . 1 ack 6001",
    """
    0.5,1.1,2.3,4.7 C > S . 6001:7001
    0.6,1.2,2.4,4.8 S > C P. 1:11 ack 6001
    9 C > S R. 10001
    """,
  ]) func givingUpWhileNothingArrives(_ rest: String) throws {
    let findings = try audit(
      onLAN + "0.1 C > S . 1:10001/1000\n0.2 S > C . ack 6001\n" + rest + "\n60 tick")
    #expect(findings.contains { $0.suspects.contains(.path) })
    #expect(findings.allSatisfy { $0.severity == .note || $0.suspects != [.client] }, "\(findings.map(\.summary))")
  }

  /// The first of it never came as far as the capture, and what did is of no use to its receiver.
  @Test(arguments: [("0.3", [Party.client]), ("20", [.client, .path])])
  func givingUpBehindALoss(_ end: String, _ suspects: [Party]) throws {
    let finding = try auditOne(
      onLAN + "0.1 C > S . 1:1001\n0.11 S > C . ack 1001\n0.2 C > S P. 9001:9301\n"
        + "0.201 S > C . 1 ack 1001 <sack 9001-9301>\n\(end) C > S R. 9301\n60 tick")
    #expect(finding.rule == "transfer-truncated")
    #expect(finding.suspects == suspects)
  }

  @Test func aForgedResetIsTheCauseBesideTheDamage() throws {
    let findings = try audit(
      atClient + """
        0.1 C > S P. 1:51
        0.2 S > C . 1:10001/1000
        0.201 C > S . ack 4001
        0.21 S > C R. 10001 ttl 200
        """)
    #expect(findings.map(\.rule) == ["transfer-truncated", "reset-forged"])
    #expect(findings.map(\.atFault) == [.path, .path])
    #expect(findings[0].summary.hasPrefix("RST+ACK") || findings[0].summary.hasPrefix("RST in the server's name"))
    #expect(findings[0].bytesLost == 6000)
  }

  /// Data that met a bare RST were lost by a connection that was dead before: another finding.
  @Test func aKernelWithoutTheSocketTruncatesNothing() throws {
    let findings = try audit(
      onLAN + """
        0.1 C > S P. 1:51
        0.1001 S > C . ack 51
        30 C > S P. 51:101
        30.0001 S > C R 1
        """)
    #expect(findings.map(\.rule) == ["half-open"])
  }

  /// A bare RST is the answer of a kernel without that socket: where there is nothing else it tells no abort.
  @Test(arguments: [("R 1 id 0 win 0", 0), ("R. 1 ack 1", 1)]) func aLoneReset(reset: String, count: Int) throws {
    #expect(try audit("1.000 S > C \(reset)\n60 tick").filter { $0.rule == "reset-abort" }.count == count)
  }

  /// To the first data, long after the ACK was there: a full accept queue would have answered that.
  @Test func aResetToTheFirstData() throws {
    let finding = try auditOne(atServer + "0.3 C > S P. 1:101\n0.3001 S > C R 1\n")
    #expect(finding.rule == "transfer-truncated" && finding.severity == .warning)
    #expect(finding.suspects == [.server, .path])
  }
}
