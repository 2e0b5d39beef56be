import Audit
import Testing

@Suite("A connection that is used again, and a server that closes it: neither cut an answer")
struct IdleCloseTests {
  private static let exchange = """
    0.1 C > S P. 1:101
    0.18 S > C P. 1:501
    0.1801 C > S . ack 501

    """

  /// The same crossing at the client, who sends before it sees the FIN, and at the server, who closes before it sees the request.
  @Test(arguments: [
    (
      atClient + exchange + """
        5.050 C > S P. 101:401
        5.060 S > C F. 501 ack 101
        5.0601 C > S . ack 502
        5.130 S > C R 501
        """, "transfer-truncated"
    ),
    (
      atServer + """
        0.1 C > S P. 1:101
        0.1001 S > C P. 1:501
        0.1801 C > S . ack 501
        5.020 S > C F. 501 ack 101
        5.090 C > S P. 101:401 ack 501
        5.0901 S > C R 501
        """, "half-close-truncated"
    ),
  ]) func theyCross(_ script: String, _ rule: String) throws {
    let finding = try auditOne(script)
    #expect(finding.rule == rule && finding.severity == .warning)
    #expect(finding.atFault == nil)
    #expect(Set(finding.suspects) == [.client, .server])
    #expect(finding.bytesLost == 300)
    #expect(finding.fact("crossed") == .bool(true))
    #expect(finding.summary.contains("crossed its FIN"))
  }

  /// A server that closes at the end of a connection's age (gRPC) has asked by a PING before, and the answer crosses its last words: who
  /// was answered by nothing else, and sent 17 bytes, lost nothing. Who sends more just then may be in the midst of an upload.
  @Test(arguments: [(117, Severity.note, [Party.server, .client]), (301, .warning, [.server])])
  func theAnswerToAPingCrosses(end: Int, severity: Severity, suspects: [Party]) throws {
    let finding = try auditOne(
      atClient + Self.exchange + """
        5.0500 S > C P. 501:518 ack 101
        5.0501 C > S P. 101:\(end + 1) ack 518
        5.0504 S > C P. 518:552 ack 101
        5.0505 C > S . ack 552
        5.0506 S > C F. 552 ack 101
        5.0507 C > S F. \(end + 1) ack 553
        5.1301 S > C R 518
        5.1302 S > C R 552
        5.1303 S > C R 553
        """)
    #expect(finding.rule == "transfer-truncated" && finding.severity == severity)
    #expect(finding.suspects == suspects && finding.fact("crossed") == .bool(suspects.count > 1))
    #expect(finding.bytesLost == UInt64(end - 100))
  }

  /// The FIN that does not acknowledge the request was sent before that arrived, however long a queue held it, and without a handshake that
  /// tells the way. What was sent so long before that it should have been repeated was lost, or was not read.
  @Test(arguments: [(4.9, true, true), (4.9, false, true), (4.7, true, false), (4.7, false, false)])
  func aQueueHeldThem(_ asked: Double, _ begins: Bool, _ crossed: Bool) throws {
    let finding = try auditOne(
      (begins ? atClient : "") + Self.exchange + """
        \(asked) C > S P. 101:401 ack 501
        5.060 S > C F. 501 ack 101
        5.0601 C > S . ack 502
        5.130 S > C R 501
        """)
    #expect(finding.fact("crossed") == .bool(crossed))
    #expect((finding.atFault == nil) == crossed)
  }

  /// HTTP/2's ends: the answer to a PING was on its way when the client's GOAWAY and FIN were, and the server's GOAWAY comes behind.
  @Test(arguments: [(42, Severity.note), (200, .error)])
  func farewellsCross(end: Int, severity: Severity) throws {
    let finding = try auditOne(
      onLAN + Self.exchange + """
        5.000 S > C P. 501:518 ack 101
        5.001 C > S P. 101:131 ack 501
        5.0011 C > S F. 131 ack 501
        5.101 S > C . ack 132
        5.1011 S > C P. 518:\(501 + end) ack 132
        5.1012 S > C F. \(501 + end) ack 132
        5.102 C > S R 132
        """)
    #expect(finding.rule == "half-close-truncated" && finding.severity == severity)
  }

  /// A COMMIT is as short as a farewell, and asks: the server had been quiet for long.
  @Test func aShortRequestCrosses() throws {
    let finding = try auditOne(
      atClient + Self.exchange + """
        35.055 C > S P. 101:121
        35.060 S > C F. 501 ack 101
        35.0601 C > S . ack 502
        35.135 S > C R 501
        """)
    #expect(finding.rule == "transfer-truncated" && finding.severity == .warning)
    #expect(finding.fact("crossed") == .bool(true))
  }

