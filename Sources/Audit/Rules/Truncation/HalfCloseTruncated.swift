internal import Flow

extension Rule {
  static let halfCloseTruncated = Rule(
    id: "half-close-truncated", section: .truncation, severity: .error,
    title: "one side sent FIN, and the answer to it was cut off"
  ) { facts, surroundings, thresholds in
    nil
  }
}
