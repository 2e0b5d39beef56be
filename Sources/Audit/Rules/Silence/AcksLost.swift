internal import Flow

extension Rule {
  static let acksLost = Rule(
    id: "acks-lost", section: .silence, severity: .error,
    title: "the peer repeats data whose ACKs are on the wire"
  ) { facts, surroundings, thresholds in
    nil
  }
}
