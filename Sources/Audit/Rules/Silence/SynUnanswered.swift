internal import Flow

extension Rule {
  static let synUnanswered = Rule(
    id: "syn-unanswered", section: .silence, severity: .error,
    title: "SYNs without an answer of any kind"
  ) { facts, surroundings, thresholds in
    nil
  }
}
