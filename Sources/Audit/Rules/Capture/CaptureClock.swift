internal import Flow
internal import Wire

extension Rule {
  /// Durations across such a step are not to be trusted; the order of the file is.
  static let captureClock = Rule(
    id: "capture-clock", severity: .note, title: "time runs backwards or leaps in the capture"
  ) { facts, thresholds in
    let isBackward = facts.backwardSteps > 0 && facts.largestBackwardStep >= thresholds.clockStep
    let leap = facts.leaps.map { $0.upperBound.since($0.lowerBound) }.max()
    guard isBackward || leap != nil else { return nil }
    var parts: [String] = []
    if isBackward {
      parts.append(
        "time runs backwards \(steps(facts)): the file's order is kept, times across it are not to be trusted")
    }
    if let leap {
      parts.append(
        "time leaps \(times(UInt64(facts.leaps.count), leap)), in the middle of what several connections did: no silence"
          + " across it is counted")
    }
    return Finding(
      rule: "capture-clock", severity: .note, confidence: .certain, suspects: [.capture],
      summary: parts.joined(separator: "; "),
      evidence: isBackward
        ? facts.firstBackwardStep.map { [Evidence($0, nil, "earlier than the packet before it")] } ?? [] : [],
      facts: [
        NamedFact("steps", isBackward ? Int64(clamping: facts.backwardSteps) : 0),
        NamedFact("largest", duration: isBackward ? facts.largestBackwardStep : nil),
        NamedFact("leaps", Int64(facts.leaps.count)), NamedFact("largest_leap", duration: leap),
      ],
      mend: "keep the capturing host's clock from being set while it captures (slew, do not step)")
  }

  private static func steps(_ facts: CaptureFacts) -> String { times(facts.backwardSteps, facts.largestBackwardStep) }

  private static func times(_ count: UInt64, _ largest: Int64) -> String {
    let step = duration(largest)
    return count == 1 ? "once, by \(step)" : "\(commas(count)) times, by \(step) at most"
  }
}
