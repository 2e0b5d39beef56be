internal import Flow

extension Rule {
  static let finUnanswered = Rule(
    id: "fin-unanswered", section: .closing, severity: .warning,
    title: "a FIN that the peer acknowledges and never answers by its own: CLOSE-WAIT there"
  ) { facts, surroundings, thresholds in
    nil
  }
}
