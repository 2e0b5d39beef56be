internal import Flow

extension Rule {
  /// The recording process died, or the file was copied while it grew. All before the damage is audited.
  static let captureCut = Rule(
    id: "capture-cut", severity: .warning, title: "the file ends in the middle of a record"
  ) { facts, thresholds in
    guard let first = facts.cutInputs.first else { return nil }
    let more = facts.cutInputs.count > 1 ? " and \(count(facts.cutInputs.count - 1, "other file"))" : ""
    let middle =
      switch first.place {
      case .record: "in the middle of a record"
      case .header: "in the middle of its header"
      case .compression: "in the middle of its compressed data"
      }
    return Finding(
      rule: "capture-cut", severity: .warning, confidence: .certain, suspects: [.capture],
      summary: "\(first.name)\(more) ended \(middle): what came after is missing",
      evidence: [],
      facts: [NamedFact("inputs", facts.cutInputs.map(\.path))],
      mend: first.place == .compression
        ? "fetch or copy the compressed file again (gzip -t, zstd -t and lz4 -t say whether it is whole)"
        : "end the capturing process before the file is copied (tcpdump -U writes whole packets)")
  }
}
