internal import Flow

extension Rule {
  static let neverHeard = Rule(
    id: "never-heard", section: .silence, severity: .error,
    title: "nothing at all from the peer for anything sent"
  ) { facts, surroundings, thresholds in
    nil
  }
}
