import PacketScript
import Testing
import Wire

@testable import Flow

@Suite("Attempts that were refused stay small")
struct RefusalTests {
  private static let refused = "0.0 C > S S\n0.1 S > C R. =0 ack 1\n"

  private func feeding(_ text: String, _ options: TrackerOptions = TrackerOptions()) throws -> Tracker {
    var tracker = Tracker(options)
    _ = feed(try PacketScript.parse(text).observations, &tracker)
    return tracker
  }

  /// With Zeek's view every SYN has a connection at once; without it these are kept small as long as they can be.
  @Test(arguments: Scripts.refusals.map(\.name), [1, 32]) func theyLeaveNoTraceInTheFacts(
    _ name: String, batchSize: Int
  ) throws {
    let text = try #require(Scripts.refusals.first { $0.name == name }?.text)
    var options = TrackerOptions()
    let short = try track(text, batchSize: batchSize, options: options)
    options.zeek = true
    var long = try track(text, batchSize: batchSize, options: options)
    for place in long.indices { long[place].zeek = nil }
    #expect(short == long)
  }

  @Test func noConnectionIsMadeOfOne() throws {
    let tracker = try feeding(Self.refused)
    #expect([tracker.records.count, tracker.attempts.count, tracker.refusals.count] == [0, 1, 1])
    #expect([tracker.openConnections, tracker.lingering.count] == [1, 1])
  }

  /// Whatever says more than the two small records hold.
  @Test(arguments: [
    "0.1 S > C R 0", "0.1 S > C R. =0 ack 2", "0.1 C > S R. 1 ack 1", "0.1 S > C RF. =0 ack 1", "0.1 S > C S.",
    "0.1 S > C R. =0:10 ack 1",
  ]) func onlyAPlainOneIsKeptSo(_ answer: String) throws {
    let tracker = try feeding("0.0 C > S S\n" + answer)
    #expect([tracker.records.count, tracker.refusals.count] == [1, 0])
  }

  @Test func afterItsTimeNothingIsLeft() throws {
    let tracker = try feeding(Self.refused + "host D = 10.0.0.3:1\n20 D > S S")
    #expect([tracker.refusals.count, tracker.lingering.count, tracker.attempts.count] == [0, 0, 1])
  }

  /// What comes after it makes a connection of it, which waits in the queue in its place.
  @Test func aStragglerGoesOnInItsPlace() throws {
    var tracker = try feeding(Self.refused + "0.2 C > S . 1 ack 1")
    #expect([tracker.records.count, tracker.attempts.count, tracker.lingering.count] == [1, 0, 1])
    _ = feed(try PacketScript.parse("host D = 10.0.0.3:1\n20,40 D > S S").observations, &tracker)
    #expect([tracker.records.count, tracker.refusals.count] == [1, 0], "D's, which is repeated")
  }

  /// Places run out, and the queue has more of them than records: what is given up is another's, and whole.
  @Test func roomIsMadeForTheConnectionThatItBecomes() throws {
    var options = TrackerOptions()
    options.maxConnections = 16
    var text = ""
    for host in 1...40 {
      text += """
        host H\(host) = 10.0.1.\(host):4000\(host % 10)
        \(host).0 H\(host) > S S
        \(host).1 S > H\(host) R. =0 ack 1

        """
    }
    for host in 30...40 { text += "41.\(host) H\(host) > S . 1 ack 1\n" }
    let script = try PacketScript.parse(text)
    var tracker = Tracker(options)
    let facts = track(script.observations, &tracker)
    #expect(facts.count == 40 && Set(facts.map(\.id)).count == 40)
    // Who goes on was not refused.
    #expect(facts.filter { $0.client.packets == 1 && $0.state == .refused }.count == 29)
    #expect(facts.filter { $0.client.packets == 2 && $0.state == .attempted }.count == 11)
  }

  @Test func inBriefItIsTheSameConnection() throws {
    var options = TrackerOptions()
    options.brief = true
    options.briefRefusals = true
    let script = try PacketScript.parse(Self.refused)
    var tracker = Tracker(options)
    _ = feed(script.observations, &tracker)
    tracker.finish(recordedUntil: script.captureEnd)
    let given = tracker.nextBrief()
    var brief = try #require(given)
    guard case .refusal(let refusal) = brief.kind else {
      Issue.record("not given as a refusal")
      return
    }
    let facts = tracker.facts(of: refusal)
    #expect([facts] == track(script))
    #expect(refusal.syn == facts.client.first && refusal.reset == facts.server.first)
    #expect(refusal.timeToLive == facts.server.ttl)
    brief.kind = .plain
    #expect(brief == facts.brief)
    let more = (tracker.nextBrief(), tracker.nextFinished())
    #expect(more.0 == nil && more.1 == nil)
  }

  @Test func hostsLearnTheSameOfBoth() throws {
    var options = TrackerOptions()
    options.zeek = true
    var small = try feeding(Self.refused)
    var large = try feeding(Self.refused, options)
    #expect(large.records.count == 1)
    // Another attempt between them, of which no answer was seen.
    var other = try #require(try track("0 C > S S").first)
    other.id = 2
    var hosts = Hosts()
    #expect(hosts.bothDirectionsSeen(other) == nil)
    var checks = HealthChecks()
    small.teach(&hosts, &checks)
    #expect(hosts.bothDirectionsSeen(other) == true)
    hosts = Hosts()
    large.teach(&hosts, &checks)
    #expect(hosts.bothDirectionsSeen(other) == true)
  }
}
