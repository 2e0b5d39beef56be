internal import Flow

extension Rule {
  /// The visible side moves on, so the other one answers: only the capture does not see it.
  static let captureOneSided = Rule(
    id: "capture-one-sided", severity: .note, title: "only one direction was captured"
  ) { facts, thresholds in
    guard facts.oneSidedConnections > 0 else { return nil }
    let connections = count(facts.connections, "connection")
    let whose =
      facts.oneSidedConnections < facts.connections
      ? "\(commas(facts.oneSidedConnections)) of the \(connections)"
      : facts.connections == 1 ? "the one connection" : "all \(connections)"
    let which = "of \(whose) that got beyond a SYN"
    // Whose they are nobody knows: they may be all that is missing.
    let isCut = facts.cutHeaders > 0
    let what =
      isCut
      ? "only one direction was understood; \(count(facts.cutHeaders, "packet")) whose headers the capture cut may be the other"
      : "only one direction was captured; its ACKs prove that the other lives"
    return Finding(
      rule: "capture-one-sided", severity: .note, confidence: isCut ? .possible : .certain, suspects: [.capture],
      summary: "\(which) \(what), and no silence is claimed there",
      evidence: facts.firstOneSided.map { [Evidence($0, nil, "begins the first such connection")] } ?? [],
      facts: [
        NamedFact("one_sided_connections", Int64(clamping: facts.oneSidedConnections)),
        NamedFact("connections", Int64(clamping: facts.connections)),
      ] + (isCut ? [NamedFact("cut_headers", Int64(clamping: facts.cutHeaders))] : []),
      mend: isCut
        ? "capture more of each packet (tcpdump -s 0); if it stays so, capture"
          + " where both directions pass: at a host itself, or both directions of a mirror port"
        : "capture where both directions pass: at a host itself, or both directions of a mirror port")
  }
}
