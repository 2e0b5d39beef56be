public import Flow

/// What one connection's facts amount to: one finding for each cause (rules.md, "One cause, one finding"), and the few
/// that may stand beside it.
public func judge(_ facts: Facts, _ surroundings: Surroundings, _ thresholds: Thresholds) -> [Finding] {
  guard facts.isWorthALook, !facts.isMixed else { return [] }
  if facts.severalPlaces || surroundings.severalPlaces, !surroundings.inputsAreOneHost { return [] }
  let signs = facts.signs
  var abort = signs.contains(.abort) ? Abort(facts, surroundings, thresholds) : nil
  // A RST is how a health check hangs up; the service that it asks has no such excuse.
  if surroundings.isHealthCheck, abort?.side == .client, abort?.forgery.confidence == nil { abort = nil }
  let isSubflow = facts.isSubflow(endedBy: abort?.reset)
  var fitting: [Claimed] = []
  for place in Precedence.signs.indices where !Precedence.signs[place].isDisjoint(with: signs) {
    let rule = Precedence.rules[place]
    if !isSubflow, rule.isOfAbort, Precedence.isFolded(rule, behind: fitting) {
      if rule.claims(abort, facts, surroundings, thresholds) { fitting.append(.folded(rule.id)) }
      continue
    }
    guard var finding = rule.finding(on: abort, facts, surroundings, thresholds),
      !rule.isMeasured(finding, across: surroundings)
    else { continue }
    if facts.client.mayHaveArrived || facts.server.mayHaveArrived { finding.bytesLostExact = false }
    if let notice = facts.lastWord(for: rule) { finding.take(notice) }
    if isSubflow {
      guard let note = rule.note(onSubflow: finding) else { continue }
      finding = note
    } else if facts.mayBeSubflow {
      finding = rule.doubt(onPossibleSubflow: finding)
    }
    fitting.append(.told(facts.finding(finding, of: rule)))
  }
  if fitting.isEmpty { return [] }
  return Precedence.oneCauseOneFinding(fitting)
}

/// Findings about the capture, connection none.
public func judgeCapture(_ facts: CaptureFacts, _ thresholds: Thresholds) -> [Finding] {
  Catalogue.rules.compactMap { $0.captureCheck?(facts, thresholds) }
}

extension Facts {
  /// Both closed, all acknowledged, nobody reset, stalled or waited: no rule can fit, and most connections are so.
  var isWorthALook: Bool {
    // What one packet said may refute whatever the others seem to say.
    guard !client.headersCut, !server.headersCut else { return false }
    guard client.finIsAcked, server.finIsAcked else { return true }
    return client.isInTrouble || server.isInTrouble || icmp != nil
  }
}

extension Rule {
  /// It claims that somebody was silent for long, and in that time the clock leapt.
  fileprivate func isMeasured(_ finding: Finding, across surroundings: Surroundings) -> Bool {
    guard !surroundings.leaps.isEmpty, section == .silence || Rule.waits.contains(id),
      let start = finding.evidence.map(\.moment.time).min()
    else { return false }
    return surroundings.leaps(from: start, to: surroundings.captureEnd)
  }

  private static var waits: [String] { [Rule.finUnanswered.id, Rule.finUnacked.id, Rule.partnerless.id] }
}

extension SideFacts {
  /// Inlined: a side is not copied for it.
  @inline(__always) fileprivate var isInTrouble: Bool {
    $resets || unanswered != nil || deaf != nil || stall != nil || strangeSYN != nil
  }
}
