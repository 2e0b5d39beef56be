import Audit
import Testing

@Suite("reset-unread: what the window tells of the buffer")
struct UnreadTests {
  /// 8,900 of 9,000 bytes lie in the client's buffer: its window never opened again.
  @Test(arguments: [(432, "reset-unread", Severity.error), (502, "reset-abort", .note)])
  func theWindowTellsWhatIsUnread(_ window: Int, _ rule: String, _ severity: Severity) throws {
    let finding = try auditOne(
      onLAN + """
        0.1 C > S P. 1:201
        0.2 S > C . 1:9001/1000
        0.201 C > S . ack 9001 win 432
        3.2 C > S R. 201 win \(window)
        """)
    #expect(finding.rule == rule)
    #expect(finding.severity == severity)
    #expect(finding.atFault == .client)
    if rule == "reset-unread" { #expect(finding.fact("window_short_by") == .integer(8960)) }
  }

  /// A buffer that is full to the end holds what nobody reads; the RST of a killed process says no more, its kernel has thrown
  /// all away by then.
  @Test(arguments: [
    (0.1, "", Confidence.likely), (0.1, "2.5 S > C . ack 9001 win 400", .possible),
    // Who says nothing for a second is no log that nobody answers, where nobody reads.
    (1.4, "", .likely),
  ])
  func aWindowThatStaysClosed(_ begun: Double, _ opened: String, _ confidence: Confidence) throws {
    let finding = try auditOne(
      onLAN + """
        \(begun) C > S . 1:9001/1000
        \(begun + 0.0002) S > C . ack 9001 win 0
        2.0 C > S . 9000
        2.0001 S > C . ack 9001 win 0
        \(opened)
        3.2 S > C R. 1 ack 9001
        """)
    #expect(finding.rule == "reset-unread")
    #expect(finding.severity == .error)
    #expect(finding.confidence == confidence)
  }

  /// Whole segments alone are no question, but the beginning of something: the path may have eaten the rest.
  @Test(arguments: [(14481, "reset-abort", Severity.note), (14001, "reset-unread", .error)])
  func whoWaitsForTheRest(_ end: Int, _ rule: String, _ severity: Severity) throws {
    let finding = try auditOne(
      atServer + "0.1 C > S . 1:\(end)/1448\n0.1001 S > C . 1 ack \(end)\n4.2 S > C R. 1 ack \(end)")
    #expect(finding.rule == rule && finding.severity == severity && finding.suspects == [.server])
  }

  /// One packet says that the window is zero: what opened it again may be what the capture lost, and who sent for so long was a log.
  @Test(arguments: [
    ("", "reset-abort", Severity.note), ("3 C > S . 9000\n3.0001 S > C . ack 9001 win 0", "reset-unread", .error),
  ])
  func aWindowThatWasSaidToBeZeroOnce(_ again: String, _ rule: String, _ severity: Severity) throws {
    let finding = try auditOne(
      onLAN + """
        1.4 C > S . 1:9001/1000
        1.4002 S > C . ack 9001 win 0
        \(again)
        4.4 S > C R. 1 ack 9001
        """)
    #expect(finding.rule == rule && finding.severity == severity)
    #expect(finding.evidence.contains { $0.what == "its window is zero" } == (rule == "reset-unread"))
  }

  /// A client that does not read says goodbye and resets: what lies in its buffer is not read by that.
  @Test func whoSpeaksLastWithAFullBuffer() throws {
    let findings = try audit(
      onLAN + """
        0.1 C > S P. 1:101
        0.2 S > C . 1:9001/1000 ack 101
        0.2002 C > S . 101 ack 9001 win 0
        0.5,1.1,2.3 S > C . 9000 ack 101
        0.5001,1.1001,2.3001 C > S . 101 ack 9001 win 0
        4 C > S P. 101:141 ack 9001 win 0
        4.0001 C > S R. 141 ack 9001
        4.0003 S > C . 9001 ack 141
        """)
    #expect(findings.first?.rule == "reset-unread")
    #expect(findings.first?.severity == .note)
    #expect(findings.first?.atFault == .client)
  }

  /// Met later nobody knows how long its peer had talked without an answer: one request is no log.
  @Test(arguments: [("", "reset-unread", Severity.error), ("0.5 C > S P. 301:401\n", "reset-abort", .note)])
  func metLater(_ before: String, _ rule: String, _ severity: Severity) throws {
    let finding = try auditOne(
      """
      0 C > S . 301 ack 1
      0.0001 S > C . 1 ack 301
      \(before)5 C > S P. \(before.isEmpty ? "301:401" : "401:501")
      5.0001 S > C . 1 ack \(before.isEmpty ? 401 : 501)
      12 S > C R. 1 ack \(before.isEmpty ? 401 : 501)
      """)
    #expect(finding.rule == rule && finding.severity == severity)
  }
}
