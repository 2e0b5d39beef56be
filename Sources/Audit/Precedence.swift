/// One ending event (a RST, a FIN, the start of a silence) gives one finding: the first that fits.
enum Precedence {
  /// Every rule about one connection: the more that a finding says of the same event, the earlier it stands.
  static let rules: [Rule] = [
    .synRejected, .synRefused, .acceptOverflow, .handshakeUnfinished, .synUnanswered, .halfCloseTruncated, .idleKilled,
    .transferTruncated, .partnerless, .resetForged, .resetUnread, .resetNotHeard, .halfOpen, .bigPacketsLost, .acksLost,
    .keepaliveUnanswered, .neverHeard, .peerVanished, .finUnacked, .finUnanswered, .resetAbort, .stalledReader,
  ]

  /// Of each of them: what one of them needs is known without taking up the rule.
  static let signs = rules.map(\.signs)

  /// - Parameter fitting: in the order of `rules`.
  static func oneCauseOneFinding(_ fitting: [Finding]) -> [Finding] {
    let unheard = fitting.contains { $0.rule == Rule.resetNotHeard.id }
    // A forged RST without effect ended nothing: an event of its own, unless it is the one that was not heard.
    let aside = fitting.filter { $0.rule == Rule.resetForged.id && $0.severity < .error && !unheard }
    let endings = fitting.filter { !aside.contains($0) }
    guard var chosen = endings.first else { return aside }
    let rest = endings.dropFirst()
    let beside = rest.filter { stands($0, beside: chosen) }
    let stoodFor = rest.filter { !beside.contains($0) }.map(\.rule)
    if !stoodFor.isEmpty { chosen.facts.append(NamedFact("instead_of", stoodFor)) }
    return [chosen] + beside + aside
  }

  private static func stands(_ finding: Finding, beside chosen: Finding) -> Bool {
    switch finding.rule {
    // The cause beside the damage, or beside the refusal that it fakes.
    case Rule.resetForged.id: truncations.contains(chosen.rule) || chosen.rule == Rule.synRefused.id
    case Rule.stalledReader.id: endedByReset.contains(chosen.rule)
    default: false
    }
  }

  private static var truncations: [String] { [Rule.halfCloseTruncated.id, Rule.transferTruncated.id] }

  private static var endedByReset: [String] {
    truncations + [Rule.resetForged.id, Rule.resetUnread.id, Rule.resetNotHeard.id, Rule.resetAbort.id]
  }
}
