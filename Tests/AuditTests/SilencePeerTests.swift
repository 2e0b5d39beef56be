import Audit
import Flow
import PacketScript
import Testing
import Wire

@Suite("Silence: a peer that is gone")
struct SilencePeerTests {
  /// A request and its answer, over 80 ms.
  static let alive = """
    1.00 C > S P. 1:101
    1.08 S > C P. 1:501
    1.081 C > S .

    """

  /// The error that came back is the proof of the silence: it names who says so.
  @Test(arguments: ["2.1", "0.5"]) func aRoutersWordIsEvidence(at time: String) throws {
    let script = """
      0.4 C > S P. 1:101
      \(time == "0.5" ? "0.5 R > C icmp unreachable host for C > S" : "")
      1.00 C > S P. 101:201
      1.08 S > C P. 1:501
      1.081 C > S .
      2.0,2.3,2.9,4.1,6.5,11.3 C > S P. 201:301
      \(time == "0.5" ? "" : "2.1,2.4,3.0 R > C icmp unreachable host for C > S")
      """
    let finding = try auditOne(atClient + script)
    #expect(finding.rule == "peer-vanished" && finding.suspects == [.path, .server])
    // One that the peer has outlived tells nothing.
    let isProof = time == "2.1"
    #expect(finding.summary.contains("ICMP from 10.0.0.254: host unreachable") == isProof, "\(finding.summary)")
    #expect(finding.evidence.contains { $0.side == nil } == isProof)
    #expect(zip(finding.evidence, finding.evidence.dropFirst()).allSatisfy { $0.moment.precedes($1.moment) })
    #expect(finding.fact("reporter") == (isProof ? .text("10.0.0.254") : nil))
    #expect(finding.fact("errors") == (isProof ? .integer(3) : nil))
    #expect(finding.mend.contains("10.0.0.254 finds no such host") == isProof)
  }

  static let vanished = [
    Verdict(
      "at the client", "peer-vanished", [.path, .server], .likely,
      of: atClient + alive + """
        2.0,2.3,2.9,5.0 C > S P. 101:201
        end 7
        """),
    Verdict(
      "at the client, longer", "peer-vanished", [.path, .server], .certain,
      of: atClient + alive + "2.0,2.3,2.9,4.1,6.5,11.3 C > S P. 101:201"),
    Verdict(
      "a tail loss probe comes early", "peer-vanished", [.path, .server], .certain,
      of: atClient + alive + "2.0,2.17,2.47,3.07,4.27,6.67,11.47 C > S P. 101:201"),
    Verdict(
      "the server repeats, and the capture stands beside it", "peer-vanished", [.path, .client], .certain,
      of: atServer + """
        1.00 C > S P. 1:101
        1.0001 S > C . ack 101
        1.01,1.3,1.9,3.1,5.5,10.3 S > C P. 1:501
        """),
    Verdict(
      "the packets arrive at the silent side", "peer-vanished", [.server, .path], .certain,
      of: atServer + """
        1.00 C > S P. 1:101
        1.0001 S > C P. 1:501
        1.08 C > S .
        2.0,2.3,2.9,4.1,6.5,11.3 C > S P. 101:201
        """),
    Verdict(
      "half-way", "peer-vanished", [.path, .server], .certain,
      of: between + """
        1.00 C > S P. 1:101
        1.04 S > C P. 1:501
        1.08 C > S .
        2.0,2.3,2.9,4.1,6.5,11.3 C > S P. 101:201
        """),
    Verdict(
      "probes of a closed window", "peer-vanished", [.path, .server], .certain,
      of: atClient + """
        1.00 C > S P. 1:101
        1.08 S > C . ack 101 win 0
        1.3,1.7,2.5,4.1,7.3,13.7 C > S . 100
        """),
    Verdict("three transmissions", nothingIn: atClient + alive + "2.0,2.3,2.9 C > S P. 101:201\nend 60"),
    Verdict(
      "four within less than three seconds", nothingIn: atClient + alive + "2.0,2.3,2.9,4.9 C > S P. 101:201\nend 60"),
    Verdict("the recording ends too soon", nothingIn: atClient + alive + "2.0,2.3,2.9,5.0 C > S P. 101:201\nend 6.9"),
    Verdict(
      "an outage that healed",
      nothingIn: atClient + alive + "2.0,2.3,2.9,4.1,6.5 C > S P. 101:201\n6.58 S > C . ack 201"),
    Verdict(
      "the ACK number rises: the peer lives, and the capture does not see it",
      nothingIn: atClient + alive + """
        2.0,2.3 C > S P. 101:201 ack 501
        2.31 S > C P. 501:601 lost
        2.9,4.1,6.5,11.3 C > S P. 101:201 ack 601
        """),
    Verdict(
      "repetitions after a complete close",
      nothingIn: atClient + """
        1 C > S F.
        1.08 S > C F. ack 2
        1.081 C > S .
        1.3,1.9,3.1,5.5,10.3 S > C F. 1
        end 60
        """),
  ]

