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
