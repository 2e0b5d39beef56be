internal import Flow

extension Rule {
  static let halfOpen = Rule(
    id: "half-open", section: .silence, severity: .error,
    title: "the peer answers that it has no such socket"
  ) { facts, surroundings, thresholds in
    nil
  }
}
