internal import Audit
internal import Capture
internal import Flow
internal import Report
internal import Wire

/// Where what has ended is counted, judged and reported, one connection after the other.
struct Desk: ~Copyable {
  var judging: Judging
  /// Of connections and findings.
  var tally = Tally()
  private let reportsAllConnections: Bool

  init(_ options: RunOptions, inputs: Int) {
    judging = Judging(options, inputs: inputs)
    reportsAllConnections = options.reportsAllConnections
  }

  /// What is known of the capture as of now.
  mutating func observe(_ loss: CaptureLoss, _ gaps: SharedGaps, now: Timestamp) {
    judging.observe(tally, loss, gaps, now: now)
  }

  /// A connection in brief, of which there is nothing to say.
  mutating func take(_ brief: Brief, to reporter: inout some Reporter) {
    reporter.meet(brief)
    tally.end(brief)
    judging.take(brief)
  }

  /// A refused one.
  /// - Returns: what of it has to be reported by its facts instead.
  mutating func take(_ refusal: Refusal, _ brief: Brief, to reporter: inout some Reporter) -> Unreported? {
    let verdict = judging.verdict(on: refusal, brief)
    if verdict == nil || reportsAllConnections || !reporter.takesRefusals {
      return Unreported(verdict: verdict)
    }
    reporter.meet(brief)
    tally.end(brief)
    guard let record = verdict?.record else { return nil }
    tally.find(RefusalRecord.rule, RefusalRecord.severity)
    reporter.report(record)
    return nil
  }

  /// What is said of a refused connection; nil where its facts are to be judged.
  struct Unreported {
    let verdict: Judging.RefusalVerdict?
  }

  /// Judges a connection, and reports it. Its facts, which are large, are handed on as they are lent.
  /// - Parameter verdict: where it is known already.
  mutating func report(
    _ facts: Facts, _ names: borrowing Names, given verdict: Judging.RefusalVerdict? = nil,
    to reporter: inout some Reporter
  ) {
    var told = ConnectionVerdict()
    let brief: Brief
    if let verdict {
      brief = facts.brief
      (told.findings, told.sameAs) = verdict.told
    } else {
      (brief, told.findings, told.sameAs) = judging.findings(of: facts)
    }
    reporter.meet(brief)
    tally.end(brief)
    for record in told.findings { tally.find(record.finding.rule, record.finding.severity) }
    guard reportsAllConnections || !told.findings.isEmpty else { return }
    told.encapsulation = names.encapsulation(facts.encapsulation)
    told.interface = names.interface(facts.interface)
    reporter.report(facts, told)
  }

  /// The last words: attempts, and what is wrong with the capture itself.
  mutating func finish(
    _ loss: CaptureLoss, _ gaps: SharedGaps, _ errors: [CaptureError], to reporter: inout some Reporter
  ) {
    for record in judging.findingsOfCapture(tally, loss, gaps, errors) {
      tally.find(record.finding.rule, record.finding.severity)
      reporter.report(record)
    }
  }

  /// What the indexes of a connection mean.
  struct Names: ~Copyable {
    var encapsulations: [Encapsulation]
    var interfaces: [CaptureInterface]

    func encapsulation(_ index: UInt16) -> Encapsulation {
      Int(index) < encapsulations.count ? encapsulations[Int(index)] : Encapsulation()
    }

    func interface(_ index: UInt16) -> String? {
      Int(index) < interfaces.count ? interfaces[Int(index)].name : nil
    }
  }
}
