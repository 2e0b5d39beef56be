import Audit
import Flow
import PacketScript
import Testing
import Wire

/// What a script must give: the one finding of this rule with these suspects, or none.
struct Verdict: CustomTestStringConvertible, Sendable {
  var name: String
  var rule: String?
  var suspects: [Party]
  var confidence: Confidence?
  var script: String

  init(_ name: String, _ rule: String, _ suspects: [Party], _ confidence: Confidence? = nil, of script: String) {
    self.name = name
    self.rule = rule
    self.suspects = suspects
    self.confidence = confidence
    self.script = script
  }

  init(_ name: String, nothingIn script: String) {
    self.name = name
    suspects = []
    self.script = script
  }

  var testDescription: String { name }

  func check(_ circumstances: Circumstances = Circumstances()) throws {
    let findings = try audit(script, circumstances)
    guard let rule else {
      #expect(findings.isEmpty, "\(findings.map(\.rule))")
      return
    }
    #expect(findings.map(\.rule) == [rule])
    guard let finding = findings.first else { return }
    #expect(finding.suspects == suspects)
    if let confidence { #expect(finding.confidence == confidence) }
    #expect(finding.severity == Catalogue.rule(rule)?.severities.first)
    #expect(!finding.mend.isEmpty)
    #expect(finding.evidence.count >= 2)
    for (one, next) in zip(finding.evidence, finding.evidence.dropFirst()) {
      let inOrder = !next.moment.precedes(one.moment)
      #expect(inOrder, "\(finding.evidence)")
    }
  }
}

@Suite("Silence: handshakes")
struct SilenceHandshakeTests {
  static let unanswered = [
    Verdict(
      "at the client", "syn-unanswered", [.path, .server], .likely,
      of: """
        0,1 C > S S
        end 3
        """),
    Verdict(
      "four SYNs are more than the least", "syn-unanswered", [.path, .server], .certain,
      of: """
        0,1,3,7 C > S S
        end 8
        """),
    Verdict("one SYN is no error", nothingIn: "0 C > S S\nend 100"),
    Verdict(
      "again half a second after each RST, as Windows does, and no RST in the capture",
      nothingIn: "0,0.51,1.02 C > S S\nend 100"),
    Verdict(
      "once a second, as macOS begins", "syn-unanswered", [.path, .server], .likely, of: "0,1,2,3 C > S S\nend 100"),
    Verdict("not long enough recorded", nothingIn: "0,1 C > S S\nend 2.9"),
    Verdict("answered in the end", nothingIn: "0,1,3 C > S S\n3.1 S > C S.\n3.2 C > S .\nend 60"),
    Verdict("the answer went unseen", nothingIn: "0,1 C > S S\n1.1 C > S . 1 ack 1\n1.2 C > S P. 1:100\nend 60"),
    Verdict(
      "the client waited longer than ever and gave up by RST", "syn-unanswered", [.path, .server], .certain,
      of: "0,1,3,7 C > S S\n15 C > S R. =0 ack =1"),
    Verdict(
      "nothing was recorded for months, and nobody knows how long before that",
      nothingIn: "host D = 10.0.0.3:40001\n0,1 C > S S\n9000000 D > S P. 1:10"),
    Verdict("the client hung up", nothingIn: "0,1 C > S S\n1.5 C > S R 1\nend 60"),
    Verdict(
      "refused", "syn-refused", [.server], .likely, of: "0 C > S S\n0.1 S > C R. =0 ack 1\nend 60"),
    Verdict(
      "refused three times, as Windows asks", "syn-refused", [.server], .likely,
      of: """
        0 C > S S
        0.1 S > C R. =0 ack 1
        0.6 C > S S
        0.7 S > C R. =0 ack 1
        end 60
        """),
    Verdict(
      "rejected", "syn-rejected", [.path], .certain,
      of: """
        0 C > S S
        0.1 R > C icmp unreachable prohibited for C > S
        """),
    Verdict(
      "rejected by the server itself, or in its name", "syn-rejected", [.server, .path], .certain,
      of: """
        0 C > S S
        0.1 S > C icmp unreachable port for C > S
        """),
    Verdict(
      "too big is no rejection",
      nothingIn: """
        0 C > S S
        0.1 R > C icmp toobig 1400 for C > S
        0.2 S > C S.
        0.3 C > S .
        """),
    Verdict(
      "too big, and no answer", "syn-unanswered", [.path, .server], .certain,
      of: """
        0,1,3,7 C > S S
        0.1,1.1 R > C icmp toobig 1400 for C > S
        end 20
        """),
    Verdict(
      "too fast, and no answer", "syn-unanswered", [.path, .server], .certain,
      of: """
        0,1,3,7 C > S S
        0.1,1.1 R > C icmp 4 0 for C > S
        end 20
        """),
    Verdict(
      "an error, and an answer all the same",
      nothingIn: """
        0 C > S S
        0.1 R > C icmp unreachable host for C > S
        1 C > S S
        1.1 S > C S.
        1.2 C > S .
        """),
  ]

