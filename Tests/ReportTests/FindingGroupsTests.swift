import Audit
import Flow
import Testing
import Wire

@testable import Report

@Suite("Findings, equal ones together")
struct FindingGroupsTests {
  /// More services than are listed without it, and more of each than are kept.
  @Test func allHasNoBound() throws {
    let facts = try #require(try track(cutReply).first)
    let record = FindingRecord(id: 1, connection: 1, finding: cutReplyFinding(facts))
    func groups(all: Bool) -> FindingGroups {
      var groups = FindingGroups(all: all)
      for number in 0..<30_000 as Range<UInt32> {
        var facts = facts
        facts.serverEndpoint = Endpoint(address: IPAddress(v4: number % 6000), port: 80)
        groups.add(record, facts)
      }
      return groups
    }
    let some = groups(all: false)
    #expect(some.uncollected == 5000 && some.sorted.allSatisfy { $0.examples.count == 3 })
    let every = groups(all: true)
    #expect(every.uncollected == 0 && every.sorted.count == 6000)
    #expect(every.sorted.allSatisfy { $0.examples.count == 5 && $0.count == 5 })
  }
}
