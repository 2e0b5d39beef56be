internal import Flow

extension Rule {
  static let finUnacked = Rule(
    id: "fin-unacked", section: .closing, severity: .error,
    title: "a FIN that no packet of the peer ever acknowledges"
  ) { facts, surroundings, thresholds in
    nil
  }
}
