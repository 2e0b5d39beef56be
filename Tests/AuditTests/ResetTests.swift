import Audit
import Flow
import Testing
import Wire

@Suite("RSTs")
struct ResetTests {
  // MARK: reset-unread

  @Test(arguments: [(0.001, Confidence.likely), (0.9, .likely), (59, .possible)])
  func theRequestThatWasNeverAnswered(_ after: Double, _ confidence: Confidence) throws {
    let finding = try auditOne(
      onLAN + """
        0.1 C > S P. 1:6
        0.1002 S > C . ack 6
        \(0.1 + after) S > C R. 1
        """)
    #expect(finding.rule == "reset-unread")
    #expect(finding.severity == .error)
    #expect(finding.atFault == .server)
    #expect(finding.confidence == confidence)
    #expect(finding.fact("instead_of") == .list([.text("reset-abort")]))
  }

  @Test func aServerThatIsOnlyTalkedToResetsAnIdleConnection() throws {
    let finding = try auditOne(
      onLAN + """
        0.1 C > S P. 1:300
        20 C > S P. 300:600
        20.0001 S > C . ack 600
        80.1 S > C R. 1
        """)
    #expect(finding.rule == "reset-abort")
    #expect(finding.severity == .note)
  }

  /// A log is written to somebody who only listens, and whom a timeout ends; one question waited for its answer in vain.
  @Test(arguments: [
    ("20 C > S P. 300:600\n20.0001 S > C . ack 600\n70.1 S > C R. 1", "reset-abort"),
    ("50.1 S > C R. 1", "reset-unread"),
  ])
  func aServerThatOnlyListens(_ rest: String, _ rule: String) throws {
    let finding = try auditOne(onLAN + "0.1 C > S P. 1:300\n0.1001 S > C . ack 300\n" + rest)
    #expect(finding.rule == rule)
  }

  @Test func aClientThatLeavesAnAnswerUnread() throws {
    let finding = try auditOne(
      onLAN + """
        0.1 C > S P. 1:6
        0.2 S > C P. 1:1001
        0.201 C > S . ack 1001
        0.202 C > S R. 6
        """)
    #expect(finding.rule == "reset-unread")
    #expect(finding.severity == .note)
    #expect(finding.atFault == .client)
  }

  /// The answer and its FIN were acknowledged one by one before: nothing speaks for data that were not read.
  @Test func aClientThatGotEverything() throws {
    let finding = try auditOne(
      onLAN + """
        0.1 C > S P. 1:66
        0.1001 S > C P. 1:310 ack 66
        0.1002 S > C F. 310
        0.1010 C > S . ack 311
        0.1011 C > S R. 66 ack 311
        """)
    #expect(finding.rule == "reset-abort")
    #expect(finding.severity == .note)
  }

  // MARK: reset-abort

  /// What lies before it, be it an answer or a FIN, may be all that would be missed.
  @Test(arguments: [1, 1448, 14_480])
  func aResetBehindWhatTheCaptureLost(_ gap: Int) throws {
    let finding = try auditOne(
      onLAN + """
        0.1 C > S P. 1:101
        0.2 S > C P. 1:1001 ack 101
        0.201 C > S . ack 1001
        0.4 S > C R. \(1001 + gap) ack 101
        30 tick
        """)
    #expect(finding.rule == "reset-abort")
    #expect(finding.severity == .note)
    #expect(finding.confidence == .possible)
    #expect(finding.fact("in_flight") == .null)
  }

  /// A scanner's FIN meets a port where nobody listens: there was no connection.
  @Test func aLoneFIN() throws {
    #expect(try audit("0 C > S F 1:1\n0.0006 S > C R. =0 ack 2 win 0").isEmpty)
  }

  @Test func aBrowserThatResetsIdleConnections() throws {
    let finding = try auditOne(
      onLAN + """
        0.1 C > S P. 1:101
        0.2 S > C P. 1:1001
        0.201 C > S . ack 1001
        60 C > S R. 101
        """)
    #expect(finding.rule == "reset-abort")
    #expect(finding.severity == .note)
    #expect(finding.suspects == [.client])
  }

  @Test func aPeerThatWasNotCapturedSaysNothing() throws {
    let findings = try audit("0 C > S P. 1:518 ack 1\n0.2 C > S R. 518 ack 1")
    #expect(findings.map(\.severity) == [.note])
  }

  /// A RST with a window of another kind than the side's others: more would be unread than ever came.
  @Test func whatNeverCameIsNotUnread() throws {
    let finding = try auditOne(
      onLAN + """
        0.1 C > S P. 1:301
        0.2 S > C P. 1:101 win 32732
        0.201 C > S . ack 101
        99 S > C R. 101 win 9300
        """)
    #expect(finding.rule == "reset-abort")
    #expect(finding.severity == .note)
  }

