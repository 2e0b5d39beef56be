import Audit
import Flow
import Testing

/// close() with data still queued, and new data of the peer behind it: the kernel answers those by a bare RST, as if it had no such socket.
@Suite("closed before all was sent")
struct ClosedUnsentTests {
  /// The window holds the rest back.
  @Test(arguments: [Side.client, .server]) func newDataMeetWhoHasClosed(_ side: Side) throws {
    let (a, b) = side == .client ? ("C", "S") : ("S", "C")
    let finding = try auditOne(
      onLAN + """
        0.1 \(b) > \(a) P. 1:31
        0.1001 \(a) > \(b) . 1:14481/1448 ack 31
        0.1200 \(b) > \(a) . 31 ack 14481 win 8
        0.1350 \(b) > \(a) P. 31:61 ack 14481 win 8
        0.1351 \(a) > \(b) R 14481
        0.1352 \(b) > \(a) . 61 ack 14481 win 500
        0.1353 \(a) > \(b) R 14481
        """)
    #expect(finding.rule == "transfer-truncated" && finding.severity == .error && finding.confidence == .likely)
    #expect(finding.suspects == [side == .client ? .client : .server])
    #expect(finding.fact("lost_by") == .text(side.name))
    #expect(finding.fact("sender_queue_destroyed") == .bool(true))
    #expect(finding.bytesLost == 30 && !finding.bytesLostExact)
    #expect(
      finding.summary
        == "\(side.name) closed in the middle of what it sent, and reset the connection at the \(side.other.name)'s next data: what it"
        + " had not sent yet is lost, at least 30 bytes of the \(side.other.name) lost")
    #expect(
      finding.evidence.map(\.what) == [
        "its last new data", "new data, which a closed socket does not take", "RST, 30 bytes unacknowledged",
      ])
  }

  /// A closed window, that the server probes for as long as its queue is not empty.
  private let stalled =
    atClient + """
      0.1 C > S P. 1:31
      0.1801 S > C . 1:14481/1448 ack 31
      0.1802 C > S . 31 ack 14481 win 4
      0.3 S > C P. 14481:14993 ack 31
      0.3001 C > S . 31 ack 14993 win 0

      """ + windowProbes([0.52, 0.95, 1.8], from: "S", at: 14993, to: "C", at: 31)

  @Test func behindAClosedWindow() throws {
    let finding = try auditOne(
      stalled + """
        3.2 C > S P. 31:61 ack 14993 win 0
        3.2001 C > S . 61 ack 14993 win 100
        3.2801 S > C R 14993
        3.2802 S > C R 14993
        """)
    #expect(finding.rule == "transfer-truncated" && finding.severity == .error && finding.suspects == [.server])
    #expect(finding.evidence.map(\.what).contains("its window is zero: the rest has to wait"))
  }

  /// The next probe was due long before: the host may have been started anew.
  @Test func silentForLongerThanItsProbes() throws {
    let finding = try auditOne(stalled + "9.2 C > S P. 31:61 ack 14993 win 0\n9.2801 S > C R 14993\n")
    #expect(finding.rule == "half-open" && finding.suspects == [.server, .path])
  }

  static let lookAlikes = [
    // A whole answer: another host may have the address, or its own abort, or its FIN, is what the capture lost.
    "0.1001 S > C P. 1:301 ack 31\n0.14 C > S . 31 ack 301\n0.3 C > S P. 31:61 ack 301\n0.3001 S > C R 301",
    // Whole segments, and quiet for long.
    "0.1001 S > C . 1:14481/1448 ack 31\n0.14 C > S . 31 ack 14481\n2.0 S > C . 14480 ack 31\n2.0001 C > S . 31 ack 14481\n"
      + "2.3 C > S P. 31:61 ack 14481\n2.3001 S > C R 14481",
    // Another TTL, as far away.
    "0.1001 S > C . 1:14481/1448 ack 31\n0.14 C > S . 31 ack 14481 win 8\n0.3 C > S P. 31:61 ack 14481 win 8\n"
      + "0.3001 S > C R 14481 ttl 128",
  ]

  @Test(arguments: lookAlikes) func lookAlike(_ script: String) throws {
    let finding = try auditOne(onLAN + "0.1 C > S P. 1:31\n" + script)
    #expect(finding.rule == "transfer-truncated" && finding.severity == .warning)
    #expect(finding.suspects == [.server, .path])
  }

  /// Sooner than the new data can have met it: it answers the ACK before them, as who never had that socket does.
  @Test func anAnswerToAnEarlierPacket() throws {
    let finding = try auditOne(
      atClient + """
        0.1 C > S P. 1:31
        0.1801 S > C . 1:14481/1448 ack 31
        0.1802 C > S . 31 ack 14481 win 8
        0.25 C > S P. 31:61 ack 14481 win 8
        0.2602 S > C R 14481
        """)
    #expect(finding.rule == "transfer-truncated" && finding.suspects == [.server, .path])
  }

  /// The same, but for the time: whoever has more sends it as soon as it is acknowledged what was sent. It had closed in order, and its FIN is
  /// what the capture lacks; or the path.
  @Test(arguments: [(0.135, true), (0.3, false)]) func whoHadMoreWouldHaveSentIt(_ asked: Double, _ found: Bool) throws
  {
    let finding = try auditOne(
      onLAN + """
        0.1 C > S P. 1:31
        0.1001 S > C . 1:14481/1448 ack 31
        0.1200 C > S . 31 ack 14481 win 8
        \(asked) C > S P. 31:61 ack 14481 win 8
        \(asked + 0.0001) S > C R 14481
        """)
    #expect(finding.summary.contains("closed in the middle") == found)
    #expect(finding.suspects == (found ? [.server] : [.server, .path]))
  }
}
