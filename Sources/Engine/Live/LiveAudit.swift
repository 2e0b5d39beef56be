internal import Audit
internal import Capture
internal import Flow
internal import Report
internal import Wire

/// The packet's way with a clock: what is provable is told when it is, and taken back where it heals.
///
/// A packet goes the same way as of a file. Beside it a hand goes over the open connections (`Tracker.nextSuspect`), a few at
/// each tick; those that may have something to tell are judged as if the recording ended now, when they have been quiet
/// for a moment, when time alone would change their verdict, or at the latest after a second or so of talk.
struct LiveAudit: ~Copyable {
  /// Ticks come so often, ns.
  static var tickTime: Int64 { 50_000_000 }
  /// In so long, ns, the hand comes round, where it can.
  private static var roundTime: Int64 { 400_000_000 }
  /// Records that one tick looks at, at most: about a millisecond.
  private static var looksPerTick: Int { 40_000 }
  /// Whoever speaks is judged once he has been silent for so long, ns, or has not been judged for so long.
  private static var quiet: Int64 { 500_000_000 }
  private static var busy: Int64 { 1_250_000_000 }
  /// A RST may settle by time alone, which the deadline does not know.
  private static var resetTime: Int64 { 1_000_000_000 }
  /// Connections that are remembered at a time; beyond it one is judged when it ends.
  private static var watchLimit: Int { 200_000 }
  /// Connections that wait to be judged: more than that, and the audit does not look for others before they are.
  static var backlog: Int { 4096 }

  /// More than that of those that have ended may not wait: the least of them are only counted.
  var backlogLimit = 16_384
  /// Connections that were only counted.
  private(set) var unjudged: UInt64 = 0
  /// How long the connection that was judged last had waited for it, seconds; 0 where none waits.
  private(set) var judgingLag = 0.0

  /// By rule: what findings say now that connections have lost which are still open.
  private(set) var openBytesLost: [String: UInt64] = [:]

  var stages: Stages
  var judging: Judging
  /// Names of interfaces, by their index.
  var interfaces: [String?] = []
  private var watches: [UInt64: Watch] = [:]
  private var patrol = Patrol()
  /// Packets that the capture has dropped so far.
  private var dropped: UInt64 = 0
  private let reportsAllConnections: Bool
  /// What happens around findings is kept; nil where nobody asked.
  var recorder: FlightRecorder?
  /// The latest packets, for whoever looks at a connection while it is open; nil where nobody may.
  var ring: FlightRing?
  /// The connection that somebody looks at, by its id.
  var wanted: UInt64? {
    didSet { if wanted != oldValue { shown = nil } }
  }
  /// It, as it was when the hand came by last, or at its end.
  private(set) var shown: Facts?
  /// This host's own sockets, where somebody reads them.
  var host = HostView()

  init(_ options: RunOptions, inputs: Int) {
    var options = options
    // They are told at once, not when they are forgotten.
    options.tracker.setsRefusalsAside = false
    stages = Stages(options)
    judging = Judging(options, inputs: inputs)
    judging.surroundings.inputsAreOneHost = true
    reportsAllConnections = options.reportsAllConnections
  }

  /// Takes in a frame.
  mutating func take(_ frame: borrowing Frame) {
    guard recorder != nil || ring != nil else {
      stages.take(frame)
      return
    }
    let segments = stages.tally.segments
    let errors = stages.tally.icmpErrors
    let place = stages.batch.count
    stages.take(frame)
    if stages.tally.segments > segments {
      recorder?.keep(frame, stages.batch.segments[place])
      ring?.keep(frame, stages.batch.segments[place])
    } else if stages.tally.icmpErrors > errors {
      recorder?.keep(frame, stages.decoder.quotedError.quoted, isQuote: true)
    }
  }

  /// Takes in usual packets of a capture on one interface; none where packets are kept, each of which is then looked at.
  mutating func take(
    _ capture: inout LiveCapture, _ most: UInt64, within times: ClosedRange<Int64>
  ) -> LivePassed? {
    // What is kept, or verified, is looked at.
    guard recorder == nil, ring == nil, stages.decoder.checksums == nil else { return nil }
    return stages.take(&capture, most, within: times)
  }

  /// The clock has advanced: all packets up to `time` have been taken in.
  /// - Parameter budget: how long it may take; what is left is for the next tick.
  mutating func tick(
    _ time: Timestamp, _ loss: CaptureLoss, within budget: borrowing Budget, _ reporter: inout some LiveReporter
  ) {
    stages.flush()
    stages.tracker.pass(to: time)
    let now = stages.tracker.now
    judging.observe(stages.tally, loss, stages.tracker.gaps, now: now)
    dropped = loss.dropped
    let share = Double(LiveAudit.tickTime) / Double(LiveAudit.roundTime)
    var looks = min(LiveAudit.looksPerTick, 64 + Int(Double(stages.tracker.patrolLength) * share))
    stages.tracker.forgetAttempts(&patrol, looks: looks)
    while !budget.isSpent, let suspect = stages.tracker.nextSuspect(&patrol, looks: &looks) {
      consider(suspect, at: now, &reporter)
    }
  }