  @Test func connectAndReset() throws {
    #expect(try auditOne(onLAN + "0.001 C > S R. 1").severity == .note)
  }

  @Test func aResetInPlaceOfTheSecondFIN() throws {
    let finding = try auditOne(
      onLAN + """
        0.1 C > S P. 1:101
        0.2 S > C P. 1:1001
        0.201 C > S . ack 1001
        2.0 S > C F. 1001
        2.001 C > S . ack 1002
        9.0 C > S R. 101
        """)
    #expect(finding.rule == "reset-abort")
    #expect(finding.severity == .note)
    #expect(finding.fact("after_peer_fin") == .bool(true))
  }

  // MARK: reset-not-heard

  @Test(arguments: [(atClient, [Party.path, .client]), (atServer, [.path]), (between, [.path])])
  func thePeerGoesOn(_ opening: String, _ suspects: [Party]) throws {
    let finding = try auditOne(
      opening + """
        0.2 C > S P. 1:101
        0.3 S > C . ack 101
        5.4 S > C R. 1
        10.0,10.3,10.9,12.1 C > S P. 101:201
        """)
    #expect(finding.rule == "reset-not-heard")
    #expect(finding.severity == .error)
    #expect(finding.suspects == suspects)
    #expect(finding.fact("packets_after") == .integer(4))
  }

  /// A connection of a pool, which its server resets.
  private let pooled =
    onLAN + """
      0.2 C > S P. 1:101
      0.21 S > C P. 1:501 ack 101
      0.22 C > S . 101 ack 501
      350 S > C R. 501 ack 101

      """

  /// The connection is long forgotten when its pool uses it again: a quarter of a minute later, or hours.
  @Test(arguments: [15.5, 25, 18_000])
  func thePeerGoesOnLongAfter(_ pause: Double) throws {
    let start = 350 + pause
    let findings = try audit(
      pooled + """
        \(start),\(start + 0.2),\(start + 0.6),\(start + 1.4),\(start + 3.1) C > S P. 101:201 ack 501
        \(start + 20) tick
        """)
    let finding = try #require(findings.first { $0.rule == "reset-not-heard" })
    #expect(finding.severity == .error && finding.confidence == .certain && finding.suspects == [.path, .client])
    #expect(finding.evidence.first?.side == .server)
    #expect(finding.fact("reset_connection") != nil)
    #expect(finding.fact("packets_after") == .integer(5))
  }

  /// Keepalives, each half a minute, and of the server.
  @Test func thePeerProbesLongAfter() throws {
    let findings = try audit(
      onLAN + """
        0.2 C > S P. 1:101
        0.21 S > C P. 1:501 ack 101
        0.22 C > S . 101 ack 501
        5 C > S R. 101 ack 501
        35,65,95,125 S > C . 500 ack 101
        200 tick
        """)
    #expect(findings.contains { $0.rule == "reset-not-heard" })
  }

  @Test(arguments: [
    // Old data that come late, and a copy of a probe; what was answered by a RST; another stream; another host's SYN.
    "400,401,404 C > S P. 1:101 ack 501",
    "400,401,404 C > S P. 101:201 ack 501\n404.001 S > C R 501",
    "400,401,404 C > S P. 5000001:5000101 ack 501",
    "400 C > S S =900000\n401,404 C > S S =900000",
    // Once, or for a moment: it may be answered yet.
    "400 C > S P. 101:201 ack 501",
    "400,400.2,400.6 C > S P. 101:201 ack 501",
    // The resetter's own.
    "400,401,404 S > C P. 501:601 ack 101",
  ])
  func whatComesLongAfterIsNoProof(_ later: String) throws {
    let findings = try audit(
      pooled + """
        \(later)
        450 tick
        """)
    #expect(!findings.contains { $0.rule == "reset-not-heard" })
  }

  /// Another host's RST may not have been heard for good reason, and what a second tap has of before is nobody going on.
  @Test(arguments: [("", "id 90", true), ("ttl 60", "id 90", false), ("", "id 11", false)])
  func longAfterAResetOfSomebodyElse(_ reset: String, _ next: String, _ found: Bool) throws {
    let findings = try audit(
      onLAN + """
        0.2 C > S P. 1:101 id 10
        0.21 S > C P. 1:501 ack 101
        0.22 C > S . 101 ack 501 id 11
        350 S > C R. 501 ack 101 \(reset)
        400,401,404 C > S . 100 ack 501 \(next)
        450 tick
        """)
    #expect(findings.contains { $0.rule == "reset-not-heard" } == found)
  }

