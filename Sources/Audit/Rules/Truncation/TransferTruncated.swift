internal import Flow

extension Rule {
  static let transferTruncated = Rule(
    id: "transfer-truncated", section: .truncation, severity: .error,
    title: "data under way were lost when a RST ended the connection"
  ) { facts, surroundings, thresholds in
    nil
  }
}
