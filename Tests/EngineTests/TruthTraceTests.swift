import Audit
import Engine
import Flow
import PacketScript
import Report
import Testing
import Wire

/// The traces of docs/field.md §0, each with what an auditor should say of it, and a recorded four-letter-word reply.
struct TruthTraceTests {
  /// What one trace must give: the only finding about the connection, or none; and those about the capture.
  struct Truth: Sendable, CustomTestStringConvertible {
    var name: String
    var script: String
    var rule: String?
    var suspects: [Party] = []
    var bytesLost: UInt64?
    var isExact = false
    var severity = Severity.error
    var confidence = Confidence.certain
    /// Findings about the capture itself: severity, rule, and how it begins.
    var ofCapture: [String] = []

    var testDescription: String { name }
  }

  /// A four-letter word, and the end of the client's half.
  static let halfClose =
    handshake + """
      0.082 C > S P. 1:5
      0.083 C > S F. 5
      0.163 S > C . ack 6

      """
  static let closed = """
    0.082 C > S P. 1:5
    0.162 S > C P. 1:1001 ack 5
    0.163 C > S . 5 ack 1001
    0.164 C > S F. 5 ack 1001
    0.244 S > C F. 1001 ack 6
    0.245 C > S . 6 ack 1002

    """

  static let traces: [Truth] = [
    Truth(name: "clean", script: handshake + closed),
    Truth(
      name: "flw_rst",
      script: halfClose + """
        0.170 S > C . 1:10001/1448 ack 6
        0.171 S > C F. 10001 ack 6
        0.250 C > S . 6 ack 2001
        0.290 C > S R 6
        """, rule: "half-close-truncated", suspects: [.client], bytesLost: 8000, isExact: true),
    Truth(
      name: "flw_srst",
      script: halfClose + """
        0.170 S > C . 1:10001/1448 ack 6
        0.250 C > S . 6 ack 2001
        0.330 S > C R. 10001 ack 6
        """, rule: "half-close-truncated", suspects: [.server], bytesLost: 8000),
    Truth(
      name: "flw_silent",
      script: halfClose + """
        0.170 S > C . 1:10001/1448 ack 6
        0.171 S > C F. 10001 ack 6
        0.470,1.070,2.270,4.670,9.470,19.070,38.270,76.670 S > C . 1:1449 ack 6
        """, rule: "half-close-truncated", suspects: [.path, .client], bytesLost: 10000, isExact: true),
    Truth(
      name: "closewait",
      script: handshake + """
        0.082 C > S P. 1:5
        0.162 S > C P. 1:1001 ack 5
        0.163 C > S . 5 ack 1001
        0.164 C > S F. 5 ack 1001
        0.245 S > C . 1001 ack 6
        30.0 tick
        """, rule: "fin-unanswered", suspects: [.server, .path], severity: .warning),
    // It probes, or answers the client's probes: the packets are the same.
    Truth(name: "nopeer_ka", script: "75s,150s,225s,300s,375s,450s,525s,600s,675s S > C . 1 ack 1"),
    Truth(
      name: "nopeer_data", script: "1.0,1.3,1.9,3.1,5.5,10.3,19.9,39.1,77.5 S > C P. 1:101 ack 1",
      rule: "never-heard", suspects: [.path, .client], bytesLost: 100, confidence: .likely),
    Truth(
      name: "halfopen_rst",
      script: """
        1.0   C > S P. 1:101 ack 1
        1.080 S > C R 1 ttl 64
        """, rule: "half-open", suspects: [.server, .path], bytesLost: 100, confidence: .possible),
    Truth(
      name: "idle_rst",
      script: """
        host C = 10.0.0.1:40000 ttl 64
        host S = 10.0.0.2:2181 ttl 60
        0.000 C > S S <mss 1460,sackOK,TS,wscale 7>
        0.100 S > C S. <mss 1460,sackOK,TS,wscale 7>
        0.1001 C > S .
        0.102 C > S P. 1:101
        0.203 S > C P. 1:1001 ack 101
        0.2031 C > S . 101 ack 1001
        400.2 C > S P. 101:201
        400.201 S > C R 1001 ttl 255
        """, rule: "idle-killed", suspects: [.path], bytesLost: 100),
    Truth(
      name: "synack_noack",
      script: """
        0.000 C > S S <mss 1460,sackOK,TS,wscale 7>
        0.001,1.001,3.001,7.001,15.001,31.001 S > C S. 0 ack 1 <mss 1460,sackOK,TS,wscale 7>
        """, rule: "handshake-unfinished", suspects: [.client, .path], severity: .warning),
    Truth(
      name: "oneway",
      script: """
        0.080 S > C S. 0 ack =1001 <mss 1460,sackOK,wscale 7>
        0.162 S > C P. 1:1001 ack =1005
        0.244 S > C F. 1001 ack =1006
        """,
      ofCapture: [
        "note capture-one-sided: of the one connection "
      ]),
    Truth(
      name: "blind_rst",
      script: handshake + """
        0.0815 S > C R =505000000
        """ + "\n" + closed, rule: "reset-forged", suspects: [.path], severity: .warning, confidence: .likely),
    Truth(
      name: "dups",
      script: (handshake + closed).split(separator: "\n").map { $0 + " dup" }.joined(separator: "\n"),
      ofCapture: ["note capture-duplicated: 9 duplicate packets of 18, "]),
    Truth(
      name: "tso0",
      script: handshake + """
        0.082 C > S P. 1:5
        0.162 S > C P. 1:60001 ack 5 len0
        0.163 C > S . 5 ack 60001
        0.164 C > S F. 5 ack 60001
        0.244 S > C F. 60001 ack 6
        0.245 C > S . 6 ack 60002
        """),
    Truth(
      name: "ka1",
      script: handshake + """
        0.082 C > S P. 1:5
        0.162 S > C . 1 ack 5
        10.0 C > S . 4:5
        10.08 S > C . 1 ack 5
        20.0 C > S . 4:5
        20.08 S > C . 1 ack 5
        30.0 C > S . 4:5
        30.08 S > C . 1 ack 5
        31.0 C > S F. 5 ack 1
        31.08 S > C F. 1 ack 6
        31.081 C > S . 6 ack 2
        """),
    // The client half-closed before the capture began: its FIN is in no file, and it is not to blame.
    Truth(
      name: "fin_before_capture",
      script: """
        0.000 S > C . 1 ack 1
        0.300 S > C P. 1:346 ack 1
        0.301 S > C F. 346 ack 1
        0.304 C > S . 1 ack 346
        0.305 C > S . 1 ack 347
        60 tick
        """),
    // The reset answers the first of two segments; the second was on its way when it came.
    Truth(
      name: "idle_rst_after_two_segments",
      script: """
        host C = 10.0.0.1:40000 ttl 64
        host S = 10.0.0.2:2181 ttl 60
        0.000 C > S S <mss 1220,sackOK,TS,wscale 7>
        0.100 S > C S. <mss 1220,sackOK,TS,wscale 7>
        0.1001 C > S .
        0.102 C > S P. 1:101
        0.203 S > C P. 1:1001 ack 101
        0.2031 C > S . 101 ack 1001
        400.2 C > S . 101:1321
        400.20001 C > S P. 1321:1366
        400.250 S > C R 1001 ttl 128
        400.25001 S > C R 1001 ttl 128
        """, rule: "idle-killed", suspects: [.path], bytesLost: 1265, confidence: .possible),
  ]

