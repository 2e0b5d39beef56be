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

  /// The client had closed, and all that the server sent is acknowledged, with one byte more than it wrote: its FIN is the last of what is not
  /// there, for it answers as who has no such socket. Unless it had aborted.
  @Test(arguments: [("", true), ("0.0219 S > C R. 28961 ack 51", false)])
  func theFINIsLostWithTheDataBeforeIt(_ abort: String, _ isHarmless: Bool) throws {
    let script = """
      0.0000 C > S S
      0.0001 S > C S.
      0.0100 C > S . 1
      0.0110 C > S P. 1:50
      0.0111 S > C . 1:14481/1448 ack 50
      0.0115 C > S F. 50 ack 1
      0.0210 C > S . 51 ack 7241
      0.0211 S > C . 14481:28961/1448 ack 51
      \(abort)
      0.0220 S > C FP. 28961:30001 ack 51 lost
      0.0320 C > S . 51 ack 30002
      0.0321 S > C R 30002
      0.0330 C > S . 51 ack 30002
      0.0331 S > C R 30002
      """
    let findings = try audit(script)
    #expect(findings.isEmpty == isHarmless, "\(findings.map(\.summary))")
    #expect(findings.allSatisfy { !$0.summary.contains("30,001") })
  }

  /// Another connection shows that one byte in a hundred is not there.
  @Test(arguments: [("", Confidence.likely), (" lost", .possible)])
  func whoLacksPacketsLacksACKs(_ fate: String, _ confidence: Confidence) throws {
    let finding = try #require(
      audit(
        """
        host D = 10.0.0.9:5000
        0.00 D > S S
        0.02 S > D S.
        0.0201 D > S . 1
        0.03 D > S P. 1:1001\(fate)
        0.05 S > D . 1 ack 1001
        1.0 C > S S
        1.020 S > C S.
        1.0201 C > S . 1
        1.021 C > S P. 1:201
        1.041 S > C P. 1:301 ack 201
        1.042 C > S . 201 ack 301
        1.1 C > S P. 201:401 ack 301
        1.12 S > C P. 301:601 ack 401
        1.62 S > C R. 601 ack 401
        """
      ).first { $0.rule == "transfer-truncated" })
    #expect(finding.confidence == confidence)
  }

  /// Probes with a byte of garbage, and no ACK that stands alone: neither the handshake's, nor that of the answer, nor any to a probe.
  @Test(arguments: [
    ("0 C > S S\n0.02 S > C S.\n", "", false), ("", "", false),
    ("0 C > S S\n0.02 S > C S.\n0.0201 C > S . 1\n", "", true),
    ("", "0.0601 C > S . 2 ack 2\n", true),
  ]) func noACKStandsAlone(_ opening: String, _ ack: String, _ isSilence: Bool) throws {
    let findings = try audit(
      opening + "0.04 C > S P. 1:2 ack 1\n0.06 S > C P. 1:2 ack 2\n" + ack
        + "5.06,10.06,15.06,20.06,25.06,30.06,35.06 C > S . 1:2 ack 2\nend 90")
    #expect(findings.contains { $0.rule == "keepalive-unanswered" } == isSilence, "\(findings.map(\.summary))")
  }

  /// The client gives up, and the server, which repeats its SYN-ACK, may be why: however little of it is there.
  @Test(arguments: [
    "0 C > S P. 1:301\n5.489 S > C S. ack 1\n5.49 C > S . 301 ack 1\n9.609 C > S R. 301 ack 1",
    "5.489 S > C S. ack 1\n5.49 C > S . 301 ack 1\n9.609 C > S R. 301 ack 1",
    "0 C > S S\n0.02 S > C S.\n0.0201 C > S . 1\n0.03 C > S P. 1:301\n7 S > C S. ack 1\n9.609 C > S R. 301 ack 1",
  ]) func theServerRepeatsItsSYNACK(_ script: String) throws {
    let finding = try auditOne(script + "\n9.629 S > C . 1 ack 1\n9.63 C > S R 1")
    #expect(finding.suspects == [.client, .path, .server], "\(finding.rule): \(finding.summary)")
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
