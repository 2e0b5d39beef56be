extension Rule {
  static let captureCut = Rule(
    id: "capture-cut", severity: .warning, title: "the file ends in the middle of a record"
  ) { facts, thresholds in
    nil
  }
}
