extension Rule {
  static let captureOneSided = Rule(
    id: "capture-one-sided", severity: .note, title: "only one direction was captured"
  ) { facts, thresholds in
    nil
  }
}
