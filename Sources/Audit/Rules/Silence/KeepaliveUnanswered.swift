internal import Flow

extension Rule {
  static let keepaliveUnanswered = Rule(
    id: "keepalive-unanswered", section: .silence, severity: .error,
    title: "keepalive probes without an answer"
  ) { facts, surroundings, thresholds in
    nil
  }
}
