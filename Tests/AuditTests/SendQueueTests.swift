import Audit
import Testing

@Suite("transfer-truncated: what may have waited in the send queue")
struct SendQueueTests {
  /// All is acknowledged. Something may have waited to be sent as long as the ACK had not reached its sender, or where the window
  /// was shut; not behind a segment that was not filled, nor later, when what waits would have been sent.
  @Test(arguments: [
    (0.001, "0.2001 C > S . ack 10001", "transfer-truncated"),
    (0.003, "0.2001 C > S . ack 10001", "transfer-truncated"),
    (0.005, "0.2001 C > S . ack 10001", "reset-abort"), (0.9, "0.2001 C > S . ack 10001", "reset-abort"),
    (0.9, "0.2001 C > S . ack 10001 win 0", "transfer-truncated"),
    (0.9, "0.2001 C > S . ack 10001 win 2", "transfer-truncated"),
    (1.1, "0.2001 C > S . ack 10001 win 0", "reset-abort"),
  ])
  func cutInMidStream(_ age: Double, _ ack: String, _ rule: String) throws {
    let finding = try auditOne(
      onLAN + """
        0.1 C > S P. 1:11
        0.2 S > C . 1:10001/1000
        \(ack)
        \(0.2 + age) S > C R. 10001
        """)
    #expect(finding.rule == rule)
    #expect(finding.atFault == .server)
    #expect(finding.severity == (rule == "reset-abort" ? .note : .error))
    if rule == "transfer-truncated" { #expect(finding.summary.contains("what was not sent yet is lost")) }
  }

  /// A window of which the capture has cut the scale may be as wide as any: what it is without a scale accuses nobody.
  @Test(arguments: ["", " snap 64", " snap 68"]) func aScaleThatWasCut(_ snap: String) throws {
    let finding = try auditOne(
      """
      0.0000 C > S S <mss 1460,sackOK,TS,wscale 7>\(snap)
      0.0002 S > C S. <mss 1460,sackOK,TS,wscale 7>\(snap)
      0.0004 C > S .\(snap)
      0.1 C > S P. 1:11\(snap)
      0.2 S > C . 1:10001/1000\(snap)
      0.2001 C > S . ack 10001 win 62\(snap)
      0.5 S > C R. 10001\(snap)
      """)
    #expect(finding.rule == "reset-abort")
    #expect(finding.severity == .note)
  }

  /// An answer that ends in a segment that is not filled: its kernel had no more of it. Several segments may be one packet.
  @Test(arguments: [
    ("1:1449", "1449:1549", 1549, "reset-abort"), ("1:1449", "1449:4345", 4345, "transfer-truncated"),
    ("1:1449", "1449:4445", 4445, "reset-abort"), ("1:101", "101:201", 201, "reset-abort"),
    ("1:1001", "1001:2001", 2001, "transfer-truncated"),
  ])
  func whatEndsInAShortSegment(_ first: String, _ last: String, _ end: Int, _ rule: String) throws {
    let finding = try auditOne(
      onLAN + """
        0.1 C > S P. 1:11
        0.2 S > C . \(first)
        0.20001 S > C P. \(last)
        0.2001 C > S . ack \(end)
        0.2002 S > C R. \(end)
        """)
    #expect(finding.rule == rule)
  }

  /// The answer ends in a short segment, and the RST's echoes tell which ACKs its sender had not seen: what it was given meanwhile may have
  /// waited for them. An echo of the last ACK alone says no more than that this one came late.
  @Test(arguments: [
    ("0.2007 S > C R 6001\n0.2008 S > C R 9401", "transfer-truncated", Severity.error),
    ("0.2008 S > C R 9401", "reset-abort", .note), ("", "reset-abort", .note),
  ])
  func whatEndsInAShortSegmentWhileItsACKsAreUnderWay(_ echoes: String, _ rule: String, _ severity: Severity) throws {
    let finding = try auditOne(
      onLAN + """
        0.1 C > S P. 1:11
        0.2 S > C P. 1:9401/1000
        0.2001 C > S . ack 6001
        0.2002 C > S . ack 9401
        0.2005 S > C R. 9401
        \(echoes)
        """)
    #expect(finding.rule == rule && finding.severity == severity && finding.suspects == [.server])
    #expect(finding.bytesLost == (rule == "reset-abort" ? nil : 0) && !finding.bytesLostExact)
  }

  /// A client cancels its request, which arrived whole: its ACK comes behind the RST, as the path is long. A full segment may be the first of
  /// several, one that nobody acknowledges did not arrive, and of several others may have waited.
  @Test(arguments: [
    ("1 C > S P. 1:201", "S > C . 1 ack 201", "reset-abort", Severity.warning),
    ("1 C > S P. 1:1449", "S > C . 1 ack 1449", "transfer-truncated", .error),
    ("1 C > S P. 1:201", "S > C . 1 ack 1", "transfer-truncated", .error),
    ("1 C > S P. 1:201\n1.01 C > S P. 201:401", "S > C . 1 ack 401", "transfer-truncated", .error),
    // Ten segments in one packet of the capture: the window is full.
    ("1 C > S P. 1:14001", "S > C . 1 ack 14001", "transfer-truncated", .error),
  ])
  func aCancelledRequest(_ request: String, _ answer: String, _ rule: String, _ severity: Severity) throws {
    let end = request.split(separator: ":").last ?? ""
    let finding = try auditOne(atClient + "\(request)\n1.02 C > S R. \(end) ack 1\n1.08 \(answer)\n20 tick")
    #expect(finding.rule == rule && finding.severity == severity && finding.suspects == [.client])
    #expect(finding.summary.contains("200 bytes were in flight and arrived") == (rule == "reset-abort"))
  }
}