  /// A pool that did not look: it had acknowledged the FIN, and writes.
  @Test func theClientKnewIt() throws {
    let finding = try auditOne(
      atClient + Self.exchange + """
        5.00 S > C F. 501 ack 101
        5.0001 C > S . ack 502
        5.02 C > S P. 101:401
        5.10 S > C R 502
        """)
    #expect(finding.rule == "half-close-truncated" && finding.severity == .warning)
    #expect(finding.suspects == [.client, .server] && finding.atFault == nil)
    #expect(finding.summary.contains("wrote to a connection that the server had closed 20 ms before"))
  }

  /// Answers that were recorded before what they answer do not tell who had the last word.
  @Test func theOrderIsNotKnown() throws {
    let finding = try auditOne(
      atClient + Self.exchange + """
        1.0000 S > C P. 501:601 ack 201
        1.0003 C > S P. 101:201
        1.0801 C > S . 201 ack 601
        5.00 S > C F. 601 ack 201
        5.0001 C > S . 201 ack 602
        5.02 C > S P. 201:501
        5.10 S > C R 602
        """)
    #expect(finding.rule == "half-close-truncated" && finding.severity == .warning)
    #expect(finding.suspects == [.server, .client])
  }

  /// A server that answers an upload before its end (413, 401), closes its half and reads on for a while: the same wherever it is recorded.
  @Test(arguments: [(atClient, 0.205), (between, 0.205), (atServer, 0.205), (atServer, 0.7)])
  func anUploadThatIsRefused(_ opening: String, _ close: Double) throws {
    let finding = try auditOne(
      opening + """
        0.200 C > S P. 1:1449
        0.201 C > S P. 1449:2897
        0.202 C > S P. 2897:4345
        0.203 S > C P. 1:301 ack 2897
        0.204 C > S P. 4345:5793 ack 301
        \(close) S > C F. 301 ack 4345
        \(close + 0.001) C > S P. 5793:7241 ack 302
        \(close + 0.095) S > C . 302 ack 7241
        1.000 C > S P. 7241:8689 ack 302
        1.100 S > C . 302 ack 8689
        5.100 C > S P. 8689:10137 ack 302
        5.206 S > C R. 302 ack 8689
        """)
    #expect(finding.rule == "half-close-truncated" && finding.severity == .warning)
    #expect(finding.suspects == [.server, .client])
    #expect(finding.summary.contains("while the client was still sending"))
  }

  /// Opened in advance and closed unused, or after a word about that (408): nothing of an answer was cut when it is used in the end.
  @Test(arguments: ["3 S > C F. 1 ack 1\n3.0001 C > S . 1 ack 2", "3 S > C FP. 1:2 ack 1\n3.0001 C > S . 1 ack 3"])
  func itWasNeverUsed(_ close: String) throws {
    let end = close.contains("P") ? 3 : 2
    let finding = try auditOne(
      atClient + """
        \(close)
        5 C > S P. 1:301
        5.08 S > C R \(end)
        """)
    #expect(finding.rule == "half-close-truncated" && finding.severity == .warning)
    #expect(finding.suspects == [.client, .server])
    #expect(finding.summary.contains("wrote to a connection that the server had closed 2 s before"))
  }

  /// Met when it was open: who asks and closes its half does so at once, and this one closed what nobody used.
  @Test(arguments: [(5.0, Severity.warning), (0.11, .error)])
  func itWasMetMidstream(_ close: Double, _ severity: Severity) throws {
    let finding = try auditOne(
      """
      0.10 C > S P. 1:101 ack 1
      0.1001 S > C P. 1:501 ack 101
      0.1801 C > S . 101 ack 501
      \(close) S > C F. 501 ack 101
      \(close + 0.0801) C > S . 101 ack 502
      \(close + 2) C > S P. 101:401 ack 502
      \(close + 2.0001) S > C R 502
      """)
    #expect(finding.rule == "half-close-truncated" && finding.severity == severity)
    #expect(finding.atFault == (severity == .error ? .server : nil))
  }

  /// Met midstream: some of the answer arrived behind the FIN, so it was read until then.
  @Test func theAnswerHadBegun() throws {
    let finding = try auditOne(
      """
      0.10 C > S P. 1:101 ack 1
      1.30 C > S F. 101 ack 1
      1.3001 S > C . 1 ack 102
      1.50 S > C . 1:2897/1448 ack 102
      1.58 C > S . 102 ack 2897
      1.59 S > C . 2897:5793/1448 ack 102
      1.60 C > S R. 102 ack 2897
      """)
    #expect(finding.rule == "half-close-truncated" && finding.severity == .error && finding.atFault == .client)
  }

