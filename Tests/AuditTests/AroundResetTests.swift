import Audit
import Flow
import Testing
import Wire

/// What a capture loses, mixes up or begins in the middle of, around the end of a connection, accuses nobody of more than what the whole
/// capture shows; what the path makes slow is no other story.
@Suite("Around a RST")
struct AroundResetTests {
  struct Case: CustomTestStringConvertible {
    var testDescription: String
    var script: String
    /// `rule severity fault`, in order.
    var findings: [String]

    init(_ name: String, _ script: String, _ findings: [String]) {
      (testDescription, self.script, self.findings) = (name, script, findings)
    }
  }

  /// A question and its answer, 20 ms apart.
  private static let far = "0 C > S S\n0.020 S > C S.\n0.0201 C > S . 1\n"
  private static let question = "0.021 C > S P. 1:201\n"
  private static let answer = "0.041 S > C P. 1:301 ack 201\n0.0411 C > S . 201 ack 301\n"

  static let lost: [Case] = [
    Case(
      "the ACK of the last data is not there", far + question + "0.041 S > C P. 1:301 ack 201\n30 S > C R. 301 ack 201",
      ["reset-abort note server"]),
    Case(
      "likewise, and the other one resets", far + question + "0.041 S > C P. 1:301 ack 201\n30 C > S R. 201 ack 301",
      ["reset-abort note client"]),
    // No kernel waits for so long.
    Case(
      "it was sent again",
      far + question
        + "0.041 S > C P. 1:301 ack 201\n0.3 S > C P. 1:301 ack 201\n0.7 S > C P. 1:301 ack 201\n2 S > C R. 301 ack 201",
      ["transfer-truncated error unknown"]),
    Case(
      "the answer is recorded behind its ACK",
      far + question
        + "0.041 S > C . 1 ack 201\n0.06005 C > S . 201 ack 301\n0.0601 S > C P. 1:301 ack 201\n30 S > C R. 301 ack 201",
      ["reset-abort note server"]),
    Case(
      "the answer is not there, its ACK is",
      far + question + "0.041 S > C . 1 ack 201\n0.06005 C > S . 201 ack 301\n30 S > C R. 301 ack 201",
      ["reset-abort note server"]),
    Case(
      "the answer is not there, and a RST acknowledges it",
      far + question + answer + "0.050 C > S P. 201:401 ack 301\n0.0702 C > S R. 401 ack 601",
      ["reset-abort note client"]),
    Case(
      "the RST is not there, its echoes are",
      far + question
        + "0.041 S > C . 1 ack 201\n0.042 S > C . 1:5793/1448 ack 201\n0.043 C > S . 201 ack 5793\n0.062 S > C . 5793:11585/1448 ack 201\n0.0621 C > S R 201",
      ["transfer-truncated warning unknown"]),
    Case(
      "the FIN is not there, the echoes of what met it are",
      far + question + answer
        + "0.05 C > S P. 201:401 ack 301\n0.07 S > C P. 301:601 ack 401\n0.0702 C > S R 401\n0.08 S > C F. 601 ack 402\n0.0802 C > S R 402",
      ["transfer-truncated note client"]),
    Case(
      "the FIN came with the last data, which are not there",
      far + question
        + "0.0211 C > S F. 201\n0.041 S > C . 1 ack 202\n0.06 S > C . 1:1449 ack 202\n0.0601 C > S . 202 ack 1449\n0.0801 C > S . 202 ack 1550\nhost D = 10.0.0.9:50000\n60 D > S S",
      []),
    Case(
      "what a bare RST answers is not there",
      far + question + "0.05 C > S F. 201 ack 1\n0.0702 C > S R 401\nhost D = 10.0.0.9:50000\n60 D > S S", []),
  ]

