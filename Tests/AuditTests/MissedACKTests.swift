import Audit
import Flow
import Testing
import Wire

/// What the capture lacks of a side's ACKs, and what it has of them all the same: of each such capture the same is said as of the whole
/// one, or less; and what was lost is found.
@Suite("Missed ACKs")
struct MissedACKTests {
  struct Case: CustomTestStringConvertible {
    var testDescription: String
    var script: String
    /// `rule severity fault confidence bytes`.
    var finding: String

    init(_ name: String, _ script: String, _ finding: String) {
      (testDescription, self.script, self.finding) = (name, script, finding)
    }
  }

  /// A question and its answer, 20 ms apart, seen at the client.
  private static let far = "0 C > S S\n0.020 S > C S.\n0.0201 C > S . 1\n"
  private static let asked = far + "0.021 C > S P. 1:201\n"
  private static let answered = asked + "0.041 S > C P. 1:301 ack 201\n"
  /// The same seen at the server.
  private static let atServer =
    "0 C > S S\n0.00005 S > C S.\n0.020 C > S . 1\n0.021 C > S P. 1:201\n0.0211 S > C . 1 ack 201\n"

  /// Each segment is weighed for itself: the last can't have been acknowledged where it left a moment before.
  static let segments: [Case] = [
    Case(
      "ten segments are acknowledged by a question that is not there, the eleventh is not",
      atServer
        + "1.0 S > C . 1:14481/1448 ack 201\n1.0209 S > C P. 14481:15929 ack 201\n1.021 C > S P. 201:301 ack 14481 lost\n"
        + "1.0213 S > C R. 15929 ack 301", "transfer-truncated error server likely 1448"),
    Case(
      "all eleven left a moment before",
      atServer
        + "1.0208 S > C . 1:14481/1448 ack 201\n1.0209 S > C P. 14481:15929 ack 201\n1.021 C > S P. 201:301 ack 1 lost\n"
        + "1.0213 S > C R. 15929 ack 301", "transfer-truncated error server certain 15928"),
    Case(
      "an answer of long ago and one of a moment before",
      asked
        + "0.041 S > C . 1:4345/1448 ack 201\n0.050 C > S P. 201:401 ack 4345 lost\n10.07 S > C P. 4345:5793 ack 401\n"
        + "10.08 S > C R. 5793 ack 401", "transfer-truncated error server possible 1448"),
    Case(
      "likewise, and the client resets: what it acknowledges of the old one was not left unread",
      asked
        + "0.041 S > C . 1:4345/1448 ack 201\n0.050 C > S P. 201:401 ack 4345 lost\n10.07 S > C P. 4345:5793 ack 401\n"
        + "10.08 C > S R. 401 ack 4345", "transfer-truncated warning client possible 1448"),
    Case(
      "the old answer was sent again",
      asked + "0.041 S > C . 1:4345/1448 ack 201\n0.5 S > C . 1:1449 ack 201\n10.07 S > C P. 4345:5793 ack 201\n"
        + "10.08 S > C R. 5793 ack 201", "transfer-truncated error unknown likely 5792"),
  ]

