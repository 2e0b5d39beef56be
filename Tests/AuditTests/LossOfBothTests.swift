import Audit
import Flow
import Testing
import Wire

@Suite("One ending, and both sides lost by it")
struct LossOfBothTests {
  /// The answerer hangs up on what the half-closer had sent: the few bytes of its own are the least of it.
  @Test func whatTheHalfCloserLostCounts() throws {
    let finding = try auditOne(
      """
      0.000 C > S S
      0.010 S > C S.
      0.011 C > S .
      0.020 C > S P. 1:101
      0.030 S > C . ack 101
      0.031 S > C . 1:20001/1000 ack 101
      0.032 S > C F. 20001 ack 101
      0.062 C > S P. 101:151 ack 1
      0.063 C > S R. 151 ack 1
      """)
    #expect(finding.rule == "half-close-truncated" && finding.severity == .warning)
    #expect(finding.bytesLost == 20_050 && !finding.bytesLostExact)
    #expect(finding.fact("lost_unacked") == .integer(20_050))
    #expect(finding.fact("peer_lost_unacked") == .integer(20_000))
    #expect(finding.summary.hasSuffix("; 20,000 bytes that the server had sent lost too"), "\(finding.summary)")
    #expect(finding.evidence.first?.what == "FIN after 20,000 bytes, 20,000 of them never acknowledged")
  }

  /// `bytes_lost` is `lost_unacked`, whoever lost how much of it.
  @Test func bothSidesLost() throws {
    let finding = try auditOne(
      """
      0.000 C > S S
      0.010 S > C S.
      0.011 C > S .
      0.020 C > S P. 1:101
      0.030 S > C . ack 101
      0.040 S > C P. 1:65
      0.041 C > S P. 101:128 ack 1
      0.042 S > C R. 65 ack 101
      """)
    #expect(finding.rule == "transfer-truncated")
    #expect(finding.bytesLost == 91 && finding.fact("lost_unacked") == .integer(91))
    #expect(finding.fact("lost_by") == .text("server") && finding.fact("peer_lost_unacked") == .integer(27))
  }
}
