import Audit
import Testing

/// A recorder that pauses, and a host that gives each life of a 4-tuple numbers near those of the last: what is recorded of another life
/// looks like a RST in the middle of this one.
@Suite("reset-forged: what may be of another life")
struct ForgeryOfOtherLivesTests {
  private func forged(_ script: String) throws -> Finding? { try ForgeryTests.forged(script) }

  private static let opened = """
    0 C > S S <mss 1460,sackOK,TS,wscale 7>
    0.02 S > C S. <mss 1460,sackOK,TS,wscale 7>
    0.0201 C > S . 1

    """
  private static let talk = opened + "0.03 C > S P. 1:101\n0.05 S > C P. 1:201 ack 101\n0.0501 C > S . 101 ack 201\n"

  /// Behind the pause one packet, a RST, and one packet more: what connects them with the ISN is not in the capture.
  @Test func onePacketAndAResetBehindAGap() throws {
    let finding = try forged(
      """
      0 C > S S
      5.0001 C > S P. 3001:3101 ack 1
      5.0008 C > S R. 3101 ack 1
      5.0051 C > S P. 3101:3201 ack 1
      15 tick
      """)
    #expect(finding?.confidence == .likely && finding?.severity == .error)
  }

  @Test(arguments: [(0.5, 1, Confidence.certain), (5, 1, .likely), (5, 2, .certain)])
  func aResetBehindAPauseRightBehindTheISN(_ pause: Double, _ packets: Int, _ confidence: Confidence) throws {
    let talk = (0..<packets).map {
      "\(pause + 0.05 + 0.01 * Double($0)) C > S P. \(1 + 50 * $0):\(51 + 50 * $0) ack 1\n"
    }.joined()
    #expect(try forged(Self.opened + "\(pause) C > S R. 1 ack 1\n" + talk + "60 tick")?.confidence == confidence)
  }

  /// Its number was acknowledged seconds before: nobody who sees the connection, and no socket of it, sends that.
  @Test(arguments: [(0.2, Confidence.certain), (5, .likely)]) func whatWasAcknowledgedLongAgo(
    _ pause: Double, _ confidence: Confidence
  ) throws {
    let finding = try forged(
      Self.talk + """
        \(pause) S > C R. 101 ack 101
        \(pause + 0.05) C > S P. 101:201 ack 201
        \(pause + 0.07) S > C P. 201:401 ack 201
        \(pause + 0.08) S > C P. 401:601 ack 201
        60 tick
        """)
    #expect(finding?.confidence == confidence && finding?.severity == .warning)
  }

  /// An attempt is given up, and the next one begins from the same port; what answers the first late is refused, whether the second was
  /// answered by then or not. Where there was no other attempt, or this one talks already, it is told.
  @Test(arguments: [
    (true, 0, "C > S R 1", false), (true, 1, "C > S R 1", false), (true, 2, "C > S R 1", true),
    (false, 1, "C > S R 1", true), (true, 0, "S > C R. 0 ack 1", false), (true, 1, "S > C R. 0 ack 1", false),
  ])
  func theRefusalOfAnEarlierAttempt(_ wasAnother: Bool, _ place: Int, _ reset: String, _ isTold: Bool) throws {
    let resets = (0..<3).map { $0 == place ? "\(["2.001", "2.1", "2.6"][$0]) \(reset)\n" : "" }
    let script = """
      2 C > S S =7777777 <mss 1460,sackOK,TS,wscale 7>
      \(resets[0])2.08 S > C S. ack =7777778 <mss 1460,sackOK,TS,wscale 7>
      2.081 C > S . =7777778
      \(resets[1])2.5 C > S P. =7777778:=7777878
      2.58 S > C P. 1:101 ack =7777878
      2.581 C > S . =7777878 ack 101
      \(resets[2])3 C > S P. =7777878:=7777978
      3.08 S > C . 101 ack =7777978
      20 tick
      """
    let attempt = wasAnother ? "0,1 C > S S <mss 1460,sackOK,TS,wscale 7>\n" : ""
    #expect(try (forged(attempt + script) != nil) == isTold)
  }

  /// Below the ISN nothing is of this life: not the RST, and not what follows it.
  @Test func beforeTheISN() throws {
    let finding = try forged(
      Self.talk + """
        0.3 S > C R. =4000000 ack 101
        0.4 C > S P. 101:201 ack 201
        0.42 S > C P. 201:401 ack 201
        60 tick
        """)
    #expect(finding?.confidence == .likely && finding?.severity == .warning)
    let others = try forged(Self.talk + "0.3 S > C R. 201 ack 101\n0.4 S > C . =4000000 ack 150\n60 tick")
    #expect(others == nil)
  }

  /// Behind the gap one packet of the server's comes, which may be late: the RST is not known to be another's, nor to be its own.
  @Test(arguments: ["R. 1101", "R 1101"], ["0.131", "0.200"]) func theLossByOneThatMayBeForged(
    _ reset: String, _ later: String
  ) throws {
    let findings = try audit(
      Self.talk + """
        0.10 S > C . 201:1101 ack 101
        0.1001 C > S . 101 ack 1101
        0.1002 S > C . 1101:2101 ack 101 lost
        0.12 C > S P. 101:301 ack 1101
        0.13 S > C \(reset) ack 101
        \(later) S > C . 2101:3101 ack 101
        60 tick
        """)
    #expect(findings.allSatisfy { $0.confidence < .certain && $0.suspects == [.server, .path] }, "\(findings)")
    #expect(findings.first?.rule == "transfer-truncated")
  }
}
