internal import Flow

extension Rule {
  static let handshakeUnfinished = Rule(
    id: "handshake-unfinished", section: .silence, severity: .warning,
    title: "the SYN-ACK is repeated, and the client's ACK never seen"
  ) { facts, surroundings, thresholds in
    nil
  }
}
