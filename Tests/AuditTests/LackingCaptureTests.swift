import Audit
import Testing

/// What the capture lacks may be all that there is to see: then nobody is accused of it.
@Suite("Captures that lack packets")
struct LackingCaptureTests {
  /// Of SYNs, FINs and RSTs alone: the server answers an ACK that is not there, and has closed by then, or is cutting its own answer.
  @Test(arguments: [("", true), ("0.150 C > S . 51 ack 65402", false)])
  func anEchoBelowTheFIN(_ ack: String, _ isHarmless: Bool) throws {
    let findings = try audit(
      """
      0.000 C > S S
      0.027 S > C S.
      0.035 C > S F. 50
      0.129 S > C FP. 75538:76986 ack 51
      \(ack)
      0.157 S > C R 65402
      """)
    #expect(findings.map(\.rule) == (isHarmless ? [] : ["half-close-truncated"]), "\(findings.map(\.summary))")
    #expect(findings.allSatisfy { !$0.summary.contains("instead of FIN") })
  }

  /// The same: the RST bears the number of the ACK of the FIN. How long the client takes to answer its own FIN does not tell.
  @Test func theEchoOfTheACKOfTheFIN() throws {
    let findings = try audit(
      """
      0.0000 C > S S
      0.0095 S > C S.
      0.0220 C > S FP. 28961:30002
      0.3750 S > C FP. 99913:100001 ack 30003
      0.3828 S > C R 100002
      0.3933 S > C R 79641
      """)
    #expect(findings.isEmpty, "\(findings.map(\.summary))")
  }

  /// Nobody knows the MSS where one SYN is not there; but no path cuts segments so small.
  @Test(arguments: [("1:72", "reset-abort", Severity.note), ("1:1449", "transfer-truncated", .error)])
  func aShortSegmentOfAnUnknownMSS(_ answer: String, _ rule: String, _ severity: Severity) throws {
    let end = answer.split(separator: ":")[1]
    let finding = try auditOne(
      """
      0.00000 C > S S <mss 1460,sackOK,TS,wscale 7>
      0.00005 S > C S. <mss 1460,sackOK,TS,wscale 7> lost
      0.00010 C > S . 1
      0.00015 C > S P. 1:87
      0.00016 S > C . 1 ack 87
      0.00050 S > C P. \(answer) ack 87
      0.00060 C > S . 87 ack \(end)
      0.00065 S > C R. \(end) ack 87
      """)
    #expect(finding.rule == rule && finding.severity == severity && finding.suspects == [.server])
  }

  /// The RST acknowledges what nobody saw: it may be the answer to all that its sender said.
  @Test(arguments: [("234", "reset-abort", Severity.note), ("1", "transfer-truncated", .error)])
  func aRSTAcknowledgesAnAnswerThatIsNotThere(_ ack: String, _ rule: String, _ severity: Severity) throws {
    let finding = try auditOne(
      """
      0.0000 C > S S
      0.0001 S > C S.
      0.0002 C > S . 1
      0.0003 C > S P. 1:1449
      0.0004 S > C . 1 ack 1449
      0.0005 S > C P. 1:234 ack 1449 lost
      0.0020 C > S R. 1449 ack \(ack)
      """)
    #expect(finding.rule == rule && finding.severity == severity && finding.suspects == [.client])
  }

  /// Whole segments are in the middle of something, whatever else the RST acknowledges.
  @Test func aRSTCutsWholeSegmentsAllTheSame() throws {
    let finding = try auditOne(
      onLAN + """
        0.1000 C > S P. 1:31
        0.1010 S > C . 1:14481/1448 ack 31
        0.1020 C > S . 31 ack 14481
        0.1025 C > S P. 31:331 ack 14481 lost
        0.1030 S > C R. 14481 ack 331
        """)
    #expect(finding.rule == "transfer-truncated" && finding.severity == .error && finding.suspects == [.server])
  }

