import Audit
import Flow
import PacketScript
import Testing
import Wire

/// Two ports of a tap whose clocks are apart, queues that mix up packets: what the capture itself shows to stand the wrong way round
/// accuses nobody.
@Suite("Order that the capture does not have")
struct UnknownOrderTests {
  /// The server's packets are dated early by so many seconds, 0 is right: a question, its answer, and after the client's FIN a RST.
  private func closed(serverEarlyBy early: Double) -> String {
    let packets: [(Double, String)] = [
      (1.0000, "C > S S"), (1.0002 - early, "S > C S. 0 ack 1"), (1.0003, "C > S . 1 ack 1"),
      (1.0004, "C > S P. 1:315 ack 1"), (1.0010 - early, "S > C P. 1:1578 ack 315"),
      (1.0011, "C > S . 315 ack 1578"), (1.0012, "C > S F. 315 ack 1578"),
      (1.0013 - early, "S > C . 1578 ack 316"), (1.0014 - early, "S > C R. 1578 ack 316"),
    ]
    let inOrder = packets.enumerated().sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }
    return inOrder.map { "\($0.element.0) \($0.element.1)" }.joined(separator: "\n")
  }

  @Test("a RST that is dated before the FIN that it answers cut nothing", arguments: [0, 0.0007, 0.002, 0.05])
  func resetBeforeItsReason(_ early: Double) throws {
    let findings = try audit(closed(serverEarlyBy: early))
    #expect(findings.allSatisfy { $0.severity == .note }, "\(findings.map(\.summary))")
  }

  @Test("how far packets stand behind their answers is known")
  func disorder() throws {
    let script = """
      0.0100 S > C S. 0 ack 1
      0.0105 C > S S
      0.0106 C > S . 1 ack 1
      """
    let facts = try #require(trackOf(script).first)
    #expect(facts.disorder == 500_000)
    let late = """
      0 C > S S
      0.0001 S > C S.
      0.0002 C > S . 1
      0.1 C > S P. 1:101 ack 1
      0.1001 S > C . 1 ack 201
      0.1008 C > S P. 101:201 ack 1
      """
    #expect(try #require(trackOf(late).first).disorder == 700_000)
    // After so long it was sent again, and the capture lacks the first.
    #expect(try #require(trackOf(late.replacing("0.1008", with: "0.4")).first).disorder == 0)
  }

  private func trackOf(_ text: String) throws -> [Facts] { track(try .parse(text)) }

  /// The server's last data and its RST, with the client's request recorded 0.3 ms behind its ACK.
  private func cut(_ end: String) -> String {
    """
    0 C > S S
    0.0200 S > C S. 0 ack 1
    0.0201 C > S . 1 ack 1
    0.0400 S > C . 1 ack 101
    0.0403 C > S P. 1:101 ack 1
    0.0500 S > C . 1:14481/1448 ack 101
    0.0700 C > S . 101 ack 14481
    0.0900 S > C . 14481:15929 ack 101
    \(end)
    """
  }

  /// The ACK that stands wherever would make a note of it: that the capture has lost it is not excluded.
  @Test(
    "what stands before the RST by its number, and nobody acknowledges, was lost in any order, if no ACK is missing",
    arguments: [
      ("", Severity.error), ("0.0903 C > S . 101 ack 15929\n", .note), ("0.0903 C > S . 101 ack 15929 lost\n", .error),
    ])
  func lossByNumbers(_ ack: String, _ severity: Severity) throws {
    let finding = try auditOne(cut(ack + "0.0904 S > C R. 15929 ack 101"))
    #expect(finding.rule == "transfer-truncated" && finding.severity == severity && finding.confidence < .certain)
    #expect(finding.bytesLost == (severity == .note ? nil : 1448))
  }

  @Test(
    "and otherwise not",
    arguments: [
      // It may answer an ACK that the capture has not; the data may have come in answer to it; nothing is known to be lost.
      "0.0904 S > C R 15929", "0.0904 S > C R. 14481 ack 101",
      "0.0902 C > S P. 101:201 ack 14481\n0.0904 S > C R. 15929 ack 101",
      "0.0904 S > C R. 15929 ack 101\n0.0905 C > S R. 101 ack 15929",
      "0.0903 C > S . 101 ack 15929\n0.0904 S > C R. 15929 ack 101",
    ])
  func noLossByNumbers(_ end: String) throws {
    let findings = try audit(cut(end))
    #expect(findings.allSatisfy { $0.severity == .note }, "\(findings.map(\.summary))")
  }

  @Test("what waited for longer than that was lost all the same")
  func lossStands() throws {
    let finding = try auditOne(
      """
      0.0100 S > C S. 0 ack 1
      0.0101 C > S S
      0.0102 C > S . 1 ack 1
      0.0103 C > S P. 1:101 ack 1
      0.0200 S > C . 1 ack 101
      0.0201 S > C . 1:14481/1448 ack 101
      0.0290 S > C . 14481:15929 ack 101
      0.0291 S > C R. 15929 ack 101
      """)
    #expect(finding.rule == "transfer-truncated" && finding.severity == .error && finding.bytesLost == 15_928)
  }
}
