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
}
