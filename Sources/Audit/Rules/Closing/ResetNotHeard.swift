internal import Flow

extension Rule {
  static let resetNotHeard = Rule(
    id: "reset-not-heard", section: .closing, severity: .error,
    title: "a RST was sent and the peer goes on as if nothing had happened"
  ) { facts, surroundings, thresholds in
    nil
  }
}
