import Testing

@testable import Audit

@Suite("One cause, one finding")
struct PrecedenceTests {
  static func finding(_ rule: Rule, _ severity: Severity = .error) -> Finding {
    Finding(
      rule: rule.id, severity: severity, confidence: .certain, suspects: [.path], summary: rule.title, evidence: [])
  }

  private static func chosen(_ fitting: [Finding]) -> [Finding] {
    Precedence.oneCauseOneFinding(fitting.map(Claimed.told))
  }

  @Test func everyRuleAboutAConnectionHasAPlace() {
    let judged = Catalogue.rules.filter { $0.check != nil }.map(\.id)
    #expect(Precedence.rules.map(\.id).sorted() == judged.sorted())
  }

  @Test func theFirstStandsForTheOthers() {
    let chosen = Self.chosen([.idleKilled, .peerVanished, .finUnacked].map { Self.finding($0) })
    #expect(chosen.map(\.rule) == ["idle-killed"])
    #expect(
      chosen[0].facts == [NamedFact("instead_of", .list([.text("peer-vanished"), .text("fin-unacked")]))])
  }

  @Test func oneAloneStandsForNone() {
    #expect(Self.chosen([Self.finding(.finUnacked)]).first?.facts == [])
    #expect(Self.chosen([]).isEmpty)
  }

  @Test(arguments: [
    // The cause beside the damage.
    ([Rule.transferTruncated, .resetForged, .resetAbort], ["transfer-truncated", "reset-forged"]),
    ([.halfCloseTruncated, .transferTruncated, .resetForged], ["half-close-truncated", "reset-forged"]),
    ([.synRefused, .resetForged], ["syn-refused", "reset-forged"]),
    ([.resetForged, .resetUnread], ["reset-forged"]),
    ([.idleKilled, .transferTruncated, .resetForged], ["idle-killed"]),
    ([.stalledReader], ["stalled-reader"]),
    // The stall beside the RST that ends it, and only beside such.
    ([.resetAbort, .stalledReader], ["reset-abort", "stalled-reader"]),
    ([.transferTruncated, .resetForged, .stalledReader], ["transfer-truncated", "reset-forged", "stalled-reader"]),
    ([.peerVanished, .stalledReader], ["peer-vanished"]),
  ]) func companions(_ fitting: [Rule], _ expected: [String]) {
    #expect(Self.chosen(fitting.map { Self.finding($0) }).map(\.rule) == expected)
    // Whoever is not put into words is one that would not have been told, and is named as well.
    var unsaid: [Claimed] = []
    for rule in fitting {
      let isFolded = Precedence.isFolded(rule, behind: unsaid)
      unsaid.append(isFolded ? .folded(rule.id) : .told(Self.finding(rule)))
    }
    #expect(Precedence.oneCauseOneFinding(unsaid) == Self.chosen(fitting.map { Self.finding($0) }))
  }

  @Test func aResetWithoutEffectIsNoEnding() {
    let forged = Self.finding(.resetForged, .warning)
    #expect(
      Self.chosen([Self.finding(.halfCloseTruncated), forged]).map(\.rule)
        == ["half-close-truncated", "reset-forged"])
    #expect(Self.chosen([forged, Self.finding(.resetNotHeard)]).map(\.rule) == ["reset-forged"])
    #expect(
      Self.chosen([forged, Self.finding(.finUnanswered, .warning)]).map(\.rule)
        == ["fin-unanswered", "reset-forged"])
  }
}