  /// One byte that is not there, and that the answer follows: a FIN, or the question.
  @Test(arguments: [14481, 13033]) func aQuestionOfOneByte(_ acked: Int) throws {
    let findings = try audit(
      """
      0.000 C > S S
      0.004 S > C S.
      0.005 C > S . 1
      0.006 C > S P. 1:2 lost
      0.009 S > C . 1 ack 2
      0.010 S > C . 1:14481/1448 ack 2
      0.011 C > S . 2 ack \(acked)
      0.012 C > S R. 2 ack \(acked)
      """)
    #expect(!findings.contains { $0.rule == "half-close-truncated" }, "\(findings.map(\.summary))")
    // Whichever it was, what was still to come did not interest the client.
    #expect(findings.allSatisfy { $0.severity <= .warning && $0.confidence < .certain })
  }

  /// Behind an upload it can't be a question.
  @Test func aFINInAnUpload() throws {
    let finding = try auditOne(
      """
      0.000 C > S S
      0.004 S > C S.
      0.005 C > S . 1
      0.010 C > S . 1:14481/1448
      0.015 S > C . 1 ack 14481
      0.016 S > C F. 1 ack 14481 lost
      0.017 C > S . 14481 ack 2
      0.018 C > S . 14481:28961/1448 ack 2
      0.022 S > C R 2
      """)
    #expect(finding.rule == "half-close-truncated" && finding.severity == .error && finding.bytesLost == 14480)
  }

  /// The end of the answer is not there, nor the FIN behind it; the client's ACKs tell them apart.
  @Test func aFINBehindDataThatAreMissing() throws {
    let findings = try audit(
      """
      0.000 C > S S
      0.001 S > C S.
      0.002 C > S . 1
      0.010 C > S P. 1:31
      0.011 S > C . 1:2897/1448 ack 31
      0.012 C > S . 31 ack 2897
      0.012 S > C P. 2897:3801 ack 31 lost
      0.013 C > S . 31 ack 3801
      1.344 S > C F. 3801 ack 31 lost
      1.345 C > S . 31 ack 3802
      3.206 C > S P. 31:61 ack 3802
      3.207 S > C R 3802
      """)
    #expect(!findings.contains { $0.rule == "half-open" }, "\(findings.map(\.summary))")
  }

  /// Met later, after its answer the client says so little that it asks for nothing, whoever it is.
  @Test(arguments: [("5000:5001", Severity.note), ("5000:5201", .error)])
  func aWordThatOnlyTheRSTAcknowledges(_ word: String, _ severity: Severity) throws {
    let end = word.split(separator: ":")[1]
    let finding = try auditOne(
      """
      0.000 C > S . 4900 ack 1
      0.010 C > S P. 4900:5000 ack 1
      0.020 S > C . 1:14481/1448 ack 5000
      0.021 C > S . 5000 ack 14481
      0.027 C > S P. \(word) ack 14481
      0.029 S > C R. 14481 ack \(end)
      """)
    #expect(finding.rule == "reset-unread" && finding.severity == severity && finding.suspects == [.server])
  }

  /// A capture that lacks one byte in a hundred may lack the end of a connection.
  @Test(arguments: [("", Confidence.certain), (" lost", .possible)])
  func aFINThatMayBeWhatIsMissing(_ lost: String, _ confidence: Confidence) throws {
    let finding = try auditOne(
      """
      0.00 C > S S
      0.02 S > C S.
      0.03 C > S . 1
      0.04 C > S P. 1:1001\(lost)
      0.06 S > C . 1 ack 1001
      1.04 C > S P. 1001:9001/1000
      1.06 S > C . 1 ack 9001
      9.00 C > S F. 9001
      9.02 S > C . 1 ack 9002
      60 tick
      """)
    #expect(finding.rule == "fin-unanswered" && finding.confidence == confidence)
  }

  /// One direction alone: what answered the last SYN nobody saw; that those before had no answer, the last of many shows.
  @Test(arguments: [("0,1", false), ("0,1,3,7", true)])
  func oneDirectionOfAnAttempt(_ times: String, _ found: Bool) throws {
    let findings = try audit("\(times) C > S S\nend 40", Circumstances(bothDirectionsSeen: false))
    #expect(findings.map(\.rule) == (found ? ["syn-unanswered"] : []))
    let answers = try audit("0,1,3 S > C S. ack 1\nend 40", Circumstances(bothDirectionsSeen: false))
    #expect(answers.isEmpty, "\(answers.map(\.summary))")
  }
}
