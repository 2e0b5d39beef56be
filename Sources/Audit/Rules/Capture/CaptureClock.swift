extension Rule {
  static let captureClock = Rule(
    id: "capture-clock", severity: .note, title: "time runs backwards in the capture"
  ) { facts, thresholds in
    nil
  }
}
