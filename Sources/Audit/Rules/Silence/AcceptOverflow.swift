internal import Flow

extension Rule {
  static let acceptOverflow = Rule(
    id: "accept-overflow", section: .silence, severity: .warning,
    title: "the client completes the handshake and the SYN-ACK is repeated all the same"
  ) { facts, surroundings, thresholds in
    nil
  }
}
