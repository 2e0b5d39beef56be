internal import Audit
public import Capture
internal import Flow
public import Report
internal import Wire

/// What a live audit is asked for beside what every run is.
public struct LiveDemand: Sendable {
  /// It ends by itself after so long, ns; nil: when somebody asks.
  public var duration: Int64?
  /// `--record`; nil: no packets are written.
  public var recorder: FlightRecorder?
  /// Memory for the latest packets, so that connections can be looked at while they are open, bytes; 0: none is kept.
  public var window = 0
  /// Where this host's own sockets come from; nil: the kernel is not asked.
  public var host: HostTables?

  /// Until somebody asks for the end; nothing is recorded, kept, or asked of the kernel.
  public init() {}
}

/// What a live audit tells while it runs.
public protocol LiveListener {
  /// Words for people: an interface that went, a file that can't be written.
  mutating func note(_ words: String)
  /// Somebody asked for the counts so far.
  mutating func summarise(_ summary: SummaryRecord)
  /// Somebody asked that outputs are opened again. Says whether results go to another file now, which begins anew.
  mutating func reopen() -> Bool
  /// Twenty times a second, packets or none. Says whether the audit goes on.
  mutating func look(at run: borrowing LiveRun) -> Bool
  /// The id of a connection that it wants to know more of; nil: of none.
  var wanted: UInt64? { get }
  /// Nothing is looked at any more: what is left is to be judged, which may take a while.
  mutating func end()
}

/// Interfaces audited until somebody asks for the end: packets, the clock, signals.
///
/// Nothing takes long at a time: packets wait in the kernel's ring meanwhile.
public struct LiveRun: ~Copyable {
  /// Packets between two looks at the clock: less than a millisecond's work.
  private static var slice: UInt64 { 512 }
  /// What a step may take, ns: judging what has ended, looking at what is open.
  private static var stepTime: Int64 { 4_000_000 }
  private static var longStepTime: Int64 { 12_000_000 }
  /// The same while packets wait for so long, seconds.
  private static var shortStepTime: Int64 { 1_000_000 }
  private static var pressingLag: Double { 0.5 }
  /// Judging what is left at the end may take so long, ns: who waits for it to end will not wait for ever.
  private static var endTime: Int64 { 10_000_000_000 }
  /// After so long, ns, all has arrived that came before the end.
  private static var lastTime: Int64 { 100_000_000 }
  private static var attendTime: Int64 { 1_000_000_000 }

  private var capture: LiveCapture
  var audit: LiveAudit
  private let duration: Int64?
  private let host: HostTables?
  /// The latest packet, ns of its own clock and of ours.
  private var lastTime: Int64?
  private var lastCame: Int64 = 0
  /// Not before that, by our clock.
  private var lastCameAfter: Int64 = 0
  /// When everything had been taken in, by our clock.
  private var dryAt: Int64 = 0
  private var clock = ClockWatch()
  private var steps: [ClockStep] = []
  private var dropNotes = DropNotes()
  /// The recorder's failure was said, and when it tries again, ns.
  private var heardFailure = false
  private var nextRecording: Int64 = 0
  /// Between two tries, ns.
  private static var recordingPause: Int64 { 60_000_000_000 }
  private var saidUnjudged = false
  /// The longest time that packets had to wait for the loop, ns.
  private var longestStep: Int64 = 0
  /// How old the latest packet was when it was taken in, seconds; 0 where none waits.
  private(set) var lag = 0.0

  /// Nothing is read before `run`.
  public init(_ capture: consuming LiveCapture, _ options: RunOptions, _ demand: LiveDemand) {
    audit = LiveAudit(options, inputs: capture.names.count)
    audit.interfaces = capture.names
    // All that comes by `any` comes through one ring.
    audit.stages.tracker.inputsAreApart = !capture.isAny
    audit.recorder = demand.recorder
    if demand.window > 0 { audit.ring = FlightRing(size: demand.window) }
    duration = demand.duration
    host = demand.host
    self.capture = capture
    nameInterfaces()
  }

  /// Those of `any` come to be known by their packets.
  private mutating func nameInterfaces() {
    audit.interfaces = capture.names
    audit.recorder?.interfaces = capture.names
  }

