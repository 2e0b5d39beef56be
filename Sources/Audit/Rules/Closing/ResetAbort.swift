internal import Flow

extension Rule {
  static let resetAbort = Rule(
    id: "reset-abort", section: .closing, severity: .warning,
    title: "an established connection is ended by RST in place of FIN by a live socket"
  ) { facts, surroundings, thresholds in
    nil
  }
}
