import Audit
import Flow
import Testing
import Wire

@Suite("Who hangs up behind an outage, a gap or a transfer that crawls has a reason")
struct ImpatienceTests {
  /// What a client sends, closes, and resets when the answer comes after all.
  private static func closed(at close: Double, answered: Double, repeated: String) -> String {
    """
    0.5\(repeated) C > S P. 1:101
    \(answered) S > C . 1 ack 101
    \(close) C > S F. 101 ack 1
    \(close + 0.1) S > C . 1 ack 102
    \(close + 0.11) S > C . 1:3001/1000 ack 102
    \(close + 0.12) C > S R 102
    60 tick
    """
  }

  @Test("its data were sent again and again before they arrived")
  func heldUp() throws {
    let finding = try auditOne(
      atClient + Self.closed(at: 7.3, answered: 7.2, repeated: ",0.72,1.15,2.01,3.7,7.1"))
    #expect(finding.rule == "half-close-truncated" && finding.confidence == .likely)
    #expect(finding.suspects == [.path, .server, .client])
    #expect(finding.summary.contains("what it said itself had been sent again and again, over 6.6 s"))
    #expect(finding.evidence.contains { $0.what == "the same once more" })
  }

  /// One repetition, and data that arrived long before it closed, are no reason.
  @Test(arguments: [(1.0, 0.8, ",0.72"), (9.5, 3.0, ",0.72,1.15,2.01")] as [(Double, Double, String)])
  func nothingToWaitFor(_ close: Double, _ answered: Double, _ repeated: String) throws {
    let finding = try auditOne(atClient + Self.closed(at: close, answered: answered, repeated: repeated))
    #expect(finding.rule == "half-close-truncated" && finding.suspects == [.client])
    #expect(finding.confidence == .certain)
  }

  /// Its data arrive, and what answers them does not: it goes on repeating what was acknowledged.
  @Test func deaf() throws {
    let finding = try auditOne(
      atServer + """
        0.5 C > S P. 1:101
        0.5001 S > C . 1 ack 101
        0.51 S > C . 1:3001/1000 ack 101
        0.72 C > S P. 1:101 ack 1
        0.82 S > C . 1:1001 ack 101
        1.15 C > S P. 1:101 ack 1
        1.5 S > C . 1:1001 ack 101
        2.01 C > S P. 1:101 ack 1
        2.9 S > C . 1:1001 ack 101
        3.0 C > S F. 101 ack 1
        3.0001 S > C . 3001 ack 102
        5.7 S > C . 1:1001 ack 102
        5.8 C > S R 102
        60 tick
        """)
    #expect(finding.rule == "transfer-truncated" && finding.confidence == .likely)
    #expect(finding.suspects.contains(.path) && finding.suspects.contains(.client))
  }

  @Test("what it waits for was lost before the capture: more came behind it")
  func behindAGap() throws {
    let finding = try auditOne(
      atClient + """
        0.5 C > S P. 1:101
        0.6 S > C . 1:1001 ack 101
        0.6001 C > S . 101 ack 1001
        0.601 S > C . 2001:3001 ack 101
        0.6011 C > S . 101 ack 1001 <sack 2001-3001>
        4.0 C > S R. 101 ack 1001
        60 tick
        """)
    #expect(finding.rule == "transfer-truncated" && finding.confidence == .likely)
    #expect(finding.suspects == [.path, .client])
    #expect(finding.summary.contains("a gap in the server's data had kept it waiting for 3.4 s"))
    #expect(finding.evidence.contains { $0.what == "beyond a gap" })
  }

  /// However long nothing was acknowledged before it; nor is one that opens behind the FIN.
  @Test(
    "a gap that is young is no reason",
    arguments: ["0.601 S > C . 2001:3001 ack 101\n0.7 C", "90 S > C . 2001:3001 ack 101\n90.3 C"])
  func youngGap(_ end: String) throws {
    let finding = try auditOne(
      atClient + """
        0.5 C > S P. 1:101
        0.6 S > C . 1:501 ack 101
        0.61 S > C . 501:1001 ack 101
        0.62 S > C . 501:1001 ack 101
        0.6201 C > S . 101 ack 1001
        \(end) > S R. 101 ack 1001
        160 tick
        """)
    #expect(finding.rule == "transfer-truncated" && finding.suspects == [.client])
  }

  /// An answer each segment of which has to be sent twice, and what happens then.
  private static func crawl(_ segments: ClosedRange<Int>, _ end: String) -> String {
    let steps = segments.map { number in
      let (start, time) = (number * 1000 + 1, Double(number))
      return """
        \(time),\(time + 0.4) S > C . \(start):\(start + 1000) ack 101
        \(time + 0.5) C > S . 101 ack \(start + 1000)
        """
    }
    return atServer + """
      0.5 C > S P. 1:101
      0.6 S > C . 1:2001/1000 ack 101
      0.7 C > S . 101 ack 2001
      \(steps.joined(separator: "\n"))
      \(end)
      """
  }

  @Test(arguments: [(2...20, [Party.path, .client]), (2...6, [.client])])
  func crawl(_ segments: ClosedRange<Int>, _ suspects: [Party]) throws {
    let end = segments.upperBound * 1000 + 1001
    let finding = try auditOne(
      Self.crawl(segments, "30.0,30.4 S > C . \(end):\(end + 1000) ack 101\n30.5 C > S R. 101 ack \(end)\n60 tick"))
    #expect(finding.rule == "transfer-truncated" && finding.suspects == suspects)
  }

  /// All of it came through, and what is under way when it resets was sent once.
  @Test func crawledLongAgo() throws {
    let finding = try auditOne(
      Self.crawl(2...20, "3600 S > C . 21001:22001 ack 101\n3600.1 C > S R. 101 ack 21001\n3700 tick"))
    #expect(finding.rule == "transfer-truncated" && finding.suspects == [.client])
  }

  /// Three repetitions of what was acknowledged, and the recording ends too soon for acks-lost: one of the two tells of it.
  @Test(arguments: [(5.2, "transfer-truncated"), (120.0, "acks-lost")]) func deafAndReset(_ end: Double, _ rule: String)
    throws
  {
    let finding = try auditOne(
      atServer + """
        0.5 C > S P. 1:101
        0.5001 S > C . 1 ack 101
        0.51 S > C . 1:3001/1000 ack 101
        0.72,1.15,2.01,3.73 C > S P. 1:101 ack 1
        5.0 C > S R. 101 ack 1
        \(end) tick
        """)
    #expect(finding.rule == rule && finding.suspects.contains(.path), "\(finding.summary)")
  }

  /// At the server's place the request comes late and the FIN with it: whether it was sent at once nobody knows there.
  @Test(arguments: [(8.0, [Party.client, .path]), (2.0, [.client])])
  func late(_ time: Double, _ suspects: [Party]) throws {
    let finding = try auditOne(
      atServer + """
        0.5 C > S P. 1:101
        0.51 S > C P. 1:1001 ack 101
        0.6 C > S . 101 ack 1001
        \(time) C > S P. 101:201 ack 1001
        \(time + 0.0001) S > C . 1001 ack 201
        \(time + 0.1) C > S F. 201 ack 1001
        \(time + 0.1001) S > C . 1001 ack 202
        \(time + 0.1002) S > C . 1001:4001/1000 ack 202
        \(time + 0.2) C > S R 202
        60 tick
        """)
    #expect(finding.rule == "half-close-truncated" && finding.suspects == suspects)
    #expect(finding.confidence == (suspects.count > 1 ? .likely : .certain))
  }
}
