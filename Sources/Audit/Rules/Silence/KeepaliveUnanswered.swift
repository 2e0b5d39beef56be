internal import Flow
internal import Wire

extension Rule {
  static let keepaliveUnanswered = Rule(
    id: "keepalive-unanswered", section: .silence, severity: .error, when: .unanswered,
    title: "keepalive probes without an answer"
  ) { facts, surroundings, thresholds in
    guard let silence = Silence.ofKeepalives(facts, surroundings, thresholds) else { return nil }
    let gaveUp = facts[silence.speaker].resets?.effective?.flags.contains(.ack) == true
    var named = silence.namedFacts
    named.append(NamedFact("gave_up", gaveUp))
    let ample = gaveUp || silence.run.sent.count >= thresholds.keepaliveProbes + 2
    let confidence = silence.confidence(ample ? .certain : .likely)
    return Finding(
      rule: "keepalive-unanswered", severity: .error,
      confidence: min(confidence, silence.surestOfProbes),
      suspects: silence.suspects,
      summary: "the \(silence.silent.name) is silent: \(silence.repetition), no answer"
        + (gaveUp ? ", then the \(silence.speaker.name) gave up" : ""),
      evidence: silence.evidence, facts: named, mend: silence.proof)
  }
}
