internal import Flow

extension Rule {
  /// The visible side moves on, so the other one answers: only the capture does not see it.
  static let captureOneSided = Rule(
    id: "capture-one-sided", severity: .note, title: "only one direction was captured"
  ) { facts, thresholds in
    guard facts.oneSidedConnections > 0 else { return nil }
    return Finding(
      rule: "capture-one-sided", severity: .note, confidence: .certain, suspects: [.capture],
      summary:
        "of \(commas(facts.oneSidedConnections)) of the \(count(facts.connections, "connection")) that got beyond a SYN only"
        + " one direction was captured; its ACKs prove that the other lives, and no silence is claimed there",
      evidence: facts.firstOneSided.map { [Evidence($0, nil, "begins the first such connection")] } ?? [],
      facts: [
        NamedFact("one_sided_connections", Int64(clamping: facts.oneSidedConnections)),
        NamedFact("connections", Int64(clamping: facts.connections)),
      ],
      mend: "capture where both directions pass: at a host itself, or both directions of a mirror port")
  }
}
