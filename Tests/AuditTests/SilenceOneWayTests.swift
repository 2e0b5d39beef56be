import Audit
import Flow
import PacketScript
import Testing
import Wire

@Suite("Silence: one direction, a reader that does not read, a size that does not pass")
struct SilenceOneWayTests {
  static let alive = SilencePeerTests.alive

  /// The server repeats what was acknowledged at once, each time.
  static let deaf =
    atClient + """
      1.00 C > S P. 1:101
      1.08 S > C P. 1:501
      1.081 C > S .
      1.4,2.0,3.2,5.6,10.4 S > C P. 1:501
      1.401,2.001,3.201,5.601,10.401 C > S .

      """

  static let acksLost = [
    Verdict(
      "the server repeats what was acknowledged", "acks-lost", [.path], .certain,
      of: deaf),
    Verdict(
      "and gives up by a RST", "acks-lost", [.path], .certain,
      of: deaf + "20 S > C R. 501"),
    Verdict(
      "and gives up its request by a RST, as seen at the server", "acks-lost", [.path], .certain,
      of: atServer + """
        1.00 C > S P. 1:101
        1.0001 S > C P. 1:501 ack 101
        1.3,1.9,3.1,5.5,10.3 C > S P. 1:101 ack 1
        1.301,1.901,3.101,5.501,10.301 S > C . 501 ack 101
        1.4,2.0,3.2,5.6,10.4 S > C P. 1:501 ack 101
        15 C > S R. 101 ack 1
        """),
    Verdict(
      "even at its own host", "acks-lost", [.path, .server], .likely,
      of: atServer + """
        1.00 C > S P. 1:101
        1.0001 S > C P. 1:501
        1.08 C > S .
        1.4,2.0,3.2,5.6 S > C P. 1:501
        end 7
        """),
    Verdict(
      "a single byte, which may look like a keepalive", "acks-lost", [.path], .certain,
      of: atClient + """
        1.00 C > S P. 1:101
        1.08 S > C P. 1:2
        1.081 C > S .
        1.4,2.0,3.2,5.6,10.4 S > C P. 1:2
        1.401,2.001,3.201,5.601,10.401 C > S .
        """),
    Verdict(
      "and from the first second on", "acks-lost", [.path], .certain,
      of: atClient + """
        1.00 C > S P. 1:101
        1.08 S > C P. 1:2
        1.081 C > S .
        2.08,4.08,8.08,16.08,32.08 S > C P. 1:2
        2.081,4.081,8.081,16.081,32.081 C > S .
        """),
    Verdict(
      "the same, but it echoes each ACK's timestamp", nothingIn: keepalives([2.08, 4.08, 8.08, 16.08, 32.08])),
    Verdict(
      "several bytes, and it heard one ACK half-way", "acks-lost", [.path], .likely,
      of: atClient + """
        1.00 C > S P. 1:101
        1.08 S > C P. 1:501
        1.081 C > S .
        1.4,2.0 S > C P. 1:501 <TS val 9000 ecr 1000>
        3.2,5.6,10.4,20 S > C P. 1:501 <TS val 9000 ecr 1001>
        1.401,2.001,3.201,5.601,10.401,20.001 C > S .
        """),
    Verdict(
      "keepalives with a byte of garbage, behind a message of one", nothingIn: keepalives([2, 3, 4, 5, 6, 7, 8, 9, 10])),
    Verdict(
      "the same, and its timeout had been too short once", nothingIn: keepalives([1.3, 11, 21, 31, 41, 51, 61])),
    Verdict(
      "the same, whose interval is longer than the idle time", nothingIn: keepalives([3, 7, 11, 15, 19, 23])),
    Verdict(
      "idle for longer each time", nothingIn: keepalives([11, 31, 71, 151, 311])),
    Verdict(
      "a single byte that was heard in the end, and its keepalives",
      nothingIn: keepalives([1.4, 2.0, 3.2, 5.6, 15.6, 25.6, 35.6])),
    Verdict(
      "keepalives a second apart where an answer gets lost, seen at who answers",
      nothingIn: lostAnswers([11, 12, 22, 32, 33, 43, 53, 54, 55, 65, 75, 76, 77, 87, 97, 98])),
    Verdict(
      "the same, over a path that does not take equally long",
      nothingIn: lostAnswers([11, 11.96, 22, 32, 32.93, 43, 53, 53.97, 55, 65, 75, 76, 76.91, 87, 97, 97.95])),
    Verdict(
      "behind a message of one byte",
      nothingIn: lostAnswers([11, 12, 22, 32, 33, 43, 53, 54, 55, 65, 75, 76, 77, 87, 97, 98], message: 1)),
    Verdict(
      "who keeps alive has heard the ACK",
      nothingIn: atClient + alive + "1.4,2.0,3.2,5.6 S > C P. 1:501\n35.6,65.6 S > C . 500\n65.601 C > S .\nend 90"),
    Verdict(
      "spurious twice",
      nothingIn: atClient + alive + "1.4,2.0 S > C P. 1:501\nend 60"),
    Verdict("four times, but fast", nothingIn: atClient + alive + "1.4,2.0,2.6,3.2 S > C P. 1:501\nend 60"),
    Verdict(
      "heard in the end",
      nothingIn: atClient + alive + "1.4,2.0,3.2,5.6 S > C P. 1:501\n5.9 S > C P. 501:601\n5.9 C > S ."),
    Verdict(
      "a lost last ACK",
      nothingIn: atClient + alive + """
        2 C > S F.
        2.08 S > C F. ack 102
        2.081 C > S .
        2.4,3.0,4.2,6.6,11.4 S > C F. 501
        2.401,3.001,4.201,6.601,11.401 C > S .
        """),
  ]

