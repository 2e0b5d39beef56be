internal import Flow

extension Rule {
  static let synRejected = Rule(
    id: "syn-rejected", section: .silence, severity: .error,
    title: "a SYN answered by an ICMP error"
  ) { facts, surroundings, thresholds in
    nil
  }
}
