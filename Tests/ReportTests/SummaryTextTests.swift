import Report
import Testing
import Wire

@Suite("The last paragraph of the text report")
struct SummaryTextTests {
  @Test func connectionsThatAreOneAndThoseThatNobodyMeant() {
    var summary = SummaryRecord()
    summary.connections = 9
    (summary.seenTwice, summary.seenAgain, summary.healthChecks) = (1, 1, 1)
    #expect(
      textReport(summary: summary, width: 200).contains(
        "\n2 connections are one, seen on both sides of a NAT. 1 connection is a health check:"))
    (summary.seenTwice, summary.seenAgain, summary.healthChecks) = (3, 4, 0)
    #expect(textReport(summary: summary).contains("\n7 connections are 3, seen on both sides of a NAT.\n"))
  }

  /// Of what is not judged nobody is to think that it is in order.
  @Test func connectionsThatNobodyCanJudge() {
    var summary = SummaryRecord()
    (summary.packets, summary.frames, summary.connections, summary.mixedConnections) = (90, 90, 9, 2)
    let text = textReport(summary: summary, width: 500)
    #expect(text.contains("\nNothing is wrong with the 7 other connections.\n"), "\(text)")
    #expect(text.contains("\n2 connections were not judged: their packets are of two streams with the same addresses"))
    #expect(text.contains("--key-tunnel"))
    summary.connections = 2
    #expect(textReport(summary: summary).contains("\nNo connection could be judged.\n"))
  }

  /// Half of a capture is no clean bill for the whole.
  @Test(
    arguments: [(31, ", 31 % of the input"), (0, ", less than 1 % of the input"), (nil, "")] as [(UInt64?, String)])
  func interrupted(percent: UInt64?, share: String) {
    var summary = SummaryRecord()
    (summary.packets, summary.frames, summary.connections) = (1234, 1234, 9)
    let whole = textReport(summary: summary, width: 300)
    #expect(whole.contains("Nothing is wrong with the 9 connections.") && whole.contains("The capture shows no loss."))
    (summary.wasInterrupted, summary.percentRead) = (true, percent)
    let text = textReport(summary: summary, width: 300)
    #expect(
      text.contains("Nothing is wrong with the 9 connections, as far as it was read before it was interrupted."))
    #expect(
      text.contains("The reading was interrupted after 1,234 packets\(share): of the rest nothing is known."), "\(text)"
    )
    #expect(text.contains("What was read shows no loss."))
  }

  /// Of what nobody understood nobody knows whether it is whole.
  @Test func nothingDecoded() {
    var summary = SummaryRecord()
    (summary.packets, summary.frames, summary.undecodedPackets) = (12, 12, 12)
    let text = textReport(summary: summary, width: 300)
    #expect(text.contains("12 not decoded") && !text.contains("shows no loss"))
  }

  @Test func checksumsInWords() {
    func sentence(_ verified: UInt64, _ bad: UInt64, _ offloaded: UInt64) -> String {
      var summary = SummaryRecord()
      summary.packets = 2000
      var checksums = ChecksumCounts()
      (checksums.verified, checksums.bad, checksums.offloaded) = (verified, bad, offloaded)
      summary.checksums = checksums
      return textReport(summary: summary, width: 300)
    }
    #expect(sentence(0, 0, 0).contains("No checksum could be verified: no packet was captured whole."))
    #expect(sentence(1000, 0, 0).contains("Of 1,000 checksums none is wrong."))
    #expect(
      sentence(1000, 9, 9).contains(
        "Of 1,000 checksums, 9 were left to the sender's network card, behind the capture (offload)."))
    #expect(
      sentence(1000, 9, 7).contains(
        "(offload) and 2 are wrong: damaged on the way, and dropped by who received them."))
  }
}