  /// A message of one byte, and that byte again at these times, acknowledged each time.
  static func keepalives(_ times: [Double]) -> String {
    atClient + "1 C > S P. 1:101\n1.08 S > C P. 1:2\n1.081 C > S .\n"
      + times.map { "\($0) S > C . 1:2\n+1ms C > S .\n" }.joined() + "end 900"
  }

  /// At the server: probes with a byte in them at these times, each answered at once.
  static func lostAnswers(_ times: [Double], message: Int = 100) -> String {
    atServer + "1 C > S P. 1:\(message + 1)\n1.0001 S > C P. 1:501\n1.08 C > S .\n"
      + times.map { "\($0) C > S . \(message):\(message + 1)\n+100us S > C .\n" }.joined() + "end 900"
  }

  /// A last FIN that is repeated, though acknowledged, harms nobody; nor does the RST that ends that.
  @Test func whatIsOverIsNotLost() throws {
    let findings = try audit(
      onLAN + """
        1.0 C > S F. 1
        1.001 S > C F. 1 ack 2
        1.002 C > S . 2 ack 2
        1.3,1.9,3.1,5.5,10.3 S > C F. 1 ack 2
        1.301,1.901,3.101,5.501,10.301 C > S . 2 ack 2
        20 S > C R. 2 ack 2
        """)
    #expect(findings.allSatisfy { $0.severity == .note }, "\(findings.map(\.summary))")
  }

  /// Who hears nothing repeats: that it did not for a minute shows that it had heard, whatever it ends by.
  @Test(arguments: [(20, true), (80, false)]) func whoFallsSilentHasHeard(_ end: Int, _ isDeaf: Bool) throws {
    let findings = try audit(
      Self.deaf + "\(end) S > C R. 501")
    #expect(findings.contains { $0.rule == "acks-lost" } == isDeaf, "\(findings.map(\.summary))")
  }

  @Test(arguments: acksLost) func repeatedThoughAcknowledged(_ verdict: Verdict) throws { try verdict.check() }

