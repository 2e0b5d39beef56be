internal import Flow

extension Rule {
  /// A copy has the same IP ID and the same timestamps; a retransmission has neither. A few may have been doubled on their
  /// way, which the summary counts and nobody is blamed for; a capture that does it does it to a good part of all.
  static let captureDuplicated = Rule(
    id: "capture-duplicated", severity: .warning, .note, title: "the capture holds packets twice"
  ) { facts, thresholds in
    if let finding = facts.severalPlacesFinding { return finding }
    guard facts.duplicatePackets >= thresholds.duplicatedLeast,
      facts.duplicatePackets >= facts.tcpPackets / thresholds.duplicatedShare
    else { return nil }
    return Finding(
      rule: "capture-duplicated", severity: .note, confidence: .certain, suspects: [.capture],
      summary: "\(count(facts.duplicatePackets, "duplicate packet")) of \(commas(facts.tcpPackets)), dropped before the"
        + " analysis",
      evidence: facts.firstDuplicated.map { [Evidence($0, nil, "begins the first connection that has copies")] } ?? [],
      facts: [
        NamedFact("duplicate_packets", Int64(clamping: facts.duplicatePackets)),
        NamedFact("tcp_packets", Int64(clamping: facts.tcpPackets)),
      ],
      mend: "capture on one interface instead of any, or one direction of each mirrored port"
        + (facts.inputs > 1 ? "; name each capture once" : ""))
  }
}
