import Audit
import Flow
import PacketScript
import Testing
import Wire

@testable import Report

@Suite("The ladder of a connection that is open")
struct LadderWindowTests {
  private let long =
    opening + """
      0.1 C > S P. 1:101
      0.2 S > C . ack 101
      0.3 C > S P. 101:201
      0.4 S > C . ack 201
      0.5 C > S P. 201:301
      0.6 S > C . ack 301
      """

  private func lines(_ scope: LadderScope, latest: Int) throws -> [String] {
    let facts = try #require(try track(long).first)
    let finding = Finding(
      rule: "reset-abort", severity: .note, confidence: .likely, suspects: [], summary: "what happened",
      evidence: [Evidence(facts.start, .client, "SYN"), Evidence(facts.start, .client, "the first of all")])
    let output = Output()
    var ladder = Ladder(
      facts, segments: Array(try PacketScript.parse(long).segments.suffix(latest)),
      findings: [FindingRecord(id: 1, connection: facts.id, finding: finding)],
      run: RunRecord(version: "0", inputs: ["eth0"]), style: Style(width: 120), window: scope)
    ladder.draw(to: output)
    return String(decoding: output.collected, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  private func place(_ words: String, in lines: [String]) -> Int? { lines.firstIndex { $0.contains(words) } }

  /// A finding that quotes a packet twice names it once.
  @Test func aRuleStandsOnceBesideItsPacket() throws {
    let row = try #require(try lines(.whole, latest: 9).first { $0.contains(" · ") })
    #expect(row.hasSuffix("· reset-abort"))
    #expect(!row.contains("reset-abort, reset-abort"))
  }

  /// On a screen of 24 lines the words are read before the packets.
  @Test func theWordsComeFirst() throws {
    let screen = try lines(.sofar, latest: 9)
    #expect(try #require(place("What happened.", in: screen)) < #require(place("seconds", in: screen)))
    let whole = try lines(.whole, latest: 9)
    #expect(try #require(place("What happened.", in: whole)) > #require(place("seconds", in: whole)))
  }

  /// What is gone was seen once: it is not said to be missing.
  @Test func whatIsForgottenIsCalledSo() throws {
    let cut = try lines(.latest, latest: 2)
    #expect(place("what came before is not kept any more", in: cut) != nil)
    #expect(place("200 bytes before it forgotten", in: cut) != nil)
    #expect(place("not seen yet", in: cut) == nil)
    #expect(try place("not kept any more", in: lines(.sofar, latest: 9)) == nil)
    // A capture that begins there says what it knows.
    #expect(try place("200 bytes before it not seen yet", in: lines(.whole, latest: 2)) != nil)
  }

  /// What is about no connection is told as whole as what is.
  @Test func aFindingAlone() {
    let finding = Finding(
      rule: "socket-leak", severity: .error, confidence: .likely, suspects: [.client, .path],
      summary: "a process opens ever more connections, and uses none of them again",
      evidence: [Evidence(Moment(time: Timestamp(seconds: 5), packet: .none), .client, "12 connections")],
      mend: "close them")
    let record = FindingRecord(id: 1, connection: nil, finding: finding)
    let lines = FindingDetail.lines(record, RunRecord(version: "0", inputs: ["eth0"]), width: 60)
    #expect(
      lines.prefix(5) == [
        "error  socket-leak   at fault: client or path   likely",
        "  A process opens ever more connections, and uses none of",
        "  them again.",
        "    -  +0.000 s  12 connections",
        "  Fix   close them",
      ], "\(lines)")
    #expect(
      FindingDetail.healing("healed: the connection goes on, and finding 5 no longer holds", width: 60) == [
        "healed: the connection goes on, and finding 5 no longer", "holds.", "",
      ])
  }
}
