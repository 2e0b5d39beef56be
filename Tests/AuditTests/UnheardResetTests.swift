import Audit
import Flow
import Testing

@Suite("RSTs that the path eats")
struct UnheardResetTests {
  private static let exchange = """
    0.2 C > S P. 1:101
    0.21 S > C P. 1:501 ack 101
    0.22 C > S . 101 ack 501

    """

  /// Each repetition is answered by a RST, which does not arrive either.
  private static func deaf(answeredBy reset: Int) -> String {
    [8.0, 8.2, 8.6, 9.4, 11.0, 14.2].map { "\($0) C > S P. 101:401\n\($0 + 0.001) S > C R \(reset)\n" }.joined()
  }

  /// Behind the server's FIN or without one, and whether the client gives up in the end or not.
  @Test(arguments: ["", "20 C > S R. 401"], [true, false])
  func theClientRepeatsItselfToNobody(_ end: String, _ isClosed: Bool) throws {
    let close = isClosed ? "5 S > C F. 501 ack 101\n5.001 C > S . 101 ack 502\n" : ""
    let finding = try auditOne(onLAN + Self.exchange + close + Self.deaf(answeredBy: isClosed ? 502 : 501) + end)
    #expect(finding.rule == "reset-not-heard" && finding.severity == .error && finding.confidence == .certain)
    #expect(finding.suspects == [.path] && finding.bytesLost == 300)
    #expect(finding.summary.contains("until it gives up") == !end.isEmpty)
    #expect(finding.evidence.last?.side == .client)
  }

  /// The next packet of its socket, by another way, or from another beginning: a device may have counted on.
  @Test(arguments: [64, 40, 61, 255]) func itsTTLIsAnother(_ ttl: Int) throws {
    let script = onLAN + Self.exchange + "7 S > C . 501 ack 101\n7.99 C > S P. 101:401\n"
    let finding = try auditOne(
      script + "8 S > C R. 501 ack 101 ttl \(ttl)\n8.2,8.6,9.4,11,14.2,20.6 C > S P. 101:401\n40 tick")
    #expect(finding.rule == "reset-not-heard" && finding.confidence == (ttl == 64 ? .certain : .likely))
    #expect(finding.evidence.contains { $0.what.contains("TTL") } == (ttl != 64))
  }

  /// It was heard: the client's own RST comes at once, or the server lives.
  @Test(arguments: [
    "8 C > S P. 101:401\n8.001 S > C R 501\n8.002 C > S R. 401",
    "8 C > S P. 101:401\n8.001 S > C R. 501\n8.2,8.6,9.4 C > S P. 101:401\n9.401 S > C . 501 ack 401\n9.5 C > S R. 401",
  ])
  func itWasHeardOrNobodyWasGone(_ rest: String) throws {
    #expect(try !audit(onLAN + Self.exchange + rest).contains { $0.rule == "reset-not-heard" })
  }

  /// A live socket hangs up on what it receives: the answer is lost by that, whether its peer hears it or not.
  @Test func theReaderHungUp() throws {
    let finding = try auditOne(
      onLAN + """
        0.2 C > S P. 1:101
        0.201 C > S F. 101
        0.202 S > C . ack 102
        0.3 S > C . 1:2897/1448 ack 102
        0.301 C > S . 102 ack 1449
        0.302 C > S R. 102 ack 1449
        0.6,1.2,2.4,4.8,9.6 S > C . 1449:2897 ack 102
        """)
    #expect(finding.rule == "half-close-truncated" && finding.severity == .error && finding.bytesLost == 1448)
    #expect(finding.summary.contains("its RST never arrived"))
    #expect(finding.evidence.contains { $0.side == .client && $0.what == "RST+ACK" })
  }

  /// The closed socket's host answers each repetition by a bare one.
  @Test func theReaderHungUpAndItsHostSaysSoEachTime() throws {
    let finding = try auditOne(
      onLAN + """
        0.2 C > S P. 1:101
        0.201 C > S F. 101
        0.202 S > C . ack 102
        0.3 S > C . 1:2897/1448 ack 102
        0.301 C > S . 102 ack 1449
        0.302 C > S R. 102 ack 1449
        0.6,1.2,2.4,4.8,9.6 S > C . 1449:2897 ack 102
        0.601,1.201,2.401,4.801,9.601 C > S R 102
        """)
    #expect(finding.rule == "half-close-truncated" && finding.severity == .error && finding.bytesLost == 1448)
    #expect(finding.summary.contains("its 6 RSTs never arrived") && !finding.summary.contains("silence"))
    #expect(finding.evidence.map(\.what).suffix(2) == ["transmission 6 of the same", "RST, the 6th one"])
  }

  /// What its receiver's kernel drops by right says nothing of who is silent.
  @Test(arguments: ["8.05 S > C R. 400 ack 401", "8.05 S > C R. 2000 ack 401"])
  func aRSTThatIsNobodys(_ reset: String) throws {
    let findings = try audit(
      onLAN + Self.exchange + """
        2 S > C P. 501:601 ack 101
        2.01 C > S . 101 ack 601
        3 S > C P. 601:701 ack 101
        3.01 C > S . 101 ack 701
        8 C > S P. 101:401
        \(reset)
        8.2,8.6,9.4,11,14.2,20.6 C > S P. 101:401
        40 tick
        """)
    let finding = try #require(findings.first)
    #expect(finding.rule == "peer-vanished")
    // Ahead of its stream it may have been its own.
    #expect(finding.confidence == (reset.contains("2000") ? .likely : .certain))
  }

  /// The server was silent from the beginning: nobody reset anything but who gave up.
  @Test func nobodyReset() throws {
    let finding = try auditOne(onLAN + Self.exchange + "8,8.2,8.6,9.4,11,14.2 C > S P. 101:401\n20 C > S R. 401")
    #expect(finding.rule == "peer-vanished")
  }
}
