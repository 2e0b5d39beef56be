internal import Audit
internal import Flow
internal import Report
internal import Wire

// Connections that are judged before they end, as if the recording ended now: a rule that is right about a capture that was cut
// at this moment is right about the wire.
extension Judging {
  /// As things stand at `time`; nothing is counted. Only what is wanted.
  mutating func verdict(onOpen facts: Facts, at time: Timestamp) -> [Finding] {
    let brief = facts.brief
    // A connection that is learnt twice counts once.
    hosts.learn(brief)
    if let syn = brief.attempt {
      attempts.expect(syn)
      guard syn.count >= thresholds.synTransmissions, !attempts.isSwept(syn) else { return [] }
    }
    ask(hostsOf: facts)
    ask(inputsOf: facts)
    surroundings.isHealthCheck = false
    surroundings.captureEnd = recorded(facts, until: time)
    return wanted(judge(facts, surroundings, thresholds), brief)
  }

  /// What is selected, and was not told of the other sight of the connection.
  private func wanted(_ findings: [Finding], _ brief: Brief) -> [Finding] {
    let told = toldTwins.isEmpty ? 0 : toldTwins.told(brief).ofTwin
    return findings.filter { selection.contains($0) && Catalogue.bit(of: $0.rule) & told == 0 }
  }

  /// Remembers what stands of an open connection, for its other sight.
  mutating func note(_ told: [Told], of facts: Facts) {
    guard !told.isEmpty || !toldTwins.isEmpty else { return }
    toldTwins.tell(told.reduce(0) { $0 | Catalogue.bit(of: $1.claim.rule) }, of: facts.brief)
  }

  /// Of a connection that has ended; what is not wanted is counted.
  mutating func selected(_ findings: [Finding]) -> [Finding] {
    let wanted = findings.filter { selection.contains($0) }
    leftOut += UInt64(findings.count - wanted.count)
    return wanted
  }

  /// When the same facts will be judged in another way because time has passed; nil where they never will.
  /// - Parameter findings: the verdict of `time`, just given.
  mutating func nextChange(of facts: Facts, _ findings: [Finding], after time: Timestamp) -> Timestamp? {
    defer { surroundings.captureEnd = time }
    let brief = facts.brief
    func isOther(at later: Timestamp) -> Bool {
      surroundings.captureEnd = recorded(facts, until: later)
      let then = wanted(judge(facts, surroundings, thresholds), brief)
      return then.map(Claim.init) != findings.map(Claim.init)
    }
    // What is provable becomes so within that time, or not by time alone: the longest threshold, and its multiples.
    let horizon = 5 * max(thresholds.linger, thresholds.stall, thresholds.idle, thresholds.overdue, 60_000_000_000)
    var before: Int64 = 0
    var after = min(horizon, thresholds.farthest)
    guard isOther(at: time.advanced(by: after)) else { return nil }
    while after - before > Judging.precision {
      let middle = before + (after - before) / 2
      if isOther(at: time.advanced(by: middle)) { after = middle } else { before = middle }
    }
    return time.advanced(by: after)
  }

  /// Of `nextChange`, ns.
  private static var precision: Int64 { 250_000_000 }

  /// The number of the next finding.
  mutating func nextID() -> UInt64 {
    lastID += 1
    return lastID
  }
}

/// What a finding says that matters: another number of seconds is no other finding.
struct Claim: Equatable {
  var rule: String
  var severity: Severity
  var confidence: Confidence
  var suspects: [Party]

  var atFault: Party? { suspects.count == 1 ? suspects[0] : nil }

  init(_ finding: Finding) {
    rule = finding.rule
    severity = finding.severity
    confidence = finding.confidence
    suspects = finding.suspects
  }
}
