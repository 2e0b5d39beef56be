internal import Flow

extension Rule {
  static let neverHeard = Rule(
    id: "never-heard", section: .silence, severity: .error, when: .unanswered,
    title: "nothing at all from the peer for anything that was sent"
  ) { facts, surroundings, thresholds in
    guard let silence = Silence.ofData(facts, surroundings, thresholds), facts.wasNeverHeard(silence.silent) else {
      return nil
    }
    let since = facts.handshake.ack == nil ? "in the whole recording" : "since the handshake"
    return Finding(
      rule: "never-heard", severity: .error,
      confidence: silence.confidence(least: thresholds.dataTransmissions, span: thresholds.silentSpan),
      suspects: silence.suspects,
      summary: "nothing from the \(silence.silent.name) \(since): \(silence.repetition), no answer",
      bytesLost: silence.lostBytes, bytesLostExact: facts[silence.speaker].fin != nil, evidence: silence.evidence,
      facts: silence.namedFacts, mend: silence.proof)
  }
}
