import Audit
import Testing

@Suite("half-close-truncated: a TLS alert is no answer")
struct HalfCloseAlertTests {
  /// A close_notify minutes after the FIN, into silence: only the alert is lost, and the wait is named.
  @Test func anAlertLongAfterTheFIN() throws {
    let finding = try auditOne(
      onLAN + """
        0.1 C > S F.
        0.1002 S > C . ack 2
        235 S > C P. 1:32 alert
        235.3,235.9,237.1,239.5,244.3 S > C FP. 1:32 alert
        end 300
        """)
    #expect(finding.rule == "half-close-truncated")
    #expect(finding.severity == .note)
    #expect(finding.summary.contains("235 s after its FIN"))
    #expect(finding.suspects == [.path, .client, .server])
  }

  @Test func aTLSAlertAfterTheFINIsANote() throws {
    let findings = try audit(
      atServer + """
        0.1 C > S P. 1:501
        0.2 S > C P. 1:1001
        0.28 C > S . ack 1001
        1.0 S > C F.
        1.08 C > S . ack 1002
        1.081 C > S P. 501:532 alert
        1.0811 S > C R 1002
        1.0812 C > S F.
        1.0813 S > C R 1002
        """)
    #expect(findings.count == 1)
    #expect(findings.allSatisfy { $0.severity == .note }, "\(findings.map(\.summary))")
  }

  /// Met later, it may have had answers before: what it leaves behind then is a segment, or more than that.
  @Test(arguments: [("1:1449", Severity.note), ("1:4345/1448", .error), ("1:40001", .error)])
  func aFarewellInAConnectionMetLater(_ farewell: String, _ severity: Severity) throws {
    let finding = try auditOne(
      """
      0 S > C . 1 ack 1
      0.01 C > S P. 1:101
      0.011 C > S F. 101
      0.1 S > C . ack 102
      0.1001 S > C P. \(farewell)
      0.1003 C > S R 102
      """)
    #expect(finding.rule == "half-close-truncated")
    #expect(finding.severity == severity)
  }

  /// Its bytes tell, where they were captured: as long as an alert is many a message.
  @Test(arguments: [" alert", ""]) func anAlertIntoSilenceIsANote(_ word: String) throws {
    let finding = try auditOne(
      between + """
        0.1 C > S P. 1:501
        0.2 S > C P. 1:1001
        0.3 C > S . ack 1001
        1.0 S > C F. 1001
        1.1 C > S . ack 1002
        1.2,1.5,2.1,3.3,5.7 C > S P. 501:532\(word)
        """)
    #expect(finding.severity == (word == "" ? .error : .note))
  }
}