  private mutating func consider(_ suspect: Suspect, at now: Timestamp, _ reporter: inout some LiveReporter) {
    if suspect.id == wanted { shown = stages.tracker.facts(of: suspect) }
    guard var watch = watches[suspect.id] else {
      guard watches.count < LiveAudit.watchLimit, !suspect.isInOrder else { return }
      stages.tracker.watch(suspect, true)
      watches[suspect.id] = Watch(version: nil, judgedAt: now)
      if now.since(suspect.lastTime) >= LiveAudit.quiet { judge(suspect, at: now, &reporter) }
      return
    }
    if host.isOther(suspect.id, watch.told), now.since(suspect.lastTime) >= LiveAudit.quiet {
      // What the wire says has not changed; what the kernel says may have.
    } else if watch.version == suspect.version {
      guard watch.isDue(now) || isDoubted(watch, now) else { return }
    } else {
      guard
        now.since(suspect.lastTime) >= LiveAudit.quiet || now.since(watch.judgedAt) >= LiveAudit.busy
      else { return }
    }
    if suspect.isInOrder, watch.told.isEmpty {
      stages.tracker.watch(suspect, false)
      watches[suspect.id] = nil
      host.forget(suspect.id)
      return
    }
    watch.judgedAt = now
    watches[suspect.id] = watch
    judge(suspect, at: now, &reporter)
  }

  /// More was dropped since it was judged: what was told may be less certain, or nothing.
  private func isDoubted(_ watch: Watch, _ now: Timestamp) -> Bool {
    watch.dropped != dropped && !watch.told.isEmpty && now.since(watch.judgedAt) >= LiveAudit.busy
  }

  private mutating func judge(_ suspect: Suspect, at now: Timestamp, _ reporter: inout some LiveReporter) {
    let facts = stages.tracker.facts(of: suspect)
    judging.surroundings.sockets = host.current(of: facts)
    let findings = judging.verdict(onOpen: facts, at: now)
    let told = watches[suspect.id]?.told ?? []
    let changes = Change.between(told, findings, isFinal: false)
    var deadline = judging.nextChange(of: facts, findings, after: now)
    if facts.client.rstPackets + facts.server.rstPackets > 0 {
      deadline = min(deadline ?? Timestamp(nanoseconds: .max), now.advanced(by: LiveAudit.resetTime))
    }
    watches[suspect.id]?.version = suspect.version
    watches[suspect.id]?.deadline = deadline
    watches[suspect.id]?.dropped = dropped
    let holders = host.look(at: facts)
    var known: [Told] = []
    for change in changes {
      var record = number(change, facts)
      record.sockets = holders
      switch change {
      case .same(let finding, var told):
        told.bytesLostNow = finding.bytesLost ?? 0
        known.append(told)
      case .new(let finding), .revised(let finding, _): known.append(Told(record.id, finding))
      case .healed: break
      }
      guard !record.wasTold else { continue }
      reporter.tell(record, of: facts)
      recorder?.note(record, facts)
    }
    watches[suspect.id]?.told = known
    judging.note(known, of: facts)
    count(lossOf: known, instead: told)
  }

  private mutating func count(lossOf known: [Told], instead told: [Told]) {
    for one in told where one.bytesLostNow > 0 { openBytesLost[one.claim.rule, default: 0] -= one.bytesLostNow }
    for one in known where one.bytesLostNow > 0 { openBytesLost[one.claim.rule, default: 0] += one.bytesLostNow }
  }

  /// A change as a record, counted.
  private mutating func number(_ change: Change, _ facts: Facts) -> FindingRecord {
    switch change {
    case .same(let finding, let told):
      var record = FindingRecord(id: told.id, connection: facts.id, finding: finding)
      record.wasTold = true
      return record
    case .new(let finding):
      return count(finding, nil, facts)
    case .revised(let finding, let told):
      stages.tally.takeBack(told.claim.rule, told.claim.severity)
      return count(finding, told, facts)
    case .healed(let told):
      stages.tally.takeBack(told.claim.rule, told.claim.severity)
      return FindingRecord(
        id: judging.nextID(), revises: told, connection: facts.id, finding: .healed(told, facts))
    }
  }

  private mutating func count(_ finding: Finding, _ revised: Told?, _ facts: Facts) -> FindingRecord {
    stages.tally.find(finding.rule, finding.severity)
    judging.severest = max(judging.severest ?? finding.severity, finding.severity)
    return FindingRecord(id: judging.nextID(), revises: revised, connection: facts.id, finding: finding)
  }

