public import Audit
public import Capture
internal import Flow
public import Report
internal import Wire

/// How a run went, for exit codes and messages.
public struct RunOutcome: Sendable {
  public var errors: [CaptureError] = []
  /// The severest finding that was reported.
  public var severest: Severity?
  public var wasInterrupted = false
  public var frames: UInt64 = 0
  public var connections: UInt64 = 0
}

/// One packet's way: capture → wire → flow → audit → report, joined.
///
/// The frame is lent by the timeline, decoded into the next place of the batch, and the batch goes to the tracker when it
/// is full: nothing is allocated per packet.
public struct Pipeline: ~Copyable {
  private var timeline: Timeline
  private var stages: Stages
  private var judging: Judging
  private let reportsAllConnections: Bool

  public init(_ inputs: [String], _ options: RunOptions) throws(FilterError) {
    timeline = try Timeline(paths: inputs, filter: options.filter)
    stages = Stages(options)
    judging = Judging(options, inputs: inputs.count)
    reportsAllConnections = options.reportsAllConnections
  }

  /// Audits the inputs to their end, or to the first interruption, or until nobody reads the report.
  /// - Parameter progress: called now and then with the bytes read and their total, while the input lasts.
  public consuming func run(
    _ reporter: inout some Reporter, _ record: RunRecord, progress: (UInt64, UInt64?) -> Void = { _, _ in }
  ) -> RunOutcome {
    reporter.begin(record)
    let wasInterrupted = readAll(&reporter, progress)
    stages.flush()
    stages.decoder.finish()
    deliver(&reporter)
    judging.reachEnd(of: timeline.recordingEnd ?? stages.tracker.now)
    judging.expect(stages.tracker.teach(&judging.hosts, &judging.healthChecks))
    stages.tracker.finish(wasInterrupted ? .interrupted : .endOfInput, recordedUntil: timeline.recordingEnd)
    deliver(&reporter)
    for record in judging.findingsOfCapture(stages.tally, timeline.loss, stages.tracker.gaps, errors) {
      stages.tally.find(record.finding.rule, record.finding.severity)
      reporter.report(record)
    }
    reporter.end(summary())
    return RunOutcome(
      errors: errors, severest: judging.severest, wasInterrupted: wasInterrupted, frames: timeline.frames,
      connections: stages.tally.connections)
  }

  /// Says whether somebody interrupted it.
  private mutating func readAll(_ reporter: inout some Reporter, _ progress: (UInt64, UInt64?) -> Void) -> Bool {
    while true {
      switch stages.read(&timeline) {
      case .deliver: deliver(&reporter)
      case .look:
        // Batches that ICMP errors cut short are never full: what ended in them waits here.
        deliver(&reporter)
        progress(timeline.bytesRead, timeline.bytesTotal)
        if Interruption.isRequested || reporter.isBroken { return Interruption.isRequested }
      case .end: return Interruption.isRequested
      }
    }
  }

  /// Judges and reports the connections that have ended.
  private mutating func deliver(_ reporter: inout some Reporter) {
    judging.observe(stages.tally, timeline.loss, stages.tracker.gaps, now: stages.tracker.now)
    while !reporter.isBroken {
      while let brief = stages.tracker.nextBrief() {
        if case .refusal(let refusal) = brief.kind {
          report(refusal, brief, to: &reporter)
        } else {
          stages.tally.end(brief)
          judging.take(brief)
        }
      }
      guard let facts = stages.tracker.nextFinished() else { return }
      report(facts, to: &reporter)
    }
  }

  private mutating func report(_ refusal: Refusal, _ brief: Brief, to reporter: inout some Reporter) {
    let found = reporter.takesRefusals ? judging.find(refusal, brief) : .unclear
    if case .unclear = found { return report(stages.tracker.facts(of: refusal), to: &reporter) }
    stages.tally.end(brief)
    guard case .found(let record) = found else { return }
    stages.tally.find(RefusalRecord.rule, RefusalRecord.severity)
    reporter.report(record)
  }

  private mutating func report(_ facts: Facts, to reporter: inout some Reporter) {
    let brief = facts.brief
    stages.tally.end(brief)
    let (findings, sameAs) = judging.findings(of: facts, brief)
    for record in findings { stages.tally.find(record.finding.rule, record.finding.severity) }
    guard reportsAllConnections || !findings.isEmpty else { return }
    let interface = Int(facts.interface)
    reporter.report(
      ConnectionRecord(
        facts: facts, findings: findings, encapsulation: stages.encapsulation(facts.encapsulation),
        interface: interface < timeline.interfaces.count ? timeline.interfaces[interface].name : nil, sameAs: sameAs))
  }

  /// What is wrong with the inputs: that somebody wanted the end is not.
  private var errors: [CaptureError] { timeline.errors.filter { !$0.isInterruption } }

  private func summary() -> SummaryRecord {
    var summary = stages.tally.summary()
    summary.kernelDropped = timeline.loss.kernelDropped
    summary.interfaceDropped = timeline.loss.interfaceDropped
    summary.truncatedInput = errors.contains { $0.isTruncation }
    summary.unreadInputs = errors.filter(\.isUnread).map(\.path)
    summary.damagedInputs = UInt64(errors.count - summary.unreadInputs.count)
    summary.frames = timeline.frames
    summary.leftOutFindings = judging.leftOut
    summary.fragmentsIncomplete = stages.decoder.incompleteFragments
    summary.checksums = stages.decoder.checksums
    summary.evicted = stages.tracker.evicted
    summary.healthChecks = judging.healthChecks.count
    summary.seenAgain = judging.twins.seenAgain
    summary.seenTwice = judging.twins.connections
    summary.peakConnections = stages.tracker.peakConnections
    summary.end = timeline.recordingEnd
    // Packets without times (pcapng's simple packet blocks) were recorded nobody knows when.
    if summary.start?.nanoseconds == 0, summary.end?.nanoseconds ?? 0 == 0 { (summary.start, summary.end) = (nil, nil) }
    summary.backwardSteps = timeline.loss.backwardSteps
    return summary
  }
}