  /// A greeting of long ago is no answer to what is under way: the server died.
  @Test func anUploadThatIsCut() throws {
    let finding = try auditOne(
      atClient + """
        0.180 S > C P. 1:31
        0.181 C > S . 1 ack 31
        2.000 C > S P. 1:1449
        2.001 C > S P. 1449:2897
        2.080 S > C F. 31 ack 1449
        2.081 C > S P. 2897:4345 ack 32
        2.161 S > C R 32
        """)
    #expect(finding.rule == "half-close-truncated" && finding.severity == .error)
    #expect(finding.atFault == .server)
  }

  /// It took a second request, and died without a word to it: nothing was begun anew.
  @Test func theServerHadNotAnswered() throws {
    let finding = try auditOne(
      atClient + Self.exchange + """
        5.00 C > S P. 101:401
        5.08 S > C . 501 ack 401
        6.00 S > C F. 501 ack 401
        6.0001 C > S . ack 502
        6.02 C > S P. 401:601
        6.10 S > C R 502
        """)
    #expect(finding.rule == "half-close-truncated" && finding.severity == .error)
    #expect(finding.atFault == .server)
  }

  /// No request: the server takes the answer to its own question away.
  @Test func theServerWasOwedAnAnswer() throws {
    let finding = try auditOne(
      atClient + """
        0.1 S > C FP. 1:101 ack 1
        0.1001 C > S . ack 102
        0.2 C > S P. 1:401 ack 102
        0.28 S > C R 102
        """)
    #expect(finding.rule == "half-close-truncated" && finding.severity == .error)
    #expect(finding.atFault == .server)
  }

  /// What closed the connection is all that was lost.
  @Test(arguments: [(" alert", Severity.note), ("", .error)]) func theOwnLastWord(_ word: String, _ severity: Severity)
    throws
  {
    let findings = try audit(
      onLAN + "0.1 S > C P. 1:501\n0.101 C > S . ack 501\n0.2 C > S P. 1:32\(word)\n0.201 C > S R. 32 ack 501\n")
    #expect(findings.map(\.rule) == ["transfer-truncated"])
    #expect(findings.map(\.severity) == [severity])
  }

  /// Both say goodbye at once.
  @Test(arguments: [(" alert", Severity.note), ("", .error)]) func theLastWordOfBoth(
    _ word: String, _ severity: Severity
  )
    throws
  {
    let findings = try audit(
      onLAN + "0.1 S > C P. 1:501\n0.101 C > S . ack 501\n0.2 C > S P. 1:32 alert\n"
        + "0.2001 S > C P. 501:532 ack 1\(word)\n0.201 C > S R. 32 ack 501\n")
    #expect(findings.map(\.rule) == ["transfer-truncated"])
    #expect(findings.map(\.severity) == [severity])
  }

  /// It was idle, and closed: had its FIN come through, nobody would have asked it. Beside it that would have been captured.
  @Test(arguments: [("client", true), ("server", false)]) func halfOpenMayBeALostClose(_ place: String, _ isNamed: Bool)
    throws
  {
    let finding = try auditOne(
      (place == "client"
        ? atClient + "0.1 C > S P. 1:101\n0.18 S > C P. 1:301 ack 101\n0.1801 C > S . 101 ack 301\n"
        : atServer + "0.1 C > S P. 1:101\n0.1001 S > C P. 1:301 ack 101\n0.18 C > S . 101 ack 301\n")
        + "3.0 C > S P. 101:201 ack 301\n\(place == "client" ? 3.08 : 3.0001) S > C R 301\n")
    #expect(finding.rule == "half-open" && finding.confidence == .likely && finding.suspects == [.server, .path])
    #expect(finding.mend.hasPrefix("Its FIN or RST may have been lost on the way") == isNamed)
  }

  /// Its own timeout is why it has no socket any more, and not a restart.
  @Test func halfOpenBecauseItGaveUp() throws {
    let finding = try auditOne(
      atServer + """
        1.00 C > S P. 1:101
        1.0001 S > C P. 1:1449
        1.3,1.9,3.1,5.5,10.3,19.9 S > C P. 1:1449
        60 C > S P. 101:201 ack 1
        60.0001 S > C R 1
        """)
    #expect(finding.rule == "half-open" && finding.severity == .error)
    #expect(finding.suspects == [.path, .client])
    #expect(finding.summary.contains("7 times over 19 s without an answer, and given up"))
    #expect(finding.bytesLost == 1448 + 100)
    #expect(!finding.mend.contains("restarted"))
  }
}