  /// Judges and reports the connections that have ended.
  mutating func deliver(within budget: borrowing Budget, _ reporter: inout some LiveReporter) {
    var brief = Brief()
    while !reporter.isBroken, !budget.isSpent {
      while stages.tracker.takeBrief(&brief) {
        stages.tally.end(brief)
        judging.take(brief)
      }
      guard let facts = stages.tracker.nextFinished() else {
        judgingLag = 0
        return
      }
      judgingLag = Double(max(0, stages.tracker.now.since(facts.observedUntil))) / 1e9
      if isTooMuch(facts) { giveUp(facts) } else { report(facts, to: &reporter) }
    }
  }

  /// Under a scan or a flood what ends would fill the memory: first what says least goes unjudged, then whatever it is.
  private func isTooMuch(_ facts: Facts) -> Bool {
    guard stages.tracker.backlog >= backlogLimit else { return false }
    if stages.tracker.backlog >= 2 * backlogLimit { return true }
    switch facts.state {
    case .refused, .attempted, .answered: return true
    default: return false
    }
  }

  /// It is counted; what was told of it while it was open stands.
  private mutating func giveUp(_ facts: Facts) {
    stages.tally.end(facts.brief)
    count(lossOf: [], instead: watches.removeValue(forKey: facts.id)?.told ?? [])
    host.forget(facts.id)
    recorder?.end(facts)
    unjudged += 1
  }

  /// What there was no time for, at the end.
  private mutating func giveUpRest() {
    while true {
      while let brief = stages.tracker.nextBrief() { stages.tally.end(brief) }
      guard let facts = stages.tracker.nextFinished() else { return }
      giveUp(facts)
    }
  }

  private mutating func report(_ facts: Facts, to reporter: inout some LiveReporter) {
    if facts.id == wanted { shown = facts }
    let brief = facts.brief
    stages.tally.end(brief)
    judging.surroundings.sockets = host.current(of: facts)
    let (verdict, sameAs) = judging.verdict(on: facts, brief)
    let findings = judging.selected(verdict)
    let told = watches.removeValue(forKey: facts.id)?.told ?? []
    count(lossOf: [], instead: told)
    let holders = findings.isEmpty ? nil : host.holders(of: facts)
    host.forget(facts.id)
    var records: [FindingRecord] = []
    for change in Change.between(told, findings, isFinal: true) {
      var record = number(change, facts)
      record.sockets = holders
      if case .healed = change {
        reporter.tell(record, of: facts)
      } else {
        records.append(record)
      }
    }
    for record in records where !record.wasTold { recorder?.note(record, facts) }
    recorder?.end(facts)
    guard reportsAllConnections || !records.isEmpty else { return }
    let interface = Int(facts.interface)
    reporter.report(
      ConnectionRecord(
        facts: facts, findings: records, encapsulation: stages.encapsulation(facts.encapsulation),
        interface: interface < interfaces.count ? interfaces[interface] : nil, sameAs: sameAs))
  }

  /// The end: what is open is judged for the last time.
  /// - Parameters:
  ///   - end: how far the recording reached.
  ///   - budget: how long it may take; what is left then is only counted.
  mutating func finish(
    _ end: Timestamp?, _ loss: CaptureLoss, errors: [CaptureError] = [], within budget: borrowing Budget,
    _ reporter: inout some LiveReporter
  ) {
    stages.flush()
    stages.decoder.finish()
    judging.observe(stages.tally, loss, stages.tracker.gaps, now: stages.tracker.now)
    deliver(within: budget, &reporter)
    judging.reachEnd(of: end ?? stages.tracker.now)
    judging.expect(stages.tracker.teach(&judging.hosts, &judging.healthChecks))
    stages.tracker.finish(
      .interrupted, recordedUntil: end, each: loss.endsOfRecordings(inputs: judging.inputs))
    deliver(within: budget, &reporter)
    if budget.isSpent { giveUpRest() }
    for record in judging.findingsOfCapture(stages.tally, loss, stages.tracker.gaps, errors) {
      stages.tally.find(record.finding.rule, record.finding.severity)
      reporter.report(record)
    }
    recorder?.finish()
  }

  /// What is open, as the hand found it on its last round.
  var open: OpenConnections { patrol.open }

  /// Counts so far.
  func summary(_ loss: CaptureLoss, frames: UInt64, end: Timestamp?) -> SummaryRecord {
    var summary = stages.tally.summary()
    summary.kernelDropped = loss.kernelDropped
    summary.interfaceDropped = loss.interfaceDropped
    summary.frames = frames
    summary.leftOutFindings = judging.leftOut
    summary.fragmentsIncomplete = stages.decoder.incompleteFragments
    summary.open = UInt64(stages.tracker.openConnections)
    summary.evicted = stages.tracker.evicted
    summary.unjudged = unjudged
    summary.peakConnections = stages.tracker.peakConnections
    summary.end = end
    summary.backwardSteps = loss.backwardSteps
    return summary
  }
}