  @Test(arguments: traces) func isJudgedAsItsTruth(_ truth: Truth) throws {
    let audited = try records(of: truth.script)
    #expect(audited.facts.count == 1, "one connection")
    #expect(audited.serious.map(\.rule) == (truth.rule.map { [$0] } ?? []))
    #expect(audited.findings.filter { $0.severity == .note }.map(\.rule) == [])
    #expect(audited.ofCapture.count == truth.ofCapture.count)
    for (finding, beginning) in zip(audited.ofCapture, truth.ofCapture) {
      #expect("\(finding.severity.name) \(finding.rule): \(finding.summary)".hasPrefix(beginning))
    }
    guard truth.rule != nil, let finding = audited.serious.first else { return }
    #expect(finding.severity == truth.severity)
    #expect(finding.confidence == truth.confidence)
    #expect(finding.suspects == truth.suspects)
    #expect((finding.bytesLost ?? 0) == (truth.bytesLost ?? 0))
    #expect(finding.bytesLostExact == truth.isExact)
    #expect(!finding.evidence.isEmpty)
  }

  @Test func aResetOutOfTheWindowLeavesTheRecordAlone() throws {
    let blind = try #require(Self.traces.first { $0.name == "blind_rst" })
    let facts = try #require(try records(of: blind.script).facts.first)
    #expect(facts.state == .closed)
    #expect(facts.server.payloadBytes == 1000)
    #expect(facts.server.retransmittedPackets == 0)
    #expect(facts.server.outOfOrderPackets == 0)
  }