  @Test(arguments: unanswered) func attempt(_ verdict: Verdict) throws {
    try verdict.check()
  }

  @Test func synAtTheServer() throws {
    let script = "0 C > S S ttl 57\n1 C > S S ttl 57\nend 3"
    try Verdict("", "syn-unanswered", [.server], of: script).check(Circumstances(serverHostTTL: 64...64))
    try Verdict("", "syn-unanswered", [.path, .server], of: script).check(Circumstances(serverHostTTL: 60...60))
    try Verdict("", "syn-unanswered", [.path, .server], of: script).check()
  }

  /// An outage, or a server that has no time, outlasts the client's time limit.
  @Test(arguments: [(5.2, "R 1", true), (2.9, "R 1", false), (5.2, "R. 1 ack 1", false)])
  func answeredTooLate(_ time: Double, _ reset: String, _ isTold: Bool) throws {
    let findings = try audit(
      """
      0,1.02,3.06 C > S S <mss 1460>
      \(time) S > C S. <mss 1460>
      \(time + 0.0001) C > S \(reset)
      60 tick
      """)
    #expect(findings.map(\.rule) == (isTold ? ["syn-unanswered"] : []))
    guard isTold else { return }
    #expect(findings[0].severity == .error && findings[0].confidence == .likely)
    #expect(findings[0].suspects == [.path, .server])
    #expect(findings[0].summary == "3 SYNs over 3.1 s, answered 5.2 s after the first, when the client had given up")
  }

  @Test func whatTheCaptureMayHaveMissedLowersConfidence() throws {
    let script = "0,1,3,7 C > S S\nend 8"
    try Verdict("", "syn-unanswered", [.path, .server], .likely, of: script)
      .check(Circumstances(bothDirectionsSeen: false))
    try Verdict("", "syn-unanswered", [.path, .server], .likely, of: script).check(Circumstances(blind: [0.5...0.6]))
    try Verdict("", "syn-unanswered", [.path, .server], .possible, of: script)
      .check(Circumstances(blind: [0.5...0.6], bothDirectionsSeen: false))
  }

  @Test func theErrorIsNamedInWords() throws {
    let four = try auditOne("0 C > S S\n0.1 R > C icmp unreachable 13 for C > S")
    #expect(four.fact("icmp") == .text("communication administratively prohibited"))
    #expect(four.fact("icmp_type") == .integer(3))
    #expect(four.fact("icmp_code") == .integer(13))
    let six = try auditOne(
      """
      host D = [fd00::1]:40000
      host T = [fd00::2]:443
      host Q = [fd00::fe]
      0 D > T S
      0.1 Q > D icmp 1 3 for D > T
      """)
    #expect(six.fact("icmp") == .text("address unreachable"))
    let loop = try auditOne("0 C > S S\n0.1 R > C icmp exceeded for C > S")
    #expect(loop.fact("icmp") == .text("time to live exceeded in transit"))
    let odd = try auditOne("0 C > S S\n0.1 R > C icmp 3 99 for C > S")
    #expect(odd.fact("icmp") == .text("type 3, code 99"))
  }

