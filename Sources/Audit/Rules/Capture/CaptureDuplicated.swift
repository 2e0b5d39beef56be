extension Rule {
  static let captureDuplicated = Rule(
    id: "capture-duplicated", severity: .note, title: "the capture holds packets twice"
  ) { facts, thresholds in
    nil
  }
}