  @Test(arguments: vanished) func dataUnanswered(_ verdict: Verdict) throws { try verdict.check() }

  @Test func theBytesThatWereLost() throws {
    let finding = try auditOne(
      Self.handshakeAnd("2.0 C > S P. 101:3001/1000\n2.3,2.9,4.1,6.5,11.3 C > S P. 101:1101"))
    #expect(finding.bytesLost == 2900)
    #expect(!finding.bytesLostExact)
    #expect(finding.fact("transmissions") == .integer(6))
    #expect(finding.fact("span") == .duration(9_300_000_000))
    #expect(finding.fact("lost_unacked") == .integer(2900))
    #expect(finding.fact("fin_unacked") == .bool(false))
    #expect(finding.evidence.map(\.moment.packet.number) == [5, 7, 14])
  }

  @Test func selectivelyAcknowledgedIsNotLost() throws {
    let finding = try auditOne(
      Self.handshakeAnd(
        """
        2.0 C > S P. 101:3001/1000
        2.08 S > C . ack 101 <sack 1101-2101>
        2.3,2.9,4.1,6.5,11.3 C > S P. 101:1101
        """))
    #expect(finding.rule == "peer-vanished")
    #expect(finding.bytesLost == 1900)
  }

  private static func handshakeAnd(_ rest: String) -> String { atClient + alive + rest }

  static let neverHeard = [
    // field.md §0, trace 7.
    Verdict(
      "trace 7: midstream", "never-heard", [.path, .client], .likely,
      of: "0,0.3,0.9,2.1,4.5,9.3,18.9,38.1,76.5 S > C P. 1:101 ttl 57"),
    Verdict(
      "and new data while it repeats itself: something let them out",
      nothingIn: "0,0.3,0.9,2.1 S > C P. 1:101\n2.2 S > C P. 101:201\n4.5,9.3,18.9,38.1,76.5 S > C P. 1:101"),
    Verdict(
      "but a FIN needs no window", "never-heard", [.path, .client], .likely,
      of: "0,0.3,0.9,2.1 S > C P. 1:101\n2.2 S > C F. 101\n4.5,9.3,18.9,38.1,76.5 S > C P. 1:101"),
    Verdict(
      "nothing after the handshake", "never-heard", [.path, .server], .certain,
      of: atClient + "0.1,0.4,1.0,2.2,4.6,9.4 C > S P. 1:101"),
    Verdict(
      "nothing after the handshake, whose SYN-ACK was recorded last", "never-heard", [.path, .server],
      of: """
        0 C > S S
        0.00010 C > S . 1 ack 1
        0.00015 S > C S. 0 ack 1
        0.1,0.4,1.0,2.2,4.6,9.4 C > S P. 1:101
        """),
    Verdict(
      "nothing after the client's ACK", "never-heard", [.path, .client], .certain,
      of: atServer + "0.1,0.4,1.0,2.2,4.6,9.4 S > C P. 1:101"),
    Verdict(
      "of one direction, and its ACK numbers rise",
      nothingIn: """
        0 S > C P. 1:101 ack 1
        0.3 S > C P. 1:101 ack 1
        0.9 S > C P. 1:101 ack 50
        2.1 S > C P. 1:101 ack 50
        4.5,9.3,18.9 S > C P. 1:101 ack 50
        """),
    // field.md §0, trace 11.
    Verdict(
      "trace 11: of one direction, a whole transfer",
      nothingIn: """
        0.08 S > C S. ack 1
        0.16 S > C . ack 5
        0.17 S > C P. 1:10001/1000 ack 5
        0.4 S > C F. 10001 ack 5
        0.5 S > C . 10002 ack 6
        end 60
        """),
  ]

  @Test(arguments: neverHeard) func nothingEverHeard(_ verdict: Verdict) throws { try verdict.check() }