  @Test func copiesAreCountedAndNothingElse() throws {
    let dups = try #require(Self.traces.first { $0.name == "dups" })
    let once = try #require(try records(of: handshake + Self.closed).facts.first)
    let twice = try #require(try records(of: dups.script).facts.first)
    for side in Side.allCases {
      #expect(twice[side].packets == once[side].packets)
      #expect(twice[side].duplicatePackets == once[side].packets)
      #expect(twice[side].retransmittedPackets == 0)
    }
  }

  @Test func bytesOfAFrameWithoutAnIPLengthAndOfKeepalivesAreCountedRight() throws {
    let offload = try #require(Self.traces.first { $0.name == "tso0" })
    #expect(try records(of: offload.script).facts.first?.server.payloadBytes == 60_000)
    let keepalives = try #require(Self.traces.first { $0.name == "ka1" })
    let facts = try #require(try records(of: keepalives.script).facts.first)
    #expect(facts.client.payloadBytes == 4)
    #expect(facts.client.keepalivePackets == 3)
    #expect(facts.client.retransmittedPackets == 0)
  }

  /// Recorded at the server: it read 4 of 5 bytes, wrote 60,000 and closed. 14 segments were on the wire, the ACK of two had
  /// been seen; 39,728 bytes never left the send queue; each ACK that still came was answered by a RST of its own.
  static let fourLetterWord = """
    host C = 10.1.0.2:50124 ttl 63
    host S = 10.2.0.2:2181 ttl 64
    0.0000 C > S S <mss 1460,sackOK,TS,wscale 7>
    0.00001 S > C S. <mss 1460,sackOK,TS,wscale 7>
    0.0010 C > S .
    0.0011 C > S P. 1:6
    0.00111 S > C . 1 ack 6
    0.0012 C > S F. 6
    0.0020 S > C . 1:14481/1448 ack 7
    0.0080 C > S . 7 ack 1449
    0.0081 S > C . 14481:17377/1448 ack 7
    0.0140 C > S . 7 ack 2897
    0.0141 S > C . 17377:20273/1448 ack 7
    0.0142 S > C R. 20273 ack 7

    """
    + (0..<12).map { number in
      let ack = 4345 + 1448 * number
      let time = "0.0\(200 + 6 * number)"
      return "\(time) C > S . 7 ack \(ack)\n+10us S > C R =\(5_000_000 + ack)\n"
    }.joined()

  @Test func aFourLetterWordIsCutByUnreadInput() throws {
    let audited = try records(of: Self.fourLetterWord)
    #expect(audited.facts.count == 1)
    #expect(audited.facts.first?.server.resets?.count == 13)
    #expect(audited.facts.first?.server.resets?.echoCount == 12)
    let serious = audited.serious
    #expect(serious.map(\.rule) == ["half-close-truncated"])
    let finding = try #require(serious.first)
    #expect(finding.severity == .error)
    #expect(finding.suspects == [.server])
    #expect(finding.bytesLost == 0)
    #expect(!finding.bytesLostExact)
    #expect(finding.facts.contains(NamedFact("sender_queue_destroyed", .bool(true))))
    #expect(finding.facts.contains(NamedFact("lost_unacked", .integer(0))))
    #expect(finding.facts.contains(NamedFact("in_flight_at_death", .integer(17_376))))
  }

  /// Those in which nothing is repeated: wherever their file ends, nobody has been silent for long.
  static let prompt = traces.filter {
    ["clean", "flw_rst", "flw_srst", "closewait", "oneway", "blind_rst", "tso0", "ka1"].contains($0.name)
  }

  /// docs/field.md §6: no finding of silence on any trace that is cut short.
  @Test(arguments: prompt) func silenceIsNotClaimedWhereTheFileEnds(_ truth: Truth) throws {
    let silence: Set = [
      "syn-unanswered", "never-heard", "peer-vanished", "keepalive-unanswered", "acks-lost", "fin-unacked",
      "fin-unanswered", "stalled-reader", "big-packets-lost", "idle-killed", "handshake-unfinished",
    ]
    let lines = truth.script.split(separator: "\n").filter { !$0.hasSuffix("tick") }
    for count in 1...lines.count {
      let cut = lines.prefix(count).joined(separator: "\n")
      let claims = try records(of: cut).serious
      #expect(claims.map(\.rule).filter(silence.contains) == [], "after \(count) lines")
    }
  }
}