  static let stalls = [
    Verdict(
      "probes answered for 12 s", "stalled-reader", [.server], .certain,
      of: atClient + alive + stall([1.3, 1.7, 2.5, 4.1, 7.3, 13.7])),
    Verdict(
      "probes answered, 5 s", "stalled-reader", [.server], .likely,
      of: atClient + alive + stall([1.3, 1.7, 2.5]) + "end 6.2"),
    Verdict("not 5 s yet", nothingIn: atClient + alive + stall([1.3, 1.7, 2.5, 4.1]) + "end 6.0"),
    Verdict(
      "reopened",
      nothingIn: atClient + alive + stall([1.3, 1.7, 2.5, 4.1, 7.3])
        + "8 S > C . 501 ack 101 win 500\n8.01 C > S P. 101:201\n8.1 S > C ."),
    Verdict(
      "the word that it opened again is not in the capture",
      nothingIn: atClient + alive + stall([1.3, 1.7, 2.5, 4.1, 7.3, 13.7]) + "13.8,13.9 C > S . 101:2101/1000\nend 60"),
    Verdict(
      "what was under way when the window shrank", "stalled-reader", [.server], .certain,
      of: atClient + alive + "1.1 S > C . 501 ack 101 win 0\n1.12 C > S . 101:2101/1000\n"
        + stall([1.3, 1.7, 2.5, 4.1, 7.3, 13.7]).replacing("1.1 S > C . 501 ack 101 win 0\n", with: "")),
    Verdict(
      "a single byte is a probe", "stalled-reader", [.server], .certain,
      of: atClient + alive + stall([1.3, 1.7, 2.5, 4.1, 7.3, 13.7])
        + "14 C > S . 101:102\n14.01 S > C . 501 ack 101 win 0\nend 60"),
    Verdict(
      "said once, and nobody asks", nothingIn: atClient + alive + "1.1 S > C . 501 ack 101 win 0\nend 600"),
  ]

  /// A zero window, and probes at these times with their answers 10 ms later.
  static func stall(_ times: [Double]) -> String {
    "1.1 S > C . 501 ack 101 win 0\n" + windowProbes(times, from: "C", at: 101, to: "S", at: 501, after: "10ms")
  }

  @Test(arguments: stalls) func zeroWindow(_ verdict: Verdict) throws { try verdict.check() }

