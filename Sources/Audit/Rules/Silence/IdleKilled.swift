internal import Flow

extension Rule {
  static let idleKilled = Rule(
    id: "idle-killed", section: .silence, severity: .error,
    title: "after an idle time the first packet has no proper answer: a middlebox forgot"
  ) { facts, surroundings, thresholds in
    nil
  }
}