  static let slow: [Case] = [
    Case(
      "a queue drains for longer than the handshake took",
      far + question + "0.041 S > C . 1:14481/1448 ack 201\n0.061 C > S R. 201 ack 1\n"
        + (0..<20).map {
          "\(0.07 + Double($0) * 0.05) S > C . \(14481 + $0 * 1448):\(14481 + ($0 + 1) * 1448) ack 201\n"
        }.joined(),
      ["transfer-truncated warning client"]),
    Case(
      "an idle timer runs out as another question comes",
      "0 C > S S\n0.1 S > C S.\n0.1001 C > S .\n0.101 C > S P. 1:201\n0.201 S > C P. 1:301 ack 201\n0.2011 C > S . 201 ack 301\n"
        + "65.0 C > S P. 201:401 ack 301\n65.005 S > C R. 301 ack 201\n65.1 S > C R 301",
      ["transfer-truncated warning server"]),
    Case(
      "a RST answers what was sent before it was sent again",
      "0 C > S S\n0.1 S > C S.\n0.1001 C > S .\n0.101 C > S P. 1:201\n0.201 S > C P. 1:301 ack 201\n0.2011 C > S . 201 ack 301\n"
        + "9.0 C > S P. 201:401 ack 301\n9.205 C > S P. 201:401 ack 301\n9.215 S > C R 301",
      ["half-open error unknown"]),
    Case(
      "a RST is recorded before what it answers",
      "0 C > S S\n0.0001 S > C S.\n0.0201 C > S . 1\n0.021 C > S P. 1:201\n0.0211 S > C P. 1:301 ack 201\n0.0411 C > S . 201 ack 301\n"
        + "9.0 S > C R 301\n9.00001 C > S P. 201:401 ack 301", ["half-open error unknown"]),
    // No round trip is known then, and none that a RST could come too soon for.
    Case(
      "half a millisecond mixes up the handshake and all that follows",
      "0 S > C S. 0 ack 1\n0.0001 C > S S\n0.0005 S > C . 1 ack 301\n0.0007 C > S . 1 ack 1\n0.0008 C > S P. 1:301 ack 1\n"
        + "0.0540 C > S . 301 ack 1449\n0.0543 S > C . 1:1449 ack 301\n0.05435 C > S . 301 ack 2001\n"
        + "0.0544 S > C P. 1449:2001 ack 301\n4.7 C > S P. 301:501 ack 2001\n4.7003 S > C R 2001",
      ["half-open error unknown"]),
    // A bare RST of who had closed, and what it answers is not there: nobody's fault.
    Case(
      "a copy comes half a second after a RST, as it was dated before",
      "0 C > S S <mss 1460,sackOK,TS,wscale 7>\n0.020 S > C S. <mss 1460,sackOK,TS,wscale 7>\n0.0201 C > S . 1\n"
        + question
        + answer + "0.05 S > C F. 301 ack 201\n0.0501 C > S . 201 ack 302\n"
        + "0.45 S > C . 302 ack 201 id 0 <TS val 7000450 ecr 1>\n0.5 S > C R 302\n"
        + "0.94 S > C . 302 ack 201 id 0 <TS val 7000450 ecr 1>",
      []),
  ]

  /// What looks like one of the above and is none.
  static let lookAlikes: [Case] = [
    Case(
      "of the handshake the SYN alone is there, and the server talks first: that is no refusal",
      "0 C > S S\n0.03 S > C P. 1:81 ack 1\n0.0301 C > S . 1 ack 81\n0.1 S > C P. 81:1529 ack 1\n0.1001 S > C R. 1529 ack 1",
      []),
    Case(
      "a queue drains, and its ACKs come in, when the reader hangs up: nothing was due to be sent again",
      far + question + "0.041 S > C . 1:28961/1448 ack 201\n"
        + (1...10).map { "\(0.3 * Double($0)) C > S . 201 ack \(1 + 1448 * $0)\n" }.joined()
        + "3.9 C > S R. 201 ack 14481",
      ["transfer-truncated warning client"]),
    Case(
      "a stack that waits for three seconds", far + question + "2.5 S > C R. 1 ack 1",
      ["transfer-truncated warning server"]),
    Case(
      "a RST acknowledges what is not there, right behind a flight",
      "0 C > S S\n0.0001 S > C S.\n0.0201 C > S . 1\n" + question
        + "0.0211 S > C . 1:14481/1448 ack 201\n0.0216 S > C R. 14481 ack 214",
      ["transfer-truncated error server"]),
    Case(
      "an address that has moved in the middle of a conversation",
      far + question + answer + "0.5 C > S P. 201:401 ack 301\n0.5201 S > C R 301",
      ["transfer-truncated warning unknown"]),
    Case(
      "the handshake's ACK was taken, and who reads the data resets once: no full accept queue",
      far + question + "0.0411 S > C R 1", ["transfer-truncated warning unknown"]),
    Case(
      "a bare RST behind a whole answer that fills no segment",
      onLAN + "0.1 C > S P. 1:201\n0.11 S > C P. 1:801 ack 201\n0.111 C > S . 201 ack 801\n0.113 S > C R 801",
      ["reset-abort note unknown"]),
    Case(
      "a bare RST behind segments as large as the path takes",
      onLAN + "0.1 C > S P. 1:201\n0.11 S > C . 1:13881/1388 ack 201\n0.111 C > S . 201 ack 13881\n0.113 S > C R 13881",
      ["transfer-truncated error unknown"]),
    Case(
      "a bare RST behind whole segments",
      onLAN + "0.1 C > S P. 1:201\n0.11 S > C . 1:14481/1448 ack 201\n0.111 C > S . 201 ack 14481\n0.113 S > C R 14481",
      ["transfer-truncated error unknown"]),
    Case(
      "half a second after the answer, a bare RST out of nowhere: nothing is known to be cut",
      onLAN + question + answer + "0.54 S > C R 301", ["reset-abort note unknown"]),
    Case(
      "a question is recorded behind its answer",
      far + question + answer
        + "5.0 S > C P. 301:601 ack 401\n5.00005 C > S P. 201:401 ack 301\n5.0801 C > S R. 401 ack 601",
      ["reset-unread note client"]),
    Case(
      "a question is not there, its answer is",
      far + question + answer + "5.0 S > C P. 301:601 ack 401\n5.0801 C > S R. 401 ack 601",
      ["reset-unread note client"]),
    Case(
      "forged, behind a router that the capture has both sides of",
      twice(
        "0.010 C > S S ttl 64\n0.020 S > C S. 0 ack 1 ttl 60\n0.0201 C > S . 1 ack 1 ttl 64\n0.021 C > S P. 1:201 ack 1 ttl 64\n0.041 S > C P. 1:301 ack 201 ttl 60\n0.0411 C > S . 201 ack 301 ttl 64"
      )
        + "9 S > C R. 301 ack 201 ttl 99", ["reset-forged error path"]),
  ]