  static let sizes = [
    Verdict(
      "the small rest is SACKed", "big-packets-lost", [.path], .certain,
      of: atServer + """
        1 C > S P. 1:101
        1.0001 S > C . 1:1449 ack 101
        1.0002 S > C P. 1449:1501 ack 101
        1.08 C > S . 101 ack 1 <sack 1449-1501>
        1.3,1.9,3.1,5.5,10.3 S > C . 1:1449 ack 101
        """),
    Verdict(
      "the client has given up and says so", "big-packets-lost", [.path], .certain,
      of: atServer + """
        1 C > S P. 1:101
        1.0001 S > C P. 1:51 ack 101
        1.08 C > S .
        1.09,1.39,1.99,3.19,5.59,10.39 S > C . 51:1499 ack 101
        11 C > S F. 101 ack 51
        11.0001 S > C . 1499 ack 102
        """),
    Verdict(
      "a router says what is too big", "big-packets-lost", [.path], .certain,
      of: atServer + """
        1 C > S P. 1:101
        1.0001 S > C . 1:1449 ack 101
        1.01 R > S icmp toobig 1400 for S > C
        1.3,1.9,4.3 S > C . 1:1449 ack 101
        end 7
        """),
    Verdict(
      "silent from the first large ones on", "big-packets-lost", [.path, .client], .likely,
      of: atServer + """
        1 C > S P. 1:101
        1.0001 S > C P. 1:51 ack 101
        1.08 C > S .
        1.09 S > C . 51:2947/1448 ack 101
        1.39,1.99,3.19,5.59,10.39 S > C . 51:1499 ack 101
        """),
    Verdict(
      "silent to a small one too: gone", "peer-vanished", [.path, .client], .certain,
      of: atServer + """
        1 C > S P. 1:101
        1.0001 S > C P. 1:51 ack 101
        1.08 C > S .
        1.09 S > C . 51:3000/1448 ack 101
        1.39,1.99,3.19,5.59,10.39 S > C . 51:1499 ack 101
        """),
    Verdict(
      "silent after a while: it may as well be gone", "peer-vanished", [.path, .client], .certain,
      of: atServer + """
        1 C > S P. 1:101
        1.0001 S > C P. 1:51 ack 101
        1.08 C > S .
        3.09,3.39,3.99,5.19,7.59,12.39 S > C . 51:1499 ack 101
        """),
    Verdict(
      "the client repeats what was acknowledged: small ones do not arrive either", "acks-lost", [.path], .certain,
      of: atServer + """
        1 C > S P. 1:801
        1.0001 S > C P. 1:51 ack 801
        1.08 C > S .
        1.09 S > C . 51:1499 ack 801
        1.3 C > S P. 1:801 ack 51 <TS val 9000 ecr 1000>
        1.39 S > C . 51:1499 ack 801
        1.7 C > S P. 1:801 ack 51 <TS val 9000 ecr 1000>
        1.99 S > C . 51:1499 ack 801
        2.5 C > S P. 1:801 ack 51 <TS val 9000 ecr 1000>
        3.19 S > C . 51:1499 ack 801
        4.1 C > S P. 1:801 ack 51 <TS val 9000 ecr 1000>
        5.59 S > C . 51:1499 ack 801
        7.3 C > S P. 1:801 ack 51 <TS val 9000 ecr 1000>
        10.39 S > C . 51:1499 ack 801
        """),
    Verdict(
      "once it had, too early", "big-packets-lost", [.path], .certain,
      of: atServer + """
        1 C > S P. 1:801
        1.0001 S > C P. 1:51 ack 801
        1.08 C > S .
        1.09,1.39,1.99,3.19,5.59,10.39 S > C . 51:1499 ack 801
        10.5 C > S P. 1:801 ack 51
        """),
    Verdict(
      "twice it had, before", "big-packets-lost", [.path], .certain,
      of: atServer + """
        1 C > S P. 1:801
        1.0001 S > C . 1 ack 801
        1.3,1.9 C > S P. 1:801
        1.9001 S > C P. 1:51 ack 801
        1.98 C > S . 801 ack 51
        1.99,2.29,2.89,4.09,6.49,11.29 S > C . 51:1499 ack 801
        12 C > S F. 801 ack 51
        12.0001 S > C . 1499 ack 802
        """),
    Verdict(
      "the client was heard after the first of them, and fell silent", "peer-vanished", [.path, .client], .certain,
      of: atServer + """
        1 C > S P. 1:101
        1.0001 S > C P. 1:51 ack 101
        1.08 C > S .
        1.09,1.39 S > C . 51:1499 ack 101
        1.4 C > S P. 101:201 ack 51
        1.99,3.19,5.59,10.39,19.99,39.19 S > C . 51:1499 ack 201
        """),
    Verdict(
      "duplicate ACKs, where they cannot say for what", "peer-vanished", [.path, .client], .certain,
      of: atServer.replacing("sackOK,", with: "") + """
        1 C > S P. 1:101
        1.0001 S > C P. 1:51 ack 101
        1.08 C > S .
        1.09 S > C . 51:7291/1448 ack 101
        1.17,1.171,1.172 C > S . 101 ack 51
        1.173 S > C . 51:1499 ack 101
        1.174 C > S . 101 ack 51
        1.4,2.0,3.2,5.6,10.4,20.0 S > C . 51:1499 ack 101
        """),
    Verdict(
      "the same, and it is not silent for long yet",
      nothingIn: atServer.replacing("sackOK,", with: "") + """
        1 C > S P. 1:101
        1.0001 S > C P. 1:51 ack 101
        1.08 C > S .
        1.09 S > C . 51:7291/1448 ack 101
        1.17,1.171,1.172 C > S . 101 ack 51
        1.173 S > C . 51:1499 ack 101
        1.174 C > S . 101 ack 51
        1.6,2.6,4.6 S > C . 51:1499 ack 101
        end 7
        """),
    Verdict(
      "just large enough", "big-packets-lost", [.path], .certain,
      of: atServer + large(500)),
    Verdict(
      "not large", nothingIn: atServer + large(499)),
    Verdict(
      "a large one had arrived before",
      nothingIn: atServer + """
        1 C > S P. 1:101
        1.0001 S > C . 1:1449 ack 101
        1.08 C > S .
        1.09,1.39,1.99,3.19,5.59,10.39 S > C . 1449:2897 ack 101
        11 C > S . 101 ack 1449
        """),
  ]

  /// A segment of this size that never arrives at a client that lives.
  static func large(_ size: Int) -> String {
    """
    1 C > S P. 1:101
    1.0001 S > C P. 1:51 ack 101
    1.08 C > S .
    1.09,1.39,1.99,3.19,5.59,10.39 S > C . 51:\(51 + size) ack 101
    11 C > S P. 101:111 ack 51
    11.0001 S > C . \(51 + size) ack 111
    """
  }

  @Test(arguments: sizes) func largeSegments(_ verdict: Verdict) throws { try verdict.check() }
}