  static let handshakes = [
    // field.md §0, trace 10.
    Verdict(
      "trace 10", "handshake-unfinished", [.client, .path], .certain,
      of: """
        0 C > S S ttl 50
        0.0001,1,3,7,15,31 S > C S.
        """),
    Verdict(
      "at the client, which ignores it", "handshake-unfinished", [.client], .likely,
      of: """
        0 C > S S
        0.1,1.1,3.1 S > C S. ttl 57
        """),
    Verdict(
      "the client asks again: it meant it", "handshake-unfinished", [.path, .client], .likely,
      of: """
        0 C > S S ttl 57
        0.0001 S > C S.
        1 C > S S ttl 57
        1.0001 S > C S.
        3 C > S S ttl 57
        3.0001 S > C S.
        """),
    Verdict("two SYN-ACKs are one lost ACK", nothingIn: "0 C > S S ttl 57\n0.1,1.1 S > C S.\nend 60"),
    Verdict("three within a moment", nothingIn: "0 C > S S ttl 57\n0.1,0.6,1.6 S > C S.\nend 3"),
    Verdict("acknowledged in the end", nothingIn: "0 C > S S ttl 57\n0.1,1.1,3.1,7.1 S > C S.\n7.2 C > S .\nend 60"),
    Verdict("a scan hangs up", nothingIn: "0 C > S S\n0.1,1.1,3.1,7.1 S > C S.\n7.2 C > S R 1\nend 60"),
    Verdict(
      "of one direction only", "handshake-unfinished", [.client, .path], .possible, of: "0.1,1.1,3.1,7.1,15.1 S > C S."),
    Verdict(
      "a full accept queue, at the client", "accept-overflow", [.server, .path], .likely,
      of: atClient + """
        0.1 C > S P. 1:101
        0.4,1.0,2.2,4.6 C > S P. 1:101
        1.08,3.08,7.08 S > C S. 0 ack 1
        1.081,3.081,7.081 C > S . 101 ack 1
        """),
    Verdict(
      "a full accept queue, the first SYN-ACK recorded behind its answer", "accept-overflow", [.server, .path],
      of: """
        0 C > S S
        0.00010 C > S . 1 ack 1
        0.00015 S > C S. 0 ack 1
        0.1,0.4,1.0,2.2,4.6 C > S P. 1:101
        1.08,3.08,7.08 S > C S. 0 ack 1
        1.081,3.081,7.081 C > S . 101 ack 1
        """),
    Verdict(
      "a full accept queue, at the client, and the clock is set back behind the SYN-ACK", "accept-overflow",
      [.server, .path],
      of: """
        0.900 C > S S
        0.950 S > C S. 0 ack 1
        0.051 C > S . 1 ack 1
        0.1,0.4,1.0,2.2,4.6 C > S P. 1:101
        1.08,3.08,7.08 S > C S. 0 ack 1
        1.081,3.081,7.081 C > S . 101 ack 1
        """),
    Verdict(
      "a full accept queue, at the server", "accept-overflow", [.server], .certain,
      of: atServer + """
        0.1 C > S P. 1:101
        0.4,1.0 C > S P. 1:101
        1.00 S > C S. 0 ack 1
        1.08 C > S . 101 ack 1
        2.2 C > S P. 1:101
        3.00,7.0 S > C S. 0 ack 1
        """),
    // With tcp_abort_on_overflow; and a listener that closes while the client connects.
    Verdict(
      "a full accept queue that answers by RST, at the server", "accept-overflow", [.server, .path], .likely,
      of: atServer + "0.0802 C > S P. 1:101\n0.0803,0.0804 S > C R 1\n"),
    Verdict(
      "a full accept queue that answers by RST, at the client", "accept-overflow", [.server, .path], .possible,
      of: atClient + "0.082 C > S P. 1:101\n0.162,0.163 S > C R 1\n"),
    Verdict(
      "a full accept queue where the server speaks first", "accept-overflow", [.server, .path], .possible,
      of: atClient + """
        1.08 S > C S. 0 ack 1
        1.081 C > S .
        3.08 S > C S. 0 ack 1
        3.081 C > S .
        end 6
        """),
    Verdict(
      "two SYN-ACKs and one request more are nothing yet",
      nothingIn: atClient + """
        0.1 C > S P. 1:101
        0.4 C > S P. 1:101
        1.08 S > C S. 0 ack 1
        1.081 C > S . 101 ack 1
        end 8
        """),
    Verdict(
      "an ACK and a request from another life, played back",
      nothingIn: """
        0 C > S S
        0.01 C > S . 1 ack 300000000
        0.02,0.32,0.92,2.12,4.52 C > S P. 1:101 ack 300000000
        0.08,1.08,3.08,7.08 S > C S. 0 ack 1
        """),
    Verdict(
      "the queue had room in the end",
      nothingIn: atClient + """
        0.1,0.4,1.0,2.2,4.6 C > S P. 1:101
        1.08,3.08 S > C S. 0 ack 1
        4.7 S > C . 1 ack 101
        4.8 S > C P. 1:11
        4.8 C > S . 101 ack 11
        end 60
        """),
  ]

  @Test(arguments: handshakes) func handshake(_ verdict: Verdict) throws { try verdict.check() }
}
