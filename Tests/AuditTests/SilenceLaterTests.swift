import Audit
import Flow
import PacketScript
import Testing
import Wire

@Suite("Silence: a peer that was heard while data were repeated, and an application that goes on")
struct SilenceLaterTests {
  static let alive = SilencePeerTests.alive

  /// Ten segments of which the first is lost, three duplicate ACKs, a fast retransmission, and one ACK more.
  static let fastRecovery = """
    2.000 C > S . 101:10101/1000
    2.080 S > C . 501 ack 101 <sack 1101-2101>
    2.081 S > C . 501 ack 101 <sack 1101-3101>
    2.082 S > C . 501 ack 101 <sack 1101-4101>
    2.083 C > S . 101:1101
    2.088 S > C . 501 ack 101 <sack 1101-5101>

    """

  static let heard = [
    Verdict(
      "the path dies during fast recovery", "peer-vanished", [.path, .server], .certain,
      of: atClient + alive + fastRecovery + "2.4,3.0,4.2,6.6,11.4,21.0 C > S . 101:1101"),
    Verdict(
      "and without SACK", "peer-vanished", [.path, .server], .certain,
      of: atClient + alive + fastRecovery.replacing(#/ <sack.*>/#, with: "")
        + "2.4,3.0,4.2,6.6,11.4,21.0 C > S . 101:1101"),
    Verdict(
      "new data went out for the duplicate ACKs (RFC 3042)", "peer-vanished", [.path, .server], .certain,
      of: atClient + alive + fastRecovery
        + "2.089 C > S . 10101:14101/1000\n2.4,3.0,4.2,6.6,11.4,21.0 C > S . 101:1101"),
    Verdict(
      "the retransmission was under way when the last ACK was recorded: it echoes an older timestamp",
      "peer-vanished", [.path, .server], .certain,
      of: atClient + alive + fastRecovery + "2.0881 C > S . 101:1101 <TS val 8 ecr 4>\n"
        + "2.4,3.0,4.2,6.6,11.4,21.0 C > S . 101:1101 <TS val 9 ecr 5>"),
    Verdict(
      "the client had closed its half", "half-close-truncated", [.path, .client], .certain,
      of: atServer + """
        1.00 C > S F. 1
        1.0001 S > C . 1:10001/1000 ack 2
        1.08 C > S . 2 ack 1 <sack 1001-2001>
        1.081 C > S . 2 ack 1 <sack 1001-3001>
        1.082 C > S . 2 ack 1 <sack 1001-4001>
        1.083 S > C . 1:1001
        1.09 C > S . 2 ack 1 <sack 1001-5001>
        1.4,2.0,3.2,5.6,10.4,20.0 S > C . 1:1001
        """),
    Verdict(
      "what it sent is acknowledged", "peer-vanished", [.path, .server], .certain,
      of: atClient + alive + """
        2.0,2.3 C > S P. 101:201
        2.31 S > C P. 501:601 ack 101
        2.32 C > S . 201 ack 601
        2.9,4.1,6.5,11.3,20.9,40.1 C > S P. 101:201 ack 601
        """),
    Verdict(
      "a FIN", "fin-unacked", [.path, .server],
      of: atClient + alive + """
        2.0,2.3 C > S F. 101
        2.31 S > C P. 501:601 ack 101
        2.32 C > S . 102 ack 601
        2.9,4.1,6.5,11.3,20.9,40.1 C > S F. 101 ack 601
        """),
    Verdict(
      "three transmissions since it was heard",
      nothingIn: atClient + alive + fastRecovery + "2.4,3.0,4.2 C > S . 101:1101\nend 60"),
    Verdict(
      "four within less than three seconds",
      nothingIn: atClient + alive + fastRecovery + "2.4,3.0,4.2,5.2 C > S . 101:1101\nend 60"),
    Verdict(
      "the recording ends too soon",
      nothingIn: atClient + alive + fastRecovery + "2.4,3.0,4.2,6.6 C > S . 101:1101\nend 7.3"),
    Verdict(
      "it recovers",
      nothingIn: atClient + alive + fastRecovery + "2.4,3.0,4.2,6.6,11.4 C > S . 101:1101\n11.48 S > C . 501 ack 10101"),
    Verdict(
      "it was heard for longer than it has been silent: it may be heard again",
      nothingIn: atClient + alive + """
        2.0,2.3,2.9,4.1,6.5,11.3 C > S P. 101:201
        16 S > C P. 501:601 ack 101
        16.001 C > S . 201 ack 601
        20.9,22,24,28 C > S P. 101:201 ack 601
        """),
    Verdict(
      "its echoes rise: the capture lacks its packets",
      nothingIn: atClient + alive + fastRecovery
        + [2.4, 3.0, 4.2, 6.6, 11.4, 21.0].map { "\($0) C > S . 101:1101 <TS val 9 ecr \(Int($0 * 10))>" }
        .joined(separator: "\n")),
    Verdict(
      "the ACK number goes on rising: the capture lacks its packets",
      nothingIn: atClient + alive + fastRecovery + """
        2.4,3.0 C > S . 101:1101 ack 501
        3.1 S > C P. 501:601 ack 101 lost
        4.2,6.6 C > S . 101:1101 ack 601
        7 S > C P. 601:701 ack 101 lost
        11.4,21.0 C > S . 101:1101 ack 701
        """),
  ]

  @Test(arguments: heard) func wasHeardMeanwhile(_ verdict: Verdict) throws { try verdict.check() }

  static let ahead = [
    Verdict(
      "the application gives up", "peer-vanished", [.path, .server], .certain,
      of: atClient + alive + "2.0,2.3,2.9,4.1,6.5 C > S P. 101:201\n7 C > S F. 201\n11.3,20.9 C > S P. 101:201"),
    Verdict(
      "and its FIN goes with the data", "peer-vanished", [.path, .server], .certain,
      of: atClient + alive + "2.0,2.3,2.9,4.1,6.5 C > S P. 101:201\n7 C > S F. 201\n11.3,20.9 C > S FP. 101:201"),
    Verdict(
      "one small message more", "peer-vanished", [.path, .server], .certain,
      of: atClient + alive + "2.0,2.3,2.9,4.1,6.5 C > S P. 101:201\n7 C > S P. 201:301\n11.3,20.9 C > S P. 101:201"),
    Verdict(
      "small ones again and again, less than a segment", "peer-vanished", [.path, .server], .certain,
      of: atClient + alive + """
        2.0,2.3,2.9,4.1 C > S P. 101:201
        5 C > S P. 201:301
        6.5 C > S P. 101:201
        8 C > S P. 301:401
        11.3 C > S P. 101:201
        15 C > S P. 401:501
        20.9 C > S P. 101:201
        """),
    Verdict(
      "the timer began anew: ACKs arrive that the capture has not",
      nothingIn: atClient + alive
        + "2.0,2.3,2.9,4.1,6.5 C > S P. 101:201\n6.6 C > S P. 201:301\n6.9,7.5 C > S P. 101:201"),
    Verdict(
      "more than a segment: the window moved",
      nothingIn: atClient + alive
        + "2.0,2.3,2.9,4.1,6.5 C > S P. 101:201\n7 C > S . 201:3201/1000\n11.3,20.9 C > S P. 101:201"),
    Verdict(
      "segment by segment: the window moves",
      nothingIn: atClient + alive + """
        2.0,2.3,2.9,4.1 C > S P. 101:201
        5 C > S P. 201:1201
        6.5 C > S P. 101:201
        8 C > S P. 1201:2201
        11.3 C > S P. 101:201
        15 C > S P. 2201:3201
        20.9 C > S P. 101:201
        """),
    Verdict(
      "and the oldest comes no more",
      nothingIn: atClient + alive + "2.0,2.3,2.9,4.1,6.5 C > S P. 101:201\n7 C > S F. 201\nend 60"),
    Verdict(
      "it moved before: that is not taken back",
      nothingIn: atClient + alive + """
        2.0,2.3,2.9 C > S P. 101:201 ack 501
        3.0 S > C P. 501:601 lost
        4.1,6.5 C > S P. 101:201 ack 601
        7 C > S F. 201 ack 601
        11.3,20.9 C > S P. 101:201 ack 601
        """),
  ]

  @Test(arguments: ahead) func newDataBesideTheOldest(_ verdict: Verdict) throws { try verdict.check() }
}
