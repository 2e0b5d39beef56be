internal import Audit
public import Capture
internal import Flow
public import Report
public import Wire

/// Capture files played through the live audit, their timestamps as the clock: the same findings in the end, each when it would
/// have been told.
public struct Replay: ~Copyable {
  /// Longer than that, ns, nothing becomes provable by silence alone: the clock then goes on in large steps.
  private static var longest: Int64 { 600_000_000_000 }
  private static var largeStep: Int64 { 60_000_000_000 }

  private var timeline: Timeline
  private var audit: LiveAudit
  /// What this host's kernel would have said at a moment: nil, nothing new.
  private let host: (Timestamp) -> HostTable?

  /// - Parameter host: readings of a kernel's table of sockets, as they come.
  public init(
    _ inputs: [String], _ options: RunOptions, recorder: FlightRecorder? = nil,
    host: @escaping (Timestamp) -> HostTable? = { _ in nil }
  ) throws(FilterError) {
    self.host = host
    timeline = try Timeline(paths: inputs, filter: options.filter)
    audit = LiveAudit(options, inputs: inputs.count)
    audit.recorder = recorder
  }

  /// - Parameter ticked: called at each tick, after it.
  public consuming func run(
    _ reporter: inout some LiveReporter, _ record: RunRecord, ticked: (Timestamp) -> Void = { _ in }
  ) -> RunOutcome {
    reporter.begin(record)
    // The clock stands where the last tick was.
    var clock: Timestamp?
    var loss = CaptureLoss()
    while let ticked = step(&clock, loss, &reporter, ticked) {
      guard ticked else { continue }
      loss = timeline.loss
      audit.interfaces = timeline.interfaces.map(\.name)
    }
    loss = timeline.loss
    audit.interfaces = timeline.interfaces.map(\.name)
    if let clock, let end = timeline.recordingEnd {
      Replay.pass(&audit, from: clock, to: end, loss, &reporter, host, ticked)
    }
    audit.finish(timeline.recordingEnd, loss, errors: timeline.errors, within: .unlimited, &reporter)
    reporter.end(audit.summary(loss, frames: timeline.frames, end: timeline.recordingEnd))
    return RunOutcome(
      errors: timeline.errors, severest: audit.judging.severest, frames: timeline.frames,
      connections: audit.stages.tally.connections)
  }

  /// Lets the clock come to the next frame, and takes it in. Says whether there was a tick; nil at the end.
  private mutating func step(
    _ clock: inout Timestamp?, _ loss: CaptureLoss, _ reporter: inout some LiveReporter, _ ticked: (Timestamp) -> Void
  ) -> Bool? {
    guard let frame = timeline.next() else { return nil }
    let time = frame.time
    let isTick = clock.map { time.since($0) >= LiveAudit.tickTime } ?? true
    if isTick {
      if let clock { Replay.pass(&audit, from: clock, to: time, loss, &reporter, host, ticked) }
      clock = time
    }
    audit.take(frame)
    return isTick
  }

  /// The time between two frames, tick by tick.
  private static func pass(
    _ audit: inout LiveAudit, from start: Timestamp, to end: Timestamp, _ loss: CaptureLoss,
    _ reporter: inout some LiveReporter, _ host: (Timestamp) -> HostTable?, _ ticked: (Timestamp) -> Void
  ) {
    var now = start
    while now < end {
      let step = now.since(start) < longest ? LiveAudit.tickTime : largeStep
      now = min(now.advanced(by: step), end)
      // Packets of that very moment are yet to come.
      let seen = now == end ? end.advanced(by: -1) : now
      ticked(seen)
      if let table = host(seen) { _ = audit.take(table, &reporter) }
      audit.tick(seen, loss, within: .unlimited, &reporter)
      audit.deliver(within: .unlimited, &reporter)
    }
  }
}
