internal import Flow

extension Rule {
  /// The recording process died, or the file was copied while it grew. All before the damage is audited.
  static let captureCut = Rule(
    id: "capture-cut", severity: .warning, title: "the file ends in the middle of a record"
  ) { facts, thresholds in
    guard let first = facts.cutInputs.first else { return nil }
    let more = facts.cutInputs.count > 1 ? " and \(count(facts.cutInputs.count - 1, "other file"))" : ""
    return Finding(
      rule: "capture-cut", severity: .warning, confidence: .certain, suspects: [.capture],
      summary: "\(first.path)\(more) ended in the middle of a record: what came after is missing",
      evidence: facts.cutInputs.prefix(5).compactMap { input in
        input.last.map { Evidence($0, nil, "the last whole packet of \(input.path)") }
      },
      facts: [NamedFact("inputs", facts.cutInputs.map(\.path))],
      mend: "end the capturing process before the file is copied (tcpdump -U writes whole packets)")
  }
}
