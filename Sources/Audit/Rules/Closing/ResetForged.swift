internal import Flow

extension Rule {
  static let resetForged = Rule(
    id: "reset-forged", section: .closing, severity: .error,
    title: "a RST that its claimed sender did not send"
  ) { facts, surroundings, thresholds in
    nil
  }
}