  static let keepalives = [
    // field.md §0, trace 6: or the answers to the client's.
    Verdict("trace 6: midstream", nothingIn: "0,75,150,225,300,375,450,525,600 S > C . 1 ack 1 ttl 57"),
    Verdict(
      "three probes", "keepalive-unanswered", [.path, .server], .likely,
      of: atClient + alive + "31,41,51 C > S . 100"),
    Verdict(
      "five probes", "keepalive-unanswered", [.path, .server], .certain,
      of: atClient + alive + "31,41,51,61,71 C > S . 100"),
    Verdict(
      "three probes, and the kernel gives up", "keepalive-unanswered", [.path, .server], .certain,
      of: atClient + alive + "31,41,51 C > S . 100\n61 C > S R. 101"),
    Verdict(
      "old ACKs that come late: no kernel asks so often",
      nothingIn: atClient + alive + "31,31.00004,31.0001 C > S . 100\nend 600"),
    Verdict(
      "a second apart", "keepalive-unanswered", [.path, .server], .likely,
      of: atClient + alive + "31,32,33 C > S . 100\nend 600"),
    Verdict("two probes", nothingIn: atClient + alive + "31,41 C > S . 100\nend 600"),
    Verdict("answered", nothingIn: atClient + alive + "31,41,51 C > S . 100\n51.08 S > C .\nend 600"),
    Verdict(
      "answered but for the last two", nothingIn: atClient + alive + "31 C > S . 100\n31.08 S > C .\n61,71 C > S . 100"),
    Verdict("the recording ends too soon", nothingIn: atClient + alive + "31,32,33 C > S . 100\nend 35.9"),
    Verdict(
      "a garbage byte in each (trace 15's kind)", "keepalive-unanswered", [.path, .server], .likely,
      of: atClient + alive + "31,41,51 C > S . 100:101"),
    Verdict(
      "answered where the capture does not see it: the echoed timestamps rise",
      nothingIn: (0..<9).map { "\($0 * 75) S > C . 1 ack 1 <TS val \(1000 + $0) ecr \(500 + $0)>" }.joined(
        separator: "\n")),
  ]

  @Test(arguments: keepalives) func keepalive(_ verdict: Verdict) throws { try verdict.check() }

  private static let client = "0 C > S S <mss 1460,sackOK>\n0.080 C > S . 1 ack 1\n"
  private static let server = "0.080 S > C S. 0 ack 1 <mss 1460,sackOK>\n"

  /// Of one side, and what lies below is not repeated.
  static let behindUnseenACKs = [
    Verdict(
      "Windows probes a closed window",
      nothingIn: client + "0.1 C > S . 1:2921/1460 ack 1\n0.6,1.1,2.1,4.1,8.1,16.1 C > S . 2921:2922 ack 1\nend 60"),
    Verdict(
      "and the server does",
      nothingIn: server + "0.1 S > C . 1:2921/1460 ack 1\n0.6,1.1,2.1,4.1,8.1,16.1 S > C . 2921:2922 ack 1\nend 60"),
    Verdict("met midstream", nothingIn: "0.6,1.1,2.1,4.1,8.1,16.1 C > S . 2921:2922 ack 1 <noTS>\nend 60"),
    Verdict(
      "a byte midstream, and nothing new is echoed", "never-heard", [.path, .server],
      of: "0.6,1.1,2.1,4.1,8.1,16.1 C > S . 2921:2922 ack 1 <TS val 5 ecr 7>\nend 60"),
    Verdict(
      "the first byte: no window is closed yet", "never-heard", [.path, .server],
      of: client + "0.1,0.4,1.0,2.2,4.6,9.4 C > S P. 1:2 ack 1\nend 60"),
    Verdict(
      "the second message", "peer-vanished", [.path, .server], .likely,
      of: client + "0.1 C > S P. 1:101 ack 1\n5.1,5.4,6.0,7.2,9.6,14.4 C > S P. 101:201 ack 1\nend 60"),
    // The capture lacks one ACK of a byte: no window of 64 kB is closed by two.
    Verdict(
      "a byte of a peer that was heard, its window open", "peer-vanished", [.path, .server], .likely,
      of: """
        0 C > S S <mss 1460,sackOK>
        0.080 S > C S. <mss 1460,sackOK>
        0.081 C > S . 1 ack 1
        5 C > S P. 1:2 ack 1
        5.08 S > C . 1 ack 2 win 64000
        10 C > S P. 2:3 ack 1
        15,15.3,15.9,17.1,19.5,24.3,34 C > S P. 3:4 ack 1
        end 90
        """),
    Verdict(
      "of a SYN-ACK the window is never scaled",
      nothingIn: """
        0 C > S S <mss 1460,sackOK,wscale 7>
        0.080 S > C S. <mss 1460,sackOK,wscale 7> win 64240
        0.081 C > S . 1 ack 1
        0.1 C > S . 1:64241/1460 ack 1
        15,15.3,15.9,17.1,19.5,24.3,34 C > S . 64241:64242 ack 1
        end 90
        """),
    Verdict(
      "and almost full",
      nothingIn: """
        0 C > S S <mss 1460,sackOK>
        0.080 S > C S. <mss 1460,sackOK>
        0.081 C > S . 1 ack 1
        5 C > S P. 1:2 ack 1
        5.08 S > C . 1 ack 2 win 2000
        10 C > S P. 2:1462 ack 1
        15,15.3,15.9,17.1,19.5,24.3,34 C > S P. 1462:1463 ack 1
        end 90
        """),
    Verdict(
      "and much later it answers something", "peer-vanished", [.path, .server], .possible,
      of: client + """
        0.1 C > S P. 1:101 ack 1
        5.1,5.4,6.0,7.2,9.6,14.4 C > S P. 101:201 ack 1
        200 C > S R 201
        end 260
        """),
  ]

