internal import Flow

extension Rule {
  static let stalledReader = Rule(
    id: "stalled-reader", section: .silence, severity: .warning,
    title: "a zero window that does not open: the peer's application does not read"
  ) { facts, surroundings, thresholds in
    nil
  }
}
