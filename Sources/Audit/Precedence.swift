/// One ending event (a RST, a FIN, the start of a silence) gives one finding: the first that fits.
enum Precedence {
  /// Every rule about one connection: the more that a finding says of the same event, the earlier it stands.
  static let rules: [Rule] = [
    .synRejected, .synRefused, .acceptOverflow, .handshakeUnfinished, .synUnanswered, .halfCloseTruncated, .idleKilled,
    .transferTruncated, .resetForged, .resetUnread, .resetNotHeard, .halfOpen, .bigPacketsLost, .acksLost,
    .keepaliveUnanswered, .neverHeard, .peerVanished, .finUnacked, .finUnanswered, .resetAbort, .stalledReader,
  ]

  /// - Parameter fitting: in the order of `rules`.
  static func oneCauseOneFinding(_ fitting: [Finding]) -> [Finding] {
    guard fitting.count > 1 else { return fitting }
    var beside: [Finding] = []
    var rivals = fitting
    for companion in fitting where stands(companion, besides: fitting) {
      beside.append(companion)
      rivals.removeAll { $0.rule == companion.rule }
    }
    guard var chosen = rivals.first else { return beside }
    let stoodFor = rivals.dropFirst().map { FactValue.text($0.rule) }
    if !stoodFor.isEmpty { chosen.facts.append(NamedFact("instead_of", .list(stoodFor))) }
    return [chosen] + beside
  }

  private static func stands(_ finding: Finding, besides others: [Finding]) -> Bool {
    switch finding.rule {
    case Rule.resetForged.id:
      // The cause beside the damage, or beside the refusal that it fakes; one without effect ended nothing.
      let rivals = [Rule.resetNotHeard.id]
      if finding.severity < .error {
        return others.contains { $0.rule != finding.rule && !rivals.contains($0.rule) }
      }
      return others.contains { truncations.contains($0.rule) || $0.rule == Rule.synRefused.id }
    case Rule.stalledReader.id:
      return others.contains { endedByReset.contains($0.rule) }
    default:
      return false
    }
  }

  private static var truncations: [String] { [Rule.halfCloseTruncated.id, Rule.transferTruncated.id] }

  private static var endedByReset: [String] {
    truncations + [Rule.resetForged.id, Rule.resetUnread.id, Rule.resetNotHeard.id, Rule.resetAbort.id]
  }
}
