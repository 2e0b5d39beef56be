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
  static func oneCauseOneFinding(_ fitting: [Claimed]) -> [Finding] {
    let unheard = fitting.contains { $0.rule == Rule.resetNotHeard.id }
    var told: [Finding] = []
    // A forged RST without effect ended nothing: an event of its own, unless it is the one that was not heard.
    var aside: [Finding] = []
    var stoodFor: [String] = []
    for claimed in fitting {
      guard case .told(let finding) = claimed else {
        stoodFor.append(claimed.rule)
        continue
      }
      if finding.rule == Rule.resetForged.id, finding.severity < .error, !unheard {
        aside.append(finding)
      } else if told.isEmpty || stands(finding.rule, beside: told[0].rule) {
        told.append(finding)
      } else {
        stoodFor.append(finding.rule)
      }
    }
    if !stoodFor.isEmpty { told[0].facts.append(NamedFact("instead_of", stoodFor)) }
    return told + aside
  }

  /// Whatever this rule would say will only be named: a rule before it tells of the same event.
  static func isFolded(_ rule: Rule, behind fitting: [Claimed]) -> Bool {
    guard let chosen = fitting.first(where: { $0.rule != Rule.resetForged.id }) else { return false }
    return !stands(rule.id, beside: chosen.rule)
  }

  private static func stands(_ rule: String, beside chosen: String) -> Bool {
    switch rule {
    // The cause beside the damage, or beside the refusal that it fakes.
    case Rule.resetForged.id: truncations.contains(chosen) || chosen == Rule.synRefused.id
    case Rule.stalledReader.id: endedByReset.contains(chosen)
    default: false
    }
  }

  private static var truncations: [String] { [Rule.halfCloseTruncated.id, Rule.transferTruncated.id] }

  private static var endedByReset: [String] {
    truncations + [Rule.resetForged.id, Rule.resetUnread.id, Rule.resetNotHeard.id, Rule.resetAbort.id]
  }
}

/// What fits, in the order of `Precedence.rules`.
enum Claimed {
  case told(Finding)
  /// Id of the rule: to be named, and no more.
  case folded(String)

  var rule: String {
    switch self {
    case .told(let finding): finding.rule
    case .folded(let rule): rule
    }
  }
}
