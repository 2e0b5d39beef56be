import Audit
import Flow
import Testing
import Wire

/// The traces that every tool was given (10.0.0.1:40000 ↔ 10.0.0.2:2181), and what an auditor should say of each.
@Suite("The measured baseline")
struct BaselineTests {
  static let request = """
    0.1 C > S P. 1:5
    0.1002 S > C . ack 5

    """

  @Test func clean() throws {
    let findings = try audit(
      onLAN + Self.request + """
        0.2 S > C P. 1:1001
        0.2002 C > S . ack 1001
        0.3 C > S F.
        0.3002 S > C F.
        0.3004 C > S .
        """)
    #expect(findings.isEmpty)
  }

  /// 8,000 bytes and the FIN lost, the client aborted.
  @Test func flwRst() throws {
    let finding = try auditOne(
      onLAN + Self.request + """
        0.1004 C > S F.
        0.1006 S > C . ack 6
        0.2 S > C F. 1:10001/1000
        0.201 C > S . ack 2001
        0.202 C > S R. 6 ack 2001
        """)
    #expect(finding.rule == "half-close-truncated")
    #expect(finding.atFault == .client)
    #expect(finding.bytesLost == 8000)
    #expect(finding.bytesLostExact)
    #expect(finding.fact("fin_unacked") == .bool(true))
  }

  /// The same, but the server aborted: RST+ACK in place of FIN, 2,000 bytes acknowledged.
  @Test func flwSrst() throws {
    let finding = try auditOne(
      onLAN + Self.request + """
        0.1004 C > S F.
        0.1006 S > C . ack 6
        0.2 S > C . 1:10001/1000
        0.201 C > S . ack 2001
        0.202 S > C R. 10001
        """)
    #expect(finding.rule == "half-close-truncated")
    #expect(finding.atFault == .server)
    #expect(finding.bytesLost == 8000)
    #expect(!finding.bytesLostExact)
    #expect(finding.fact("sender_queue_destroyed") == .bool(true))
  }

  /// 10,000 bytes never acknowledged: the path, or the client is gone.
  @Test func flwSilent() throws {
    let finding = try auditOne(
      onLAN + Self.request + """
        0.1004 C > S F.
        0.1006 S > C . ack 6
        0.2 S > C F. 1:10001/1000
        0.4,0.8,1.6,3.2,6.4,12.8,25.6,51.2 S > C . 1:1001
        """)
    #expect(finding.rule == "half-close-truncated")
    #expect(finding.suspects == [.path, .client])
    #expect(finding.bytesLost == 10000)
    #expect(finding.bytesLostExact)
  }

  @Test func closewait() throws {
    let finding = try auditOne(
      onLAN + Self.request + """
        0.2 S > C P. 1:1001
        0.2002 C > S . ack 1001
        0.3 C > S F.
        0.3002 S > C .
        60 tick
        """)
    #expect(finding.rule == "fin-unanswered")
    #expect(finding.suspects.first == .server)
  }

  /// Midstream data answered by a bare RST: the peer has no socket.
  @Test func halfopenRst() throws {
    let finding = try auditOne(
      """
      0 C > S P. 1:101 ack 1
      0.001 S > C R 1
      """)
    #expect(finding.rule == "half-open")
    #expect(finding.suspects.first == .server)
  }

  /// 400 s idle, then a RST 1 ms after the probe with another TTL, over 100 ms.
  @Test func idleRst() throws {
    let finding = try auditOne(
      """
      host S = 10.0.0.2:2181 ttl 60
      0.0 C > S S
      0.1 S > C S.
      0.1001 C > S .
      0.2 C > S P. 1:5
      0.3 S > C P. 1:1001
      0.3001 C > S . ack 1001
      400 C > S P. 5:9
      400.001 S > C R. 1001 ttl 255
      """)
    #expect(finding.rule == "idle-killed")
    #expect(finding.atFault == .path)
    #expect(finding.fact("idle") == .duration(399_699_900_000))
    #expect(finding.fact("tests_failed") == .list([.text("round-trip"), .text("ttl")]))
  }

  /// One direction: nothing is claimed of the other.
  @Test func oneway() throws {
    let findings = try audit(
      """
      0.08 S > C S. ack 1
      0.2 S > C P. 1:1001 ack 5
      0.3 S > C F. 1001 ack 5
      0.4 S > C . 1002 ack 6
      30 tick
      """)
    #expect(findings.allSatisfy { $0.severity == .note }, "\(findings.map(\.summary))")
  }

  /// 500 MB out of the window: ignored by the endpoints, and the connection closes cleanly.
  @Test func blindRst() throws {
    let findings = try audit(
      onLAN + Self.request + """
        0.2 S > C R 500000000
        0.3 S > C P. 1:1001
        0.3002 C > S . ack 1001
        0.4 C > S F.
        0.4002 S > C F.
        0.4004 C > S .
        """)
    #expect(findings.map(\.rule) == ["reset-forged"])
    #expect(findings.map(\.severity) == [.warning])
    #expect(findings.map(\.atFault) == [.path])
    #expect(findings.map(\.confidence) == [.likely], "or a late one of an earlier connection")
  }

  @Test func dups() throws {
    let findings = try audit(
      """
      0.0000 C > S S dup
      0.0002 S > C S. dup
      0.0004 C > S . dup
      0.1 C > S P. 1:5 dup
      0.2 S > C P. 1:1001 dup
      0.2002 C > S . dup
      0.3 C > S F. dup
      0.3002 S > C F. dup
      0.3004 C > S . dup
      """)
    #expect(findings.isEmpty, "\(findings.map(\.summary))")
  }
}