  /// The kernel's clock, ns since 1970.
  public static var clock: Int64 { Budget.realtime }
  /// A clock that nobody sets, ns.
  public static var monotonic: Int64 { Budget.monotonic }

  /// Audits until a signal, the end of `duration`, a listener that says so, or a reporter that is broken; then what is left is judged.
  public consuming func run(
    _ reporter: inout some LiveReporter, _ record: RunRecord, _ listener: inout some LiveListener
  ) -> LiveOutcome {
    reporter.begin(record)
    let began = Budget.monotonic
    var nextTick = began
    var nextAttention = began + LiveRun.attendTime
    while !Interruption.isRequested, !reporter.isBroken {
      let start = Budget.monotonic
      if let duration, start - began >= duration { break }
      let isIdle = read(start)
      if !steps.isEmpty { noteSteps(&listener) }
      let backlog = audit.stages.tracker.backlog
      audit.deliver(within: Budget(LiveRun.judgingTime(backlog, isIdle: isIdle, lag: lag)), &reporter)
      if start >= nextTick {
        nextTick = start + LiveAudit.tickTime
        look(at: host, &reporter, &listener)
        capture.countDrops(at: Budget.realtime)
        if audit.interfaces.count < capture.names.count { nameInterfaces() }
        if audit.wanted != listener.wanted { audit.wanted = listener.wanted }
        audit.tick(horizon(isIdle, start), capture.loss, within: Budget(LiveRun.stepTime), &reporter)
        if !listener.look(at: self) { break }
      }
      if start >= nextAttention {
        nextAttention = start + LiveRun.attendTime
        capture.attend(at: Budget.realtime)
        if let words = dropNotes.words(capture.loss, at: start) { listener.note(words) }
      }
      attend(&reporter, record, &listener)
      let now = Budget.monotonic
      longestStep = max(longestStep, now - start)
      // Where connections wait to be judged nobody waits for packets.
      if isIdle, audit.stages.tracker.backlog == 0 {
        capture.wait(milliseconds: Int32(max(1, min(50, (nextTick - now) / 1_000_000))))
      }
    }
    return finish(&reporter, &listener)
  }

  /// How long judging may take between two slices of packets, ns. Where packets wait it is least: what is not judged is counted and said,
  /// what the kernel's ring has no room for is lost.
  static func judgingTime(_ backlog: Int, isIdle: Bool, lag: Double) -> Int64 {
    if !isIdle, lag >= LiveRun.pressingLag { return LiveRun.shortStepTime }
    return backlog > LiveAudit.backlog ? LiveRun.longStepTime : LiveRun.stepTime
  }

  /// Takes what was read of the kernel's sockets meanwhile.
  private mutating func look(
    at host: HostTables?, _ reporter: inout some LiveReporter, _ listener: inout some LiveListener
  ) {
    guard let host else { return }
    for words in host.takeNotes() { listener.note(words) }
    guard let fresh = host.take(), let spent = audit.take(fresh, &reporter) else { return }
    host.giveBack(spent)
  }

  /// Takes in what is there, a slice at most; says whether that was all.
  private mutating func read(_ start: Int64) -> Bool {
    capture.look(at: Budget.realtime)
    let isDatedByHost = capture.isDatedByHost
    if isDatedByHost, let step = clock.look() { steps.append(step) }
    var left = LiveRun.slice
    let hasUsual = capture.hasUsualPackets
    while left > 0 {
      // The first of all dates the rest, and what comes much later may be a step of the clock.
      if hasUsual, let last = lastTime,
        let passed = audit.take(&capture, left, within: last...LiveRun.latest(after: last)), passed.packets > 0
      {
        left &-= passed.packets
        (lastTime, lastCame, lastCameAfter) = (passed.time, start, dryAt)
        continue
      }
      guard let frame = capture.next() else {
        audit.stages.flush()
        lag = 0
        dryAt = start
        return true
      }
      left &-= 1
      let time = frame.time.nanoseconds
      if let last = lastTime, (time &- last).magnitude > ClockStep.least.magnitude,
        let step = ClockStep(from: last, to: time, isDatedByHost ? nil : start &- lastCameAfter)
      {
        steps.append(step)
      }
      (lastTime, lastCame, lastCameAfter) = (time, start, dryAt)
      audit.take(frame)
    }
    lag = lastTime.map { Double(max(0, Budget.realtime - $0)) / 1e9 } ?? 0
    return false
  }

