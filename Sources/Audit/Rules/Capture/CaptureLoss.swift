extension Rule {
  static let captureLoss = Rule(
    id: "capture-loss", severity: .warning, title: "the capture lost packets"
  ) { facts, thresholds in
    nil
  }
}
