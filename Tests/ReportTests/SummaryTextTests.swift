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
