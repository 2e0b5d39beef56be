import Audit
import Testing

@Suite("The catalogue")
struct CatalogueTests {
  @Test(arguments: Catalogue.rules.map(\.id)) func everyRuleHasAPage(_ id: String) throws {
    let page = try #require(Catalogue.page(id))
    #expect(page.hasPrefix("# \(id)\n"))
  }

  @Test func namesAreUniqueAndFound() {
    #expect(Set(Catalogue.rules.map(\.id)).count == Catalogue.rules.count)
    for rule in Catalogue.rules { #expect(Catalogue.rule(rule.id)?.title == rule.title) }
    #expect(Catalogue.rule("no-such-rule") == nil)
    #expect(Catalogue.page("no-such-rule") == nil)
  }

  /// As `tcpaudit rules` lists them.
  @Test(arguments: Catalogue.rules) func theSeverestStandsFirst(_ rule: Rule) {
    #expect(!rule.severities.isEmpty && rule.severities == Set(rule.severities).sorted(by: >))
  }

  @Test(arguments: Catalogue.rules) func aRuleJudgesOneThing(_ rule: Rule) {
    // What only the kernel's table shows, look by look, is judged where that is read.
    #expect((rule.check == nil) == (rule.section == .capture || rule.id == "socket-leak"))
    #expect((rule.captureCheck == nil) == (rule.section != .capture))
  }
}