  /// No kernel waits for so long before it sends again.
  static let timeouts: [Case] = [
    Case(
      "1.4 s, where earlier data were acknowledged",
      answered
        + "0.0411 C > S . 201 ack 301\n0.1 C > S P. 201:401 ack 301\n0.12 S > C P. 301:601 ack 401\n1.6 S > C R. 601 ack 401",
      "reset-abort note server likely 0"),
    Case(
      "a second, where a round trip takes 20 ms",
      answered
        + "0.0411 C > S . 201 ack 301\n0.1 C > S P. 201:401 ack 301\n0.12 S > C P. 301:601 ack 401\n1.122 S > C R. 601 ack 401",
      "reset-abort note server likely 0"),
    Case(
      "3 s, where no ACK is there that stands alone, and one was sent: the handshake's",
      "0 C > S S\n0.020 S > C S.\n0.021 C > S P. 1:201\n0.041 S > C P. 1:301 ack 201\n3.04 S > C R. 301 ack 201",
      "reset-abort note server likely 0"),
    Case(
      "a RST acknowledges what is not there, and was sent long before",
      answered
        + "0.0411 C > S . 201 ack 301\n0.1 C > S P. 201:237 ack 301 lost\n0.12 S > C P. 301:370 ack 237 lost\n"
        + "0.16 C > S . 237 ack 370\n1.1 S > C R. 370 ack 237", "reset-abort note server possible 0"),
    Case(
      "or a moment before",
      answered
        + "0.0411 C > S . 201 ack 301\n0.1 C > S P. 201:237 ack 301 lost\n0.12 S > C P. 301:370 ack 237 lost\n"
        + "0.16 C > S . 237 ack 370\n0.3 S > C R. 370 ack 237", "transfer-truncated error server possible 0"),
    Case(
      "0.5 s, which some would",
      answered
        + "0.0411 C > S . 201 ack 301\n0.1 C > S P. 201:401 ack 301\n0.12 S > C P. 301:601 ack 401\n0.62 S > C R. 601 ack 401",
      "transfer-truncated error server likely 300"),
    Case(
      "0.03 s, which all do",
      answered
        + "0.0411 C > S . 201 ack 301\n0.1 C > S P. 201:401 ack 301\n0.12 S > C P. 301:601 ack 401\n0.15 S > C R. 601 ack 401",
      "transfer-truncated error server certain 300"),
    Case(
      "2.5 s, where none were: stacks of before RFC 6298", answered + "2.6 S > C R. 301 ack 201",
      "transfer-truncated error server likely 300"),
    Case(
      "something else was sent again long before",
      answered
        + "0.3 S > C P. 1:301 ack 201\n0.301 C > S . 201 ack 301\n1 C > S P. 201:401 ack 301\n1.02 S > C P. 301:601 ack 401\n60 S > C R. 601 ack 401",
      "reset-abort note server likely 0"),
    Case(
      "the window was closed long before",
      answered
        + "0.0411 C > S . 201 ack 301 win 0\n0.07 C > S . 201 ack 301 win 500\n1 C > S P. 201:401 ack 301 win 500\n"
        + "1.02 S > C P. 301:601 ack 401\n60 S > C R. 601 ack 401", "reset-abort note server likely 0"),
    Case(
      "the window is closed",
      answered
        + "0.0411 C > S . 201 ack 301\n1 C > S P. 201:401 ack 301 win 0\n1.02 S > C P. 301:601 ack 401\n4 S > C R. 601 ack 401",
      "transfer-truncated error server certain 300"),
    Case(
      "the RST says itself that they never came: a gap before the capture kept it waiting",
      answered
        + "0.0411 C > S . 201 ack 301\n1 S > C . 301:1749 ack 201 lost\n1.0001 S > C . 1749:3197 ack 201\n30 C > S R. 201 ack 301",
      "transfer-truncated warning unknown likely 1448"),
    Case(
      "the other one goes on, without an ACK of them",
      answered
        + "0.0411 C > S . 201 ack 301\n1 C > S P. 201:301 ack 301\n1.00002 C > S R. 301 ack 301\n1.2 S > C . 301 ack 201",
      "transfer-truncated error client certain 100"),
    Case(
      "a host that was started anew speaks again, and acknowledges nothing",
      answered
        + "0.0411 C > S . 201 ack 301\n0.1 S > C P. 301:601 ack 201\n4 C > S S =5000000\n4.0001 S > C . 601 ack 201\n4.0002 C > S R 201",
      "half-open error unknown certain 0"),
    Case(
      "the clock was set back before the RST",
      answered + "0.0411 C > S . 201 ack 301 lost\n5 C > S P. 201:301 ack 301 lost\n0.035 S > C R. 301 ack 301",
      "reset-abort note server likely 0"),
    Case(
      "a late copy of what the resetter had sent comes behind its RST",
      asked.replacing("P. 1:201", with: "P. 1:201 id 7")
        + "0.041 S > C P. 1:301 ack 201\n30 C > S R. 201 ack 301 id 8\n30.3 C > S P. 1:201 ack 1 id 7",
      "reset-abort note client likely 0"),
  ]

  private static let flight = atServer + "0.0212 S > C . 1:5793/1448 ack 201\n"

