import Audit
import Flow
import Testing
import Wire

/// Packets of another life of the 4-tuple, of somebody else, or recorded twice: none of them accuses anybody.
@Suite("Other lives, and others' packets")
struct OtherLivesTests {
  private static let open = "0 C > S S\n0.020 S > C S.\n0.02005 C > S . 1\n0.0301 C > S P. 1:101\n"
  private static let heard = "0.0501 S > C . 1 ack 101\n"

  static let cases: [AroundResetTests.Case] = [
    AroundResetTests.Case(
      "a RST in the client's name, and the client acknowledges what comes 300 ms later",
      open + heard + "0.06 C > S R. 101 ttl 60\n0.36 S > C P. 1:501\n0.3601 C > S . 101 ack 501",
      ["reset-forged warning path"]),
    AroundResetTests.Case(
      "likewise, and the server aborts in the end",
      open + heard + """
        0.06 C > S R. 101 ttl 60
        0.36 S > C P. 1:501
        0.3601 C > S . 101 ack 501
        30 S > C R. 501
        """,
      ["reset-abort note server", "reset-forged warning path"]),
    AroundResetTests.Case(
      "a RST one segment ahead, and the segment behind it",
      open + """
        0.0501 S > C P. 1:1461 ack 101
        0.0502 C > S . 101 ack 1461
        0.0701 S > C R. 2921 ack 101 ttl 50
        0.0711 S > C P. 1461:2921 ack 101
        0.0721 C > S . 101 ack 2921
        end 100
        """, ["reset-forged warning path"]),
    AroundResetTests.Case(
      "a refusal in the server's name, and the SYN that is sent again is answered",
      """
      0 C > S S
      0.0005 S > C R. =0 ack 1 ttl 50
      1.02 C > S S
      1.04 S > C S.
      1.0401 C > S . 1
      1.06 C > S P. 1:101
      1.08 S > C P. 1:101 ack 101
      1.0801 C > S . 101 ack 101
      """, ["reset-forged warning path"]),
    AroundResetTests.Case(
      "refusals that never arrive",
      (0..<5).map { "\((1 << $0) - 1).0 C > S S\n\((1 << $0) - 1).001 S > C R. =0 ack 1" }.joined(separator: "\n"),
      ["syn-refused note server"]),
    AroundResetTests.Case(
      "the last ACK of another connection, three seconds before",
      """
      0 S > C . =80000001 ack 5001
      3 C > S S
      3.02 S > C S.
      3.0201 C > S . 1
      3.03 C > S P. 1:101
      3.05 S > C P. 1:101 ack 101
      3.0501 C > S . 101 ack 101
      3.06 C > S F. 101 ack 101
      3.08 S > C F. 101 ack 102
      3.0801 C > S . 102 ack 102
      end 93
      """, []),
    AroundResetTests.Case(
      "the network's copy of a probe of the tail",
      open + heard + """
        0.0601 C > S P. 101:3101/1000
        0.1201 C > S P. 2101:3101 id 77
        0.6201 C > S P. 2101:3101 id 77
        0.7201 S > C R. 1 ack 101
        end 100
        """, ["transfer-truncated warning server 3000"]),
    AroundResetTests.Case(
      "an ACK of another life behind the SYN-ACK",
      """
      0 C > S S
      0.02 S > C S.
      0.021 S > C . 1 ack 5001
      0.03 C > S . 1
      0.04 C > S P. 1:101
      0.06 S > C P. 1:101 ack 101
      0.0601 C > S F. 101 ack 101
      0.08 S > C F. 101 ack 102
      0.0801 C > S . 102 ack 102
      end 90
      """, []),
  ]

  private static let answered = "0.05 S > C P. 1:301 ack 101\n0.0501 C > S . 101 ack 301\n"

  static let resets: [AroundResetTests.Case] = [
    AroundResetTests.Case(
      "a stack that begins the TTL of its RSTs at 255", open + answered + "30 C > S R. 101 ack 301 ttl 255\nend 60",
      ["reset-abort note unknown"]),
    AroundResetTests.Case(
      "likewise, five routers away",
      "host S = 10.0.0.2:2181 isn 5000000 ttl 59\n" + open + answered + "30 S > C R. 301 ack 101 ttl 250\nend 60",
      ["reset-abort note unknown"]),
    AroundResetTests.Case(
      "the RST of another distance", open + answered + "30 C > S R. 101 ack 301 ttl 240\nend 60",
      ["reset-forged error path"]),
    AroundResetTests.Case(
      "behind the RST, what may be another life",
      open + answered + """
        1 C > S R. 101 ack 301
        3.000 C > S . 5000001 ack 5000001
        3.001 C > S P. 5000001:5000041 ack 5000001
        3.021 S > C P. 5000001:5000025 ack 5000041
        3.022 C > S . 5000041 ack 5000025
        end 60
        """, []),
  ]

  @Test(arguments: cases + resets) func accusesNobody(_ known: AroundResetTests.Case) throws {
    let findings = try audit(known.script)
    #expect(
      findings.map { finding in
        let fault = finding.atFault.map { "\($0)" } ?? "unknown"
        return "\(finding.rule) \(finding.severity) \(fault)" + (finding.bytesLost.map { " \($0)" } ?? "")
      } == known.findings)
  }

  /// A second tap whose clock is seconds behind has all once more, after the RST; who goes on counts on.
  @Test(arguments: [(["id 20", "id 21", "id 22"], false), (["id 40", "id 41", "id 42"], true)])
  func aSecondTapAfterAReset(_ ids: [String], _ found: Bool) throws {
    let findings = try audit(
      onLAN + """
        0.2 C > S P. 1:101
        0.21 S > C P. 1:501 ack 101 id 20
        0.22 C > S . 101 ack 501
        0.23 S > C P. 501:701 ack 101 id 21
        0.231 S > C P. 701:901 ack 101 id 22
        0.24 C > S R. 101 ack 901
        3.71 S > C P. 1:501 ack 101 \(ids[0])
        3.73 S > C P. 501:701 ack 101 \(ids[1])
        3.731 S > C P. 701:901 ack 101 \(ids[2])
        8 tick
        """)
    #expect(findings.contains { $0.rule == "reset-not-heard" } == found, "\(findings.map(\.summary))")
  }
}