  /// Each packet again behind a router, 80 µs later.
  private static func twice(_ script: String) -> String {
    script.split(separator: "\n").enumerated().map { place, line in
      var words = line.split(separator: " ").map(String.init)
      words[0] = "\((Double(words[0]) ?? 0) + 0.00008)"
      words[words.count - 1] = "\((Int(words[words.count - 1]) ?? 0) - 1)"
      return "\(line) id \(100 + place)\n\(words.joined(separator: " ")) id \(100 + place)\n"
    }.joined()
  }

  static let midstream: [Case] = [
    Case("a scanner's lone ACK", "0 C > S . =0 ack =0\n0.4 S > C R =0", ["reset-abort note unknown"]),
    Case(
      "a filter that lets RSTs pass alone", "0 C > S R. =201 ack =301\n0.02 S > C R =301", ["reset-abort note unknown"]),
    Case(
      "an outage that had begun before, met by its second segment",
      "0 C > S P. =1449:2449\n" + [0.26, 0.66, 1.46, 3.06, 6.26, 12.7].map { "\($0) C > S . =1:1449\n" }.joined(),
      ["never-heard error unknown"]),
  ]

  /// In another order than on the wire.
  static let mixed: [Case] = [
    Case(
      "a question is recorded behind its answer, and the other one resets",
      far + question + answer
        + "5.0 S > C P. 301:601 ack 401\n5.00005 C > S P. 201:401 ack 301\n5.0201 C > S . 401 ack 601\n10 S > C R. 601 ack 401",
      ["reset-abort note server"]),
    Case(
      "a question has no answer",
      far + question + answer
        + "5.0 S > C . 301 ack 301\n5.00005 C > S P. 201:401 ack 301\n5.0201 S > C . 301 ack 401\n10 S > C R. 301 ack 401",
      ["reset-unread error server"]),
    Case(
      "data are recorded behind a later ACK of their own sender, and sent again for a second",
      far + question + answer
        + "60 C > S P. 201:401 ack 301\n60.02 S > C . 1749 ack 401\n60.0204 S > C P. 301:1749 ack 401\n"
        + [0.32, 0.72, 1.32].map { "\(60 + $0) S > C P. 301:1749 ack 401\n" }.joined() + "end 61.4", []),
    Case(
      "likewise, and they are sent again for longer",
      far + question + answer
        + "60 C > S P. 201:401 ack 301\n60.02 S > C . 1749 ack 401\n60.0204 S > C P. 301:1749 ack 401\n"
        + [0.32, 0.92, 2.12, 4.52].map { "\(60 + $0) S > C P. 301:1749 ack 401\n" }.joined() + "end 80",
      ["peer-vanished error unknown"]),
    Case(
      "likewise, and the RST comes right behind them",
      far + question + answer
        + "5 C > S P. 201:401 ack 301\n5.02 S > C . 1749 ack 401\n5.0204 S > C P. 301:1749 ack 401\n5.0206 C > S . 401 ack 1749\n5.12 S > C R. 1749 ack 401",
      ["transfer-truncated error server"]),
    Case(
      "an echo before its abort, as a push is under way",
      far + question + answer + "3 S > C P. 301:601 ack 201\n3.01998 C > S R 201\n3.02 C > S R. 201 ack 301",
      ["transfer-truncated warning client"]),
    Case(
      "somebody's RST+ACK behind the RST of a host without that socket",
      far + question + answer
        + "90 C > S P. 201:301 ack 301\n90.02 S > C R 301\n90.0203 S > C R. 301 ack 301 win 0 ttl 99",
      ["half-open error unknown"]),
    Case(
      "a late copy of its own packet behind the RST of a host without that socket",
      far + question + "0.041 S > C P. 1:301 ack 201 id 7\n0.0411 C > S . 201 ack 301\n"
        + "90 C > S P. 201:301 ack 301\n90.02 S > C R 301\n90.32 S > C P. 1:301 ack 201 id 7",
      ["half-open error unknown"]),
  ]

