internal import Flow

extension Rule {
  /// Durations across such a step are not to be trusted; the order of the file is.
  static let captureClock = Rule(
    id: "capture-clock", severity: .note, title: "time runs backwards in the capture"
  ) { facts, thresholds in
    guard facts.backwardSteps > 0, facts.largestBackwardStep >= thresholds.clockStep else { return nil }
    return Finding(
      rule: "capture-clock", severity: .note, confidence: .certain, suspects: [.capture],
      summary:
        "time runs backwards \(steps(facts)): the file's order is kept, times across it are not to be trusted",
      evidence: facts.firstBackwardStep.map { [Evidence($0, nil, "earlier than the packet before it")] } ?? [],
      facts: [
        NamedFact("steps", Int64(clamping: facts.backwardSteps)),
        NamedFact("largest", duration: facts.largestBackwardStep),
      ],
      mend: "keep the capturing host's clock from being set while it captures (slew, do not step)")
  }

  private static func steps(_ facts: CaptureFacts) -> String {
    let step = duration(facts.largestBackwardStep)
    return facts.backwardSteps == 1 ? "once, by \(step)" : "\(commas(facts.backwardSteps)) times, by \(step) at most"
  }
}
