internal import Flow

extension Rule {
  static let peerVanished = Rule(
    id: "peer-vanished", section: .silence, severity: .error,
    title: "data repeated with back-off, and nothing from a peer that was alive before"
  ) { facts, surroundings, thresholds in
    nil
  }
}
