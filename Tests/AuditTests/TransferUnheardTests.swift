import Audit
import Flow
import Testing
import Wire

@Suite("Who hangs up while its peer repeats itself in vain")
struct TransferUnheardTests {
  /// The path lets nothing through, or no ACK: who waits in vain gives up.
  @Test(arguments: [
    (atClient, "C", "S", Side.server, [Party.path, .server]), (atServer, "S", "C", .client, [.path, .client]),
    (atServer, "C", "S", .server, [.server, .path]), (atClient, "S", "C", .client, [.client, .path]),
  ])
  func whatItsPeerSendsMayNotArrive(
    _ opening: String, _ sender: String, _ resetter: String, _ side: Side, _ suspects: [Party]
  ) throws {
    let finding = try auditOne(
      opening + """
        0.5 \(sender) > \(resetter) . 1:10001/1000
        0.6 \(resetter) > \(sender) . 1 ack 6001
        0.88,1.35,2.31,4.20 \(sender) > \(resetter) . 6001:7001
        4.5 \(resetter) > \(sender) R. 1 ack 6001
        60 tick
        """)
    #expect(finding.rule == "transfer-truncated" && finding.severity == .warning && finding.confidence == .likely)
    #expect(finding.suspects == suspects)
    #expect(finding.bytesLost == 4000)
    #expect(finding.evidence.contains { $0.what == "1,000 bytes, the 5th time, and no answer" }, "\(finding.evidence)")
  }

  /// One repetition is a lost packet; and an outage that ended a moment before may have been too long.
  @Test(arguments: [("0.88", [Party.server]), ("0.88,1.35,2.31,4.20", [.path, .server])])
  func whatIsHeardIsNoSilence(_ times: String, _ suspects: [Party]) throws {
    let finding = try auditOne(
      atClient + """
        0.5 C > S . 1:10001/1000
        0.6 S > C . 1 ack 6001
        \(times) C > S . 6001:7001
        4.28 S > C . 1 ack 7001
        4.5 S > C R. 1 ack 7001
        60 tick
        """)
    #expect(finding.rule == "transfer-truncated")
    #expect(finding.confidence == (suspects.count == 1 ? .certain : .likely))
    #expect(finding.suspects == suspects)
  }
}
