import Audit
import Flow
import Testing

/// Whether a RST that somebody else sent ended the connection: its receiver's answers tell, and not what it had under way.
@Suite("reset-forged: effect")
struct ForgeryEffectTests {
  /// A device between resets the client in the server's name. What the client had under way comes, the server goes on.
  private let shot =
    between + """
      0.0801 C > S P. 1:31
      0.1200 S > C . 1:14481/1448 ack 31
      0.1600 C > S . 31 ack 8689
      0.1601 S > C R 8689 ttl 99
      0.1602 S > C . 14481:20273/1448 ack 31
      0.1605 C > S . 31 ack 14481
      0.1606 S > C R 14481 ttl 99
      0.1607 S > C . 20273:26065/1448 ack 31

      """

  @Test func itsReceiverHasNoSocketAnyMore() throws {
    let finding = try #require(
      audit(
        shot + """
          0.2010 C > S R 31
          0.4000 S > C . 14481:15929 ack 31
          0.4400 C > S R 31
          0.8000 S > C . 14481:15929 ack 31
          0.8400 C > S R 31
          1.6000 S > C . 14481:15929 ack 31
          1.6400 C > S R 31
          """
      ).first { $0.rule == "reset-forged" })
    #expect(finding.severity == .error && finding.confidence == .certain && finding.atFault == .path)
    #expect(finding.summary.contains("ended the connection; the server did not send it"))
    #expect(finding.fact("took_effect") == .bool(true))
    #expect(finding.evidence.last?.what == "bare RST: the client has no such socket any more")
  }

  /// What is sent longer after it than the way to the capture takes, nobody had under way then: the socket was there.
  @Test func itsReceiverIsHeardHalfASecondLater() throws {
    let finding = try #require(
      audit(
        shot + "0.7000 C > S P. 31:61 ack 26065\n0.7001 S > C . ack 61\n0.9000 C > S R 61\n0.9001 C > S R 61\n60 tick\n"
      )
      .first { $0.rule == "reset-forged" })
    #expect(finding.fact("took_effect") == .bool(false) && finding.severity == .warning)
    #expect(finding.summary.contains("had no effect, nor had another; the server did not send it"))
  }

  /// The server hears that.
  @Test func andSaysSo() throws {
    let findings = try audit(shot + "0.2010 C > S R 31\n0.2011 C > S R 31\n60 tick\n")
    let finding = try #require(findings.first { $0.rule == "reset-forged" })
    #expect(finding.severity == .error && finding.fact("took_effect") == .bool(true))
    #expect(findings.allSatisfy { $0.atFault == .path }, "\(findings.map(\.summary))")
  }

  /// It talks on: whatever ended it later was another thing.
  @Test func itsReceiverGoesOn() throws {
    let findings = try audit(
      shot + """
        0.2010 C > S . 31 ack 26065
        0.3000 C > S P. 31:61 ack 26065
        0.3400 S > C P. 26065:26165 ack 61
        0.3800 C > S . 61 ack 26165
        """)
    #expect(findings.map(\.rule) == ["reset-forged"] && findings.first?.severity == .warning)
    #expect(findings.first?.fact("took_effect") == .bool(false))
  }

  /// Nothing tells why it falls silent: it may have been one of these RSTs, or another.
  @Test func itsReceiverIsNotHeardAnyMore() throws {
    let findings = try audit(shot + "0.4000,0.8000,1.6000,3.2000,6.4000 S > C . 14481:15929 ack 31\n60 tick\n")
    let finding = try #require(findings.first { $0.rule == "reset-forged" })
    #expect(finding.fact("took_effect") == .null && finding.severity == .warning)
    #expect(finding.summary.contains("may have ended the connection: the client is not heard any more; "))
  }

  /// All but the last met who was there; behind that one nobody spoke.
  @Test func whatTheLastHadIsNotShown() throws {
    let findings = try audit(
      between + """
        0.0801 C > S P. 1:31
        0.1200 S > C . 1:2897/1448 ack 31
        0.1600 C > S . 31 ack 2897
        0.1601 S > C R 2897 ttl 99
        0.1602 S > C . 2897:4345 ack 31
        0.2005 C > S . 31 ack 4345
        0.3000 C > S P. 31:61 ack 4345
        0.3001 S > C R 4345 ttl 99
        0.3400 S > C . 4345 ack 61
        """)
    let finding = try #require(findings.first { $0.rule == "reset-forged" })
    #expect(
      finding.summary.contains("had no effect, and what the last of 2 had the capture does not show; "), "\(finding)")
  }
}