  @Test(arguments: behindUnseenACKs) func whatLiesBelowWasAcknowledged(_ verdict: Verdict) throws {
    try verdict.check()
  }

  struct OneWay: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// Whether it is told where other connections between the two hosts are in the capture in both directions, and where there are none.
    var told: (whole: Bool, alone: Bool)
    var script: String
  }

  /// Nothing of the client is in the capture.
  static let oneWay = [
    OneWay(
      testDescription: "one ACK again and again: the answers to the client's probes", told: (false, false),
      script: "0,75,150,225,300,375,450,525,600 S > C . 1 ack 1"),
    OneWay(
      testDescription: "the answers to its window probes", told: (false, false),
      script: "0,0.4,1.2,2.8,6,12.4,25.2,50.8,102 S > C . 1 ack 1 win 0"),
    OneWay(
      testDescription: "its own answers, then its own probes", told: (false, false),
      script: "0,20,40,60,80 S > C . 2 ack 1\n85,95,105,115 S > C . 1 ack 1\n120,140,160 S > C . 2 ack 1"),
    OneWay(
      testDescription: "one below what it had reached", told: (true, false),
      script: "0 S > C . 2 ack 1\n75,150,225,300,375 S > C . 1 ack 1"),
    OneWay(
      testDescription: "with a garbage byte", told: (true, false),
      script: "0 S > C . 2 ack 1\n75,150,225,300,375 S > C . 1:2 ack 1"),
    OneWay(
      testDescription: "since the handshake", told: (true, false),
      script: "0 S > C S. 0 ack 1\n0.1 S > C . 1 ack 1\n75,150,225,300,375 S > C . 0 ack 1"),
    OneWay(
      testDescription: "its kernel gives up", told: (true, true),
      script: "0,75,150,225,300,375 S > C . 1 ack 1\n450 S > C R. 2 ack 1\n500 tick"),
    OneWay(
      testDescription: "its application ends it", told: (false, false),
      script: "0,75,150,225,300,375 S > C . 1 ack 1\n400 S > C R. 2 ack 1\n500 tick"),
    OneWay(
      testDescription: "who has answered ends it", told: (false, false),
      script: "0,75,150,225,300,375 S > C . 1 ack 1\n450 S > C R. 1 ack 1\n500 tick"),
    OneWay(
      testDescription: "something of the client provokes a RST", told: (false, false),
      script: "0,75,150,225,300,375 S > C . 1 ack 1\n450 S > C R 2\n500 tick"),
  ]

  @Test(arguments: oneWay, [true, false]) func regularACKsOfOneSideAlone(_ known: OneWay, isWhole: Bool) throws {
    let findings = try audit(known.script, Circumstances(isPairSeenWhole: isWhole))
    let isTold = isWhole ? known.told.whole : known.told.alone
    #expect(findings.filter { $0.severity == .error }.map(\.rule) == (isTold ? ["keepalive-unanswered"] : []))
    // A few probes and an end may be an idle timeout of which the interval is a part.
    let surest = isWhole && known.told.whole && !known.told.alone ? Confidence.likely : .possible
    #expect(findings.allSatisfy { $0.confidence <= surest || $0.rule != "keepalive-unanswered" })
  }
}