  /// The clock is set back as the answer is under way.
  static let setBack: [Case] = [
    Case(
      "by more than the answer took",
      far + question + answer + "5 C > S P. 201:301 ack 301\n4.991 S > C R. 301 ack 301",
      ["reset-unread error server"]),
    Case(
      "not at all, and it comes too soon",
      far + question + answer + "5 C > S P. 201:301 ack 301\n5.001 S > C R. 301 ack 301",
      ["transfer-truncated error path", "reset-forged error path"]),
  ]

  private static let ttl57 = "0 C > S S\n0.020 S > C S. 0 ack 1 ttl 57\n0.0201 C > S . 1\n"
  private static let varying =
    ttl57 + question + "0.041 S > C P. 1:301 ack 201 ttl 57\n0.0411 C > S . 201 ack 301\n"
    + "0.05 C > S P. 201:401 ack 301 id 9\n0.05003 C > S P. 201:401 ack 301 id 9\n0.07 S > C P. 301:601 ack 401 ttl "
  private static let quiet = "\n0.0701 C > S . 401 ack 601\n"

  /// By several ways, and in two copies.
  static let ways: [Case] = [
    Case(
      "TTLs that vary, and a copy of the other side's", varying + "58" + quiet + "9 S > C R. 601 ack 401 ttl 59",
      ["reset-abort note server"]),
    Case(
      "a TTL that does not, likewise", varying + "57" + quiet + "9 S > C R. 601 ack 401 ttl 120",
      ["reset-forged error path"]),
    Case(
      "TTLs that vary, each packet twice",
      ttl57 + question
        + "0.041 S > C P. 1:301 ack 201 ttl 57 id 3\n0.041004 S > C P. 1:301 ack 201 ttl 57 id 3\n0.0411 C > S . 201 ack 301\n"
        + "0.05 C > S P. 201:401 ack 301\n0.07 S > C P. 301:601 ack 401 ttl 58 id 4\n0.070004 S > C P. 301:601 ack 401 ttl 58 id 4\n"
        + "0.0701 C > S . 401 ack 601\n8 S > C R. 601 ack 401 ttl 56 id 5\n8.000004 S > C R. 601 ack 401 ttl 56 id 5",
      ["reset-abort note server"]),
  ]

  @Test(arguments: lost + slow + lookAlikes + midstream + mixed + setBack + ways) func isToldAsItIs(_ known: Case)
    throws
  {
    let findings = try audit(known.script)
    #expect(findings.map { "\($0.rule) \($0.severity) \($0.atFault.map { "\($0)" } ?? "unknown")" } == known.findings)
  }

  /// Met by its keepalives, a side stands one byte behind its RST.
  @Test func theResetBehindKeepalives() throws {
    let finding = try auditOne(
      """
      0,1,2 C > S . 100 ack 1
      3 C > S R. 101 ack 1
      13.000,13.22,13.45,13.9,14.8,16.6 S > C F. 1 ack 101
      13.0001,13.2201,13.4501,13.9001,14.8001,16.6001 C > S R 101
      30 tick
      """)
    #expect(finding.rule == "reset-not-heard")
    #expect(finding.suspects == [.path])
  }
}
