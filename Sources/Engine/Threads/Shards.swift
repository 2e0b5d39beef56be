internal import Capture
internal import Flow
internal import Report
internal import Wire

/// A run on several threads. Each reads the inputs and keeps the connections that are its share: no packet is handed from one to
/// another. What has ended is judged and reported here, in the order in which it would have ended on one thread, and with what one
/// thread would have known by then: so the output is the same, to the byte.
struct Shards: ~Copyable {
  /// Reports of a thread that wait at most: how far one may be ahead of the others.
  private static var ahead: Int { 8 }

  private let channels: [Channel<ShardReport>]
  private let stopLine: StopLine
  private var threads: [Thread] = []
  private var merge: JournalMerge
  private var desk: Desk
  /// Makes facts of a refused attempt where they have to be judged.
  private var tracker: Tracker
  private var names = Desk.Names(encapsulations: [], interfaces: [])
  /// Of each thread's present report, what the capture had lost at its points.
  private var losses: [[CaptureLoss]]
  private var reading: Reading?
  private var evicted: [UInt64]
  private var phase = JournalMerge.Step.Phase.packets
  private var repeated: [LoneSYN] = []

  /// nil where the threads can't be had.
  init?(_ inputs: [String], _ options: RunOptions, _ count: Int) {
    channels = (0..<count).map { _ in Channel<ShardReport>(capacity: Shards.ahead) }
    stopLine = StopLine(readings: count)
    merge = JournalMerge(shares: count)
    desk = Desk(options, inputs: inputs.count)
    losses = [[CaptureLoss]](repeating: [], count: count)
    evicted = [UInt64](repeating: 0, count: count)
    var judges = options
    judges.setBrief()
    tracker = Tracker(judges.tracker)
    for (index, channel) in channels.enumerated() {
      let part = options.part(index, of: count)
      let stopLine = stopLine
      let thread = Thread {
        do throws(FilterError) {
          try ShardReading(inputs, part, index: index, stopLine, channel).run()
        } catch {
          channel.close()
        }
      }
      guard let thread else {
        giveUp()
        for thread in threads { thread.join() }
        return nil
      }
      threads.append(thread)
    }
  }

  consuming func run(
    _ reporter: inout some Reporter, _ record: RunRecord, total: UInt64?, progress: (UInt64, UInt64?) -> Void
  ) -> RunOutcome {
    reporter.begin(record)
    while !reporter.isBroken, hear(total, progress), let step = merge.nextStep() { tell(step, &reporter) }
    if reporter.isBroken { giveUp() }
    for thread in threads { thread.join() }
    guard var reading else { return RunOutcome(wasInterrupted: Interruption.isRequested) }
    if reporter.isBroken { reading.wasInterrupted = Interruption.isRequested }
    desk.tally.takePackets(of: reading.tally)
    desk.finish(reading.loss, merge.gaps, reading.errors, to: &reporter)
    reporter.end(
      SummaryRecord(
        reading, desk, evicted: evicted.reduce(0, +), peakConnections: merge.peakConnections))
    return RunOutcome(reading, desk)
  }

  /// Nobody wants more.
  private func giveUp() {
    stopLine.stop()
    for channel in channels { channel.close() }
  }

  /// Takes in reports until the next step is known. False where a thread says no more.
  private mutating func hear(_ total: UInt64?, _ progress: (UInt64, UInt64?) -> Void) -> Bool {
    while let share = merge.wanted {
      guard let report = channels[share].receive() else { return false }
      merge.take(report.journal, of: share)
      losses[share] = report.losses
      evicted[share] = report.evicted
      if report.encapsulations.count >= names.encapsulations.count { names.encapsulations = report.encapsulations }
      if report.interfaces.count >= names.interfaces.count { names.interfaces = report.interfaces }
      if share == 0, report.reading == nil { progress(report.bytesRead, total) }
      if let known = report.reading { reading = known }
    }
    return true
  }

  private mutating func tell(_ step: JournalMerge.Step, _ reporter: inout some Reporter) {
    if step.phase != phase { enter(step.phase) }
    if step.phase == .packets, step.tells {
      desk.observe(losses[step.share][step.point], merge.gaps, now: step.time)
    }
    var brief = Brief()
    while !reporter.isBroken, let next = merge.next() {
      switch next {
      case .brief:
        guard merge.takeBrief(&brief) else { continue }
        guard case .refusal(let refusal) = brief.kind else {
          desk.take(brief, to: &reporter)
          continue
        }
        guard let rest = desk.take(refusal, brief, to: &reporter) else { continue }
        desk.report(tracker.facts(of: refusal), names, given: rest.verdict, to: &reporter)
      case .facts: desk.report(merge.takeFacts(), names, to: &reporter)
      case .sight: learn(merge.sight())
      }
    }
  }

  private mutating func learn(_ sight: OpenSight) {
    desk.judging.hosts.learn(sight)
    desk.judging.healthChecks.learn(sight)
    if let attempt = sight.repeated { repeated.append(attempt) }
  }

  private mutating func enter(_ phase: JournalMerge.Step.Phase) {
    self.phase = phase
    guard let reading else { return }
    switch phase {
    case .packets: break
    case .sights: desk.judging.reachEnd(of: reading.recordingEnd ?? reading.reached)
    case .lastEnds:
      desk.judging.expect(repeated)
      repeated = []
      desk.observe(reading.loss, merge.gaps, now: reading.reached)
    }
  }
}
