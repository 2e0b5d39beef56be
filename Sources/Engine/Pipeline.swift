public import Capture
internal import Flow
public import Report
internal import Wire

/// One packet's way: capture → wire → flow → audit → report, joined.
///
/// The frame is lent by the timeline, decoded into the next place of the batch, and the batch goes to the tracker when it
/// is full: nothing is allocated per packet.
public struct Pipeline: ~Copyable {
  private var timeline: Timeline
  private var stages: Stages
  private var desk: Desk
  private let inputs: [String]
  private let options: RunOptions

  /// Throws where the filter is none; inputs that can't be read are the outcome's `errors`.
  public init(_ inputs: [String], _ options: RunOptions) throws(FilterError) {
    timeline = try Timeline(paths: inputs, filter: options.filter)
    stages = Stages(options)
    desk = Desk(options, inputs: inputs.count)
    self.inputs = inputs
    self.options = options
  }

  /// Audits the inputs to their end, or to the first interruption, or until nobody reads the report.
  /// - Parameter progress: called now and then with the bytes read and their total, while the input lasts.
  public consuming func run(
    _ reporter: inout some Reporter, _ record: RunRecord, progress: (UInt64, UInt64?) -> Void = { _, _ in }
  ) -> RunOutcome {
    let threads = options.threads(for: inputs)
    if threads > 1, let shards = Shards(inputs, options, threads) {
      return shards.run(&reporter, record, total: timeline.bytesTotal, progress: progress)
    }
    return runAlone(&reporter, record, progress)
  }

  private consuming func runAlone(
    _ reporter: inout some Reporter, _ record: RunRecord, _ progress: (UInt64, UInt64?) -> Void
  ) -> RunOutcome {
    reporter.begin(record)
    let wasInterrupted = readAll(&reporter, progress)
    stages.flush()
    stages.decoder.finish()
    deliver(&reporter)
    desk.judging.reachEnd(of: timeline.recordingEnd ?? stages.tracker.reached)
    desk.judging.expect(stages.tracker.teach(&desk.judging.hosts, &desk.judging.healthChecks))
    stages.tracker.finish(
      wasInterrupted ? .interrupted : .endOfInput, recordedUntil: timeline.recordingEnd, each: timeline.recordingEnds)
    deliver(&reporter)
    let reading = Reading(timeline, stages, wasInterrupted: wasInterrupted)
    desk.tally.takePackets(of: stages.tally)
    desk.finish(reading.loss, stages.tracker.gaps, reading.errors, to: &reporter)
    reporter.end(
      SummaryRecord(
        reading, desk, evicted: stages.tracker.evicted, peakConnections: stages.tracker.peakConnections))
    return RunOutcome(reading, desk)
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
    desk.observe(timeline.loss, stages.tracker.gaps, now: stages.tracker.reached)
    let names = Desk.Names(encapsulations: stages.decoder.encapsulations, interfaces: timeline.interfaces)
    var brief = Brief()
    while !reporter.isBroken {
      while stages.tracker.takeBrief(&brief) {
        guard case .refusal(let refusal) = brief.kind else {
          desk.take(brief, to: &reporter)
          continue
        }
        guard let rest = desk.take(refusal, brief, to: &reporter) else { continue }
        desk.report(stages.tracker.facts(of: refusal), names, given: rest.verdict, to: &reporter)
      }
      guard stages.tracker.hasFacts() else { return }
      desk.report(stages.tracker.takeFacts(), names, to: &reporter)
    }
  }
}
