import Audit
import Flow
import PacketScript
import Testing
import Wire

@Suite("Multipath TCP: what ends is a subflow")
struct SubflowTests {
  enum Kind: String, CaseIterable {
    /// No multipath TCP; the server declines it; both offer it, and the client's ACK does without (RFC 8684 §3.7).
    case plain, declined, fallen
    /// The first subflow, one more, and one whose handshake is not in the capture.
    case first, joined

    var isSubflow: Bool { self == .first || self == .joined }

    var handshake: String {
      let capable = ",mptcp 00810102030405060708"
      let (client, server, ack) =
        switch self {
        case .plain: ("", "", "")
        case .declined: (capable, "", "")
        case .fallen: (capable, capable, "")
        case .first: (capable, capable, " <TS\(capable)>")
        case .joined: (",mptcp 10000102030405060708", ",mptcp 1000010203040506070800000000", " <TS,mptcp 1000>")
        }
      return """
        0.000 C > S S <mss 1460,sackOK,TS,wscale 7\(client)>
        0.080 S > C S. <mss 1460,sackOK,TS,wscale 7\(server)>
        0.0801 C > S .\(ack)
        1.00 C > S P. 1:101
        1.08 S > C P. 1:501
        1.081 C > S .

        """
    }
  }

  struct End: CustomTestStringConvertible {
    let testDescription: String
    /// What is found where it is no subflow, and where it is one.
    let rule: String
    let note: String?
    let text: String
  }

  static let ends = [
    End(
      testDescription: "silence", rule: "peer-vanished", note: nil, text: "2.0,2.3,2.9,4.1,6.5,11.3 C > S P. 101:201"),
    End(
      testDescription: "silence after a long idle time", rule: "idle-killed", note: nil,
      text: "602.0,602.3,602.9,604.1,606.5,611.3 C > S P. 101:201"),
    End(
      testDescription: "probes in vain", rule: "keepalive-unanswered", note: nil,
      text: "30,40,50,60,70,80 C > S . 100\nend 100"),
    End(
      testDescription: "a FIN that nobody answers", rule: "fin-unanswered", note: nil,
      text: "2.0 C > S F. 101\n2.08 S > C . 501 ack 102\nend 60"),
    End(
      testDescription: "a FIN that nobody acknowledges", rule: "fin-unacked", note: "fin-unacked",
      text: "2.0,2.3,2.9,4.1,6.5,11.3 C > S F. 101\nend 60"),
    End(
      testDescription: "a RST", rule: "transfer-truncated", note: "transfer-truncated",
      text: "2.0 C > S . 101:5101/1000\n2.1 C > S R. 5101\nend 60"),
    End(
      testDescription: "a RST behind a FIN", rule: "half-close-truncated", note: "half-close-truncated",
      text: """
        2.0 C > S F. 101
        2.08 S > C . 501 ack 102
        2.2 S > C . 501:2501/1000 ack 102
        2.21 C > S R. 102 ack 501
        end 60
        """),
  ]

  @Test(
    "26: what ends or falls silent is a subflow: nobody is accused, and nothing is lost",
    arguments: Kind.allCases, ends)
  func subflow(_ kind: Kind, _ end: End) throws {
    let findings = try audit(kind.handshake + end.text)
    guard kind.isSubflow else {
      let finding = try #require(findings.first)
      #expect(finding.rule == end.rule && finding.severity > .note)
      return
    }
    #expect(findings.map(\.rule) == (end.note.map { [$0] } ?? []))
    for note in findings {
      #expect(note.severity == .note && note.confidence == .possible && note.suspects.isEmpty)
      #expect(note.bytesLost == nil && !note.bytesLostExact)
      #expect(note.summary.contains("subflow"))
    }
  }

  /// MP_CAPABLE begins a connection that has no other subflow: nobody answers, as to any SYN.
  @Test(
    "26: a SYN that joins and is not answered accuses nobody",
    arguments: [("00810102030405060708", false), ("10000102030405060708", true)])
  func join(option: String, isSubflow: Bool) throws {
    let finding = try auditOne("0,1,3,7,15 C > S S <mss 1460,mptcp \(option)>\nend 40")
    #expect(finding.rule == "syn-unanswered")
    #expect((finding.severity == .note) == isSubflow)
    #expect(finding.suspects == (isSubflow ? [] : [.path, .server]))
  }

  /// Whether the handshake was seen or not.
  @Test(
    "26: MP_FASTCLOSE ends all subflows, MP_TCPRST one",
    arguments: [("70000000000000000000", Severity.error), ("8004", .note)],
    [Kind.first.handshake, "1 C > S P. 1:101\n1.08 S > C P. 1:501 ack 101\n1.081 C > S . 101 ack 501\n"])
  func byReset(_ end: (option: String, severity: Severity), _ beginning: String) throws {
    let finding = try auditOne(
      beginning + "2.0 C > S . 101:5101/1000 ack 501\n2.1 C > S R. 5101 ack 501 <mptcp \(end.option)>\nend 60")
    #expect(finding.severity == end.severity)
  }

  /// A device between forges on whatever path, and an application that does not read does so on all of them.
  @Test("26: what is no end of the subflow is said as of any connection")
  func sameOnSubflows() throws {
    let stalled = try auditOne(
      Kind.joined.handshake + """
        2.0 C > S P. 101:201
        2.1 S > C . 501 ack 201 win 0
        2.4,3.0,4.2,6.6,11.4 C > S . 200 ack 501
        2.5,3.1,4.3,6.7,11.5 S > C . 501 ack 201 win 0
        end 30
        """)
    #expect(stalled.rule == "stalled-reader" && stalled.suspects == [.server])
  }
}
