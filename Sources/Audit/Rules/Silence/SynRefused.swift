internal import Flow

extension Rule {
  static let synRefused = Rule(
    id: "syn-refused", section: .silence, severity: .note,
    title: "a SYN answered by RST"
  ) { facts, surroundings, thresholds in
    nil
  }
}
