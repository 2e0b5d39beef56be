import Testing

@testable import Audit

@Suite("One cause, one finding")
struct PrecedenceTests {
  static func finding(_ rule: Rule, _ severity: Severity = .error) -> Finding {
    Finding(
      rule: rule.id, severity: severity, confidence: .certain, suspects: [.path], summary: rule.title, evidence: [])
  }

  @Test func everyRuleAboutAConnectionHasAPlace() {
    let judged = Catalogue.rules.filter { $0.check != nil }.map(\.id)
    #expect(Precedence.rules.map(\.id).sorted() == judged.sorted())
  }

  @Test func theFirstStandsForTheOthers() {
    let chosen = Precedence.oneCauseOneFinding([.idleKilled, .peerVanished, .finUnacked].map { Self.finding($0) })
    #expect(chosen.map(\.rule) == ["idle-killed"])
    #expect(
      chosen[0].facts == [NamedFact("instead_of", .list([.text("peer-vanished"), .text("fin-unacked")]))])
  }

  @Test func oneAloneStandsForNone() {
    #expect(Precedence.oneCauseOneFinding([Self.finding(.finUnacked)]).first?.facts == [])
    #expect(Precedence.oneCauseOneFinding([]).isEmpty)
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
    #expect(Precedence.oneCauseOneFinding(fitting.map { Self.finding($0) }).map(\.rule) == expected)
  }

  @Test func aResetWithoutEffectIsNoEnding() {
    let forged = Self.finding(.resetForged, .warning)
    #expect(
      Precedence.oneCauseOneFinding([Self.finding(.halfCloseTruncated), forged]).map(\.rule)
        == ["half-close-truncated", "reset-forged"])
    #expect(Precedence.oneCauseOneFinding([forged, Self.finding(.resetNotHeard)]).map(\.rule) == ["reset-forged"])
    #expect(
      Precedence.oneCauseOneFinding([forged, Self.finding(.finUnanswered, .warning)]).map(\.rule)
        == ["fin-unanswered", "reset-forged"])
  }
}
