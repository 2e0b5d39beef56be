import Flow
import PacketScript
import Testing
import Wire

@Suite("The same ISN again")
struct SameISNTests {
  /// Two interfaces, a mirror: the SYN, or all, is recorded once more. Its identification is that of a packet before.
  @Test(
    "what is recorded once more is the same connection",
    arguments: [
      "0.05 C > S R. 101 ack 301 id 104", "0.05 S > C R. 301 ack 101 id 902",
      "0.05 C > S F. 101 ack 301 id 104\n0.07 S > C F. 301 ack 102 id 902\n0.0701 C > S . 102 ack 302 id 105",
    ], [(1.2, true), (1.5, false), (9, true)] as [(Double, Bool)])
  func recordedOnceMore(_ end: String, _ again: (later: Double, isWhole: Bool)) throws {
    let conversation = """
      0.0000 C > S S 0 id 100
      0.0200 S > C S. 0 ack 1 id 900
      0.0201 C > S . 1 ack 1 id 101
      0.0202 C > S P. 1:101 ack 1 id 102
      0.0400 S > C P. 1:301 ack 101 id 901
      0.0401 C > S . 101 ack 301 id 103
      \(end)

      """
    let copies = later(again.isWhole ? conversation : "0.0 C > S S 0 id 100", by: again.later)
    let facts = try trackOne(conversation + copies)
    let whole = try trackOne(conversation)
    #expect(facts.state == whole.state)
    #expect(facts.client.synPackets == 1 && facts.client.sentBytes == 100 && facts.server.sentBytes == 300)
    #expect(facts.client.duplicatePackets == (again.isWhole ? whole.client.packets : 1))
    #expect(facts.server.duplicatePackets == (again.isWhole ? whole.server.packets : 0))
    #expect(facts.client.resets?.ownAfter == nil && facts.server.resets?.ownAfter == nil)
  }

  /// The first life was met behind its SYN, and the next one has the same number.
  @Test(
    "the same ISN again, behind a life that was met midstream",
    arguments: ["0.05 C > S R. 101 ack 301", "0.05 S > C R. 301 ack 101"])
  func theSameISNBehindMidstream(_ end: String) throws {
    let all = try track(
      """
      0 C > S P. 1:101 ack 1
      0.02 S > C P. 1:301 ack 101
      0.0201 C > S . 101 ack 301
      \(end)
      isn S 777000000
      5 C > S S
      5.02 S > C S.
      5.0201 C > S . 1
      5.0202 C > S P. 1:101
      5.04 S > C P. 1:301 ack 101
      """)
    #expect(all.map(\.state) == [.reset, .established])
    #expect(all.allSatisfy { $0.server.resets?.ownAfter == nil && $0.client.resets?.ownAfter == nil })
  }

  private func later(_ script: String, by seconds: Double) -> String {
    script.split(separator: "\n").map { line in
      let words = line.split(separator: " ", maxSplits: 1)
      return "\((Double(words[0]) ?? 0) + seconds) \(words[1])"
    }.joined(separator: "\n")
  }
}
