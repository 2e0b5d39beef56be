internal import Flow

extension Rule {
  static let bigPacketsLost = Rule(
    id: "big-packets-lost", section: .silence, severity: .error,
    title: "small segments are acknowledged and full-sized ones never"
  ) { facts, surroundings, thresholds in
    nil
  }
}