  /// The capture lost the FINs' ACKs, and late duplicates are answered by kernels that have no such socket any more.
  @Test func whatComesAfterTheCloseIsNobodys() throws {
    let findings = try audit(
      """
      0.000 C > S S
      0.083 S > C S.
      0.0831 C > S .
      0.084 C > S P. 1:301
      0.120 S > C . 1 ack 301
      0.128 S > C . 1:1449 ack 301
      0.1281 C > S . 301 ack 1449
      0.132 S > C P. 1449:2001 ack 301
      0.628 S > C . 1:1449 ack 301
      0.6281 C > S R 301
      0.6282 S > C F. 2001 ack 301
      0.6283 C > S R 301
      0.644 S > C R 1449
      0.645 S > C R 2001
      0.656 S > C R 2002
      0.6562 S > C . 2002 ack 302
      0.6563 C > S R 302
      1.078 S > C . 2002 ack 302
      1.0781 C > S R 302
      """)
    #expect(findings.allSatisfy { $0.severity == .note })
  }

  @Test func whatWasUnderWayIsNoProof() throws {
    // A full queue drains for a second; each segment is answered by a RST.
    let findings = try audit(
      onLAN + """
        0.1 C > S . 1:10001/1000
        0.2 S > C . ack 10001
        0.2 S > C R. 1
        0.5 C > S . 10001:11001
        0.5001 S > C R 1
        0.9 C > S . 11001:12001
        0.9001 S > C R 1
        """)
    #expect(!findings.contains { $0.rule == "reset-not-heard" })
  }

  // MARK: Look-alikes

  @Test(arguments: [
    // A probe that meets a banner: reset, closed.
    onLAN + """
      0.0005 C > S R. 1
      0.0006 S > C P. 1:40
      """,
    onLAN + """
      0.0005 S > C P. 1:40
      0.0006 C > S R. 1 ack 1
      """,
    onLAN + """
      0.0005 C > S F. 1
      0.0006 S > C P. 1:40
      0.0007 C > S R 2
      """,
    // HTTP/2 over TLS: GOAWAY and an alert to a server that has closed.
    onLAN + """
      0.1 C > S P. 1:501
      0.2 S > C P. 1:1001
      0.2001 C > S . ack 1001
      9.0 S > C F. 1001
      9.0001 C > S . ack 1002
      9.0002 C > S P. 501:547
      9.0003 C > S F. 547:578
      9.0004 S > C R 1002
      """,
    // A RST to a client that has closed with everything in its hands.
    onLAN + """
      0.1 C > S P. 1:501
      0.2 S > C P. 1:1001
      0.2001 C > S F. 501 ack 1001
      0.2002 S > C R. 1001
      """,
    // A load balancer's health check.
    """
    0.0 C > S S
    0.001 S > C S.
    0.002 C > S R 1
    """,
    """
    0.0 C > S S
    0.001 S > C S.
    0.002 C > S R. 1
    """,
    // A RST after a perfect close.
    onLAN + """
      0.1 C > S F.
      0.1001 S > C F.
      0.1002 C > S .
      0.2 S > C R 2
      """,
    // TIME-WAIT or LAST-ACK plus a late duplicate.
    onLAN + """
      0.1 C > S P. 1:11
      0.1001 S > C . ack 11
      0.1002 C > S F.
      0.1003 S > C F.
      0.1004 C > S .
      0.4 C > S P. 1:11
      0.4001 S > C R 2
      """,
  ]) func harmless(_ script: String) throws {
    let findings = try audit(script)
    #expect(findings.allSatisfy { $0.severity == .note }, "\(findings.map(\.summary))")
  }

  /// ZooKeeper shuts its half down and closes with a newline unread (captures/zookeeper-near): all was acknowledged, and who
  /// had not read it yet got nothing of it. Once the FIN is acknowledged, the answer's end is known to have arrived.
  @Test(arguments: [("", ["reset-abort"]), ("0.1021 C > S . 6 ack 16322\n", [])] as [(String, [String])])
  func aRSTRightBehindAnUnacknowledgedFIN(_ ack: String, _ rules: [String]) throws {
    let findings = try audit(
      onLAN + """
        0.1 C > S P. 1:6
        0.101 S > C . 1:16321/1360 ack 6
        0.1015 C > S . 6 ack 16321
        0.102 S > C F. 16321 ack 6
        \(ack)0.1033 S > C R. 16322 ack 6 win 500
        """)
    #expect(findings.map(\.rule) == rules)
    #expect(findings.allSatisfy { $0.severity == .warning && $0.atFault == .server })
  }

  /// A proxy that throws away connections which idle (haproxy's nolinger): who had the answer a second ago has read it.
  @Test(arguments: [(0.25, ["reset-abort"]), (1.1, [])] as [(Double, [String])])
  func aRSTBehindAnUnacknowledgedFINAfterAPause(_ time: Double, _ rules: [String]) throws {
    let findings = try audit(
      onLAN + """
        0.1 C > S P. 1:139
        0.101 S > C P. 1:1123 ack 139
        0.1015 C > S . ack 1123
        \(time) S > C F. 1123 ack 139
        \(time + 0.0001) S > C R. 1124 ack 139 win 500
        """)
    #expect(findings.map(\.rule) == rules)
  }
}