  /// A socket that has aborted answers ACKs by RSTs with their numbers.
  static let echoes: [Case] = [
    Case(
      "four ACKs are not there, their echoes are",
      flight + "0.025 S > C R. 5793 ack 201\n"
        + (1...4).map { "0.04\($0) C > S . 201 ack \(1 + 1448 * $0) lost\n0.04\($0)1 S > C R \(1 + 1448 * $0)\n" }
        .joined(),
      "transfer-truncated error server likely 0"),
    Case(
      "two of them never were",
      flight + "0.025 S > C R. 5793 ack 201\n"
        + (1...2).map { "0.04\($0) C > S . 201 ack \(1 + 1448 * $0) lost\n0.04\($0)1 S > C R \(1 + 1448 * $0)\n" }
        .joined(),
      "transfer-truncated error server certain 2896"),
    Case(
      "bare RSTs without an abort before them prove nothing", flight + "0.025 S > C R 5793\n0.026 S > C R 5793",
      "transfer-truncated error server certain 5792"),
    Case(
      "an echo is recorded before its abort",
      flight
        + "0.041 C > S . 201 ack 2897\n0.0411 S > C . 5793:8689/1448 ack 201\n0.060 C > S R 201\n0.06005 C > S R. 201 ack 2897",
      "transfer-truncated warning client certain 5792"),
    Case(
      "an echo overtook its abort, which acknowledges all",
      flight
        + "0.041 C > S . 201 ack 2897\n0.0411 S > C . 5793:8689/1448 ack 201\n0.062 C > S R 201\n0.074 C > S R. 201 ack 8689",
      "reset-unread note client likely 0"),
    Case(
      "likewise of a server, which had answered none of it",
      answered
        + "0.0411 C > S . 201 ack 301\n0.2 C > S . 201:7501/1460 ack 301\n0.2202 S > C R 301\n0.2203 S > C R. 301 ack 7501",
      "reset-unread error server likely 0"),
    Case(
      "the bare one is 0.3 s earlier, and so no echo of this abort",
      answered
        + "0.0411 C > S . 201 ack 301\n0.2 C > S . 201:7501/1460 ack 301\n0.2202 S > C R 301\n0.5203 S > C R. 301 ack 7501",
      "reset-abort note server likely 0"),
    Case(
      "what acknowledges all behind an echo was sent from somewhere else",
      flight
        + "0.041 C > S . 201 ack 2897\n0.0411 S > C . 5793:8689/1448 ack 201\n0.062 C > S R 201\n"
        + "0.074 C > S R. 201 ack 8689 ttl 50", "transfer-truncated warning client certain 5792"),
    Case(
      "an echo alone may be another's",
      flight + "0.041 C > S . 201 ack 2897\n0.0411 S > C . 5793:8689/1448 ack 201\n0.060 C > S R 201",
      "transfer-truncated warning unknown likely 5792"),
  ]

  /// A server sends, closes and resets; the client's kernel acknowledges all of it, the handshake first.
  static let pure: [Case] = [
    Case(
      "the handshake's ACK is there: so would others be",
      "0 C > S S\n0.00001 S > C S.\n0.0001 C > S . 1\n0.0005 C > S P. 1:6\n0.0014 S > C . 1:14481/1448 ack 6\n"
        + "0.0031 C > S . 6 ack 9641\n0.0032 S > C F. 14481 ack 6\n0.0036 S > C R. 14482 ack 6",
      "transfer-truncated error server certain 4840"),
    Case(
      "it is not: nor may others be",
      "0 C > S S\n0.00001 S > C S.\n0.0005 C > S P. 1:6 ack 1\n0.0014 S > C . 1:14481/1448 ack 6\n"
        + "0.0031 C > S . 6 ack 9641\n0.0032 S > C F. 14481 ack 6\n0.0036 S > C R. 14482 ack 6",
      "transfer-truncated error server likely 4840"),
    Case(
      "the RST acknowledges a FIN that is not there: its sender answered that, and cut nothing",
      "0 C > S S\n0.0003 S > C S.\n0.0004 C > S . 1\n0.00041 C > S P. 1:235\n0.0009 S > C P. 1:212 ack 235\n"
        + "0.0011 S > C R. 212 ack 236", "reset-abort note server likely 0"),
    Case(
      "the RST acknowledges a FIN that is not there, and came sooner than that can have gone on to a far server and back",
      "0 C > S S\n0.020 S > C S.\n0.02004 C > S . 1\n0.021 C > S P. 1:235\n0.042 S > C . 1:5793/1448 ack 235\n"
        + "0.0422 S > C R. 5793 ack 236", "transfer-truncated error server certain 5792"),
  ]

  @Test(arguments: segments + timeouts + echoes + pure) func isToldAsItIs(_ known: Case) throws {
    let found = try auditOne(known.script)
    let fault = found.atFault.map { "\($0)" } ?? "unknown"
    #expect(
      "\(found.rule) \(found.severity) \(fault) \(found.confidence) \(found.bytesLost ?? 0)" == known.finding,
      "\(found.summary)")
  }
}
