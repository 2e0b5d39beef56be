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
    var endings: [Finding] = []
    // A forged RST without effect ended nothing: an event of its own, unless it is the one that was not heard.
    var aside: [Finding] = []
    for finding in fitting {
      let isAside = finding.rule == Rule.resetForged.id && finding.severity < .error && !unheard
      if isAside { aside.append(finding) } else { endings.append(finding) }
    }
    guard var chosen = endings.first else { return aside }
    var beside: [Finding] = []
    var stoodFor: [String] = []
    for finding in endings.dropFirst() {
      if stands(finding, beside: chosen) { beside.append(finding) } else { stoodFor.append(finding.rule) }
    }
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