  /// What comes later, ns since 1970, may be a step of the clock.
  private static func latest(after time: Int64) -> Int64 {
    Timestamp(nanoseconds: time).advanced(by: ClockStep.least).nanoseconds
  }

  /// Silence is not measured across a step of the clock, nor by what it was before.
  private mutating func noteSteps(_ listener: inout some LiveListener) {
    for step in steps {
      let from = Timestamp(nanoseconds: step.from)
      let to = Timestamp(nanoseconds: step.to)
      listener.note(step.words)
      if step.size > 0 {
        if audit.judging.knownLeaps.count < 64 { audit.judging.knownLeaps.append(from...to) }
      } else {
        audit.stages.flush()
        audit.stages.tracker.setBack(to: to)
      }
    }
    steps = []
  }

  /// Up to when all packets have been seen.
  private func horizon(_ isIdle: Bool, _ start: Int64) -> Timestamp {
    // By the packets' own clock, which an adapter may set as it likes; before the first of them nothing waits.
    guard let lastTime else { return Timestamp(nanoseconds: .min) }
    guard isIdle else { return Timestamp(nanoseconds: lastTime) }
    let passed = start - lastCame - LiveCapture.settleTime
    return Timestamp(nanoseconds: lastTime).advanced(by: max(0, passed))
  }

  private mutating func attend(
    _ reporter: inout some LiveReporter, _ record: RunRecord, _ listener: inout some LiveListener
  ) {
    for words in capture.takeNotes() { listener.note(words) }
    if audit.unjudged > 0, !saidUnjudged {
      saidUnjudged = true
      listener.note("more connections end than can be judged (a scan, a flood?): the least of them are only counted")
    }
    attendRecorder(&listener)
    if LiveSignals.takeSummary() { listener.summarise(summary()) }
    if LiveSignals.takeHangUp() {
      guard !LiveSignals.hasLostTerminal else { return ReadStop.request() }
      audit.recorder?.tryAgain()
      if listener.reopen() { reporter.begin(record) }
    }
  }

  /// A disk that is full may have room again.
  private mutating func attendRecorder(_ listener: inout some LiveListener) {
    let failure = audit.recorder?.failure
    guard failure != nil || heardFailure else { return }
    let now = Budget.monotonic
    if let failure, !heardFailure {
      listener.note("\(failure); until that is mended no packets are recorded, which is tried once a minute")
      nextRecording = now + LiveRun.recordingPause
    } else if failure == nil {
      listener.note("packets are recorded again")
    } else if now >= nextRecording {
      audit.recorder?.tryAgain()
      nextRecording = now + LiveRun.recordingPause
    }
    heardFailure = failure != nil
  }

  func summary() -> SummaryRecord {
    audit.summary(capture.loss, frames: capture.frames, end: lastTime.map { Timestamp(nanoseconds: $0) })
  }

  private consuming func finish(
    _ reporter: inout some LiveReporter, _ listener: inout some LiveListener
  ) -> LiveOutcome {
    listener.end()
    // What came before somebody asked for the end, and waits in the ring.
    let patience = Budget(LiveRun.lastTime)
    while !patience.isSpent {
      if read(Budget.monotonic) { capture.wait(milliseconds: 10) }
    }
    capture.countDrops(at: Budget.realtime)
    capture.attend(at: Budget.realtime)
    nameInterfaces()
    let end = horizon(true, Budget.monotonic)
    audit.finish(lastTime == nil ? nil : end, capture.loss, within: Budget(LiveRun.endTime), &reporter)
    for words in capture.takeNotes() { listener.note(words) }
    reporter.end(summary())
    return LiveOutcome(
      severest: audit.judging.severest, longestStep: longestStep, recorded: audit.recorder?.count ?? 0,
      recordingFailed: audit.recorder?.hasFailed == true)
  }
}
