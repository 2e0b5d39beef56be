internal import ArgumentParser
internal import Audit
internal import Capture
internal import Engine
internal import Flow
internal import Glibc
internal import Metrics
internal import Report
internal import Sockets

struct Live: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Audit what passes on interfaces as it happens; Ctrl-C prints the summary.",
    discussion: """
      EXAMPLES
        sudo tcpaudit live eth0
        tcpaudit live any -f 'port 443' --min-severity warning
        tcpaudit live eth0 eth1 --format json -o findings.ndjson
        tcpaudit live eth0 --record /var/tmp/evidence --duration 10m
        tcpaudit live eth0 --sockets
        tcpaudit live eth0 --plain --metrics 9117 | tee findings.txt

      A finding is told when it is certain or overdue: silence is noticed by the
      clock. A later one may take its place, or say that it healed. On a terminal
      there is a screen (? lists its keys); elsewhere, and with --plain, a line each.

      SIGNALS
        SIGINT, SIGTERM  end: what is open is judged, and the summary printed;
                         another one, a second later, ends it at once
        SIGUSR1          the counts so far, on standard error
        SIGHUP           the file of -o is opened again (logrotate); without -o the
                         audit goes on, unless its terminal was closed

      It takes root, or CAP_NET_RAW alone; all other rights are thrown away once
      the capture is open. Nothing is ever sent.

      \(Units.help)
      """)

  @Argument(
    help: ArgumentHelp(
      "Interfaces to capture on (tcpaudit interfaces lists them); any is all of them.", valueName: "interface"))
  var interfaces: [String]

  @OptionGroup(title: "What is captured") var capture: CaptureOptions
  @OptionGroup(title: "What is audited") var audit: AuditOptions
  @OptionGroup(title: "How it is reported") var report: ReportOptions
  @OptionGroup(title: "What is recorded") var recording: RecordingOptions

  @Flag(
    help: ArgumentHelp(
      "Look at this host's own sockets too: findings name process and descriptor; adds partnerless and socket-leak.",
      discussion: "To see whose they are takes root, or CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH too."))
  var sockets = false

  @Flag(
    help: ArgumentHelp(
      "With --sockets: those of other network namespaces too, such as containers' on their host.",
      discussion: "That takes root, or CAP_SYS_ADMIN too, which is kept to enter those that are made later."))
  var allNamespaces = false

  @Flag(help: "No screen on a terminal: one line for each finding.") var plain = false

  @Option(
    help: ArgumentHelp(
      "Serve figures for Prometheus over HTTP: PORT is for this host alone, HOST:PORT for others.", valueName: "address"
    ),
    transform: MetricsAddress.parse)
  var metrics: MetricsAddress?

  @Option(help: ArgumentHelp("End by itself after this time.", valueName: "time"), transform: Span.parse)
  var duration: Span?

  @Option(
    help: ArgumentHelp(
      "Exit with 1 if a finding of this severity or worse was made, even if it healed later.", valueName: "severity"))
  var failOn: SeverityChoice?

  @Option(
    help: ArgumentHelp(
      "The user to become once the capture is open, if root began it; root remains root (default: nobody).",
      valueName: "name"))
  var user: String?

  /// For those who measure: the longest time that packets waited for the loop, on standard error.
  @Flag(help: .hidden) var timing = false

  mutating func validate() throws {
    guard !interfaces.isEmpty else { throw ValidationError("no interface is named: tcpaudit live INTERFACE...") }
    guard Set(interfaces).count == interfaces.count else { throw ValidationError("an interface is named twice") }
    guard interfaces.count == 1 || !interfaces.contains("any") else {
      throw ValidationError("any is all interfaces: name no other beside it")
    }
    // What the kernel says and what packets say is put in order of time.
    guard !sockets || capture.timestamps != "adapter_unsynced" else {
      throw ValidationError(
        "--sockets takes packets that are dated by this host's clock: not --timestamps adapter_unsynced")
    }
    guard sockets || !allNamespaces else { throw ValidationError("--all-namespaces is of the sockets: add --sockets") }
    if let word = Live.filterWord(in: interfaces), let place = interfaces.firstIndex(of: word) {
      let filter = interfaces[place...].joined(separator: " ")
      throw ValidationError("“\(word)” is no interface; a filter goes behind -f: -f '\(filter)'")
    }
    guard interfaces.count <= 64 else { throw ValidationError("at most 64 interfaces; any is all of them") }
  }

  func run() throws {
    let user = Privileges.isRoot ? try Privileges.User(self.user ?? "nobody") : nil
    let capture = try open()
    let target = try Target(report.output, isLive: true)
    let directory = try recording.prepare(for: user)
    let reopening = target.path.map { Reopening($0) }
    LiveSignals.watch(reopens: reopening != nil)
    Interruption.watch()
    try Privileges.become(user)
    let watch = sockets ? SocketWatch(limits, allNamespaces: allNamespaces) : nil
    // It takes what rights there are, and throws its own away.
    try watch?.start()
    try Privileges.keep(.capture)
    try recording.check(directory, user)
    var listener = LiveDesk(
      isQuiet: report.quiet, output: target.output, reopening: reopening, server: try metrics?.serve())
    defer { listener.server?.stop() }
    listener.tables = watch?.tables
    listener.recorder = recording.recorder(directory)
    let outcome = run(capture, to: target, listener)
    if timing { Diagnostics.say("the longest step took \(outcome.longestStep / 1000) us") }
    try target.finish()
    if outcome.recordingFailed { throw ExitCode(Exit.unreadable.rawValue) }
    if let failOn, let severest = outcome.severest, severest >= failOn.severity {
      throw ExitCode(Exit.found.rawValue)
    }
  }

  /// The filter first: a mistake in it needs no right to be told.
  private func open() throws -> LiveCapture {
    if let filter = audit.filter {
      do throws(FilterError) { try LiveCapture.check(filter: filter) } catch { throw Failure(error) }
    }
    do throws(LiveError) {
      return try LiveCapture(interfaces, capture.options(filter: audit.filter), now: LiveRun.clock)
    } catch {
      switch error.kind {
      case .notPermitted:
        let rights = Privileges.capabilities(sockets: sockets, allNamespaces: allNamespaces)
        throw Failure(
          .notPermitted,
          "\(error.interface) can't be captured on: root or CAP_NET_RAW is needed: sudo setcap \(rights) \(Directory.ownProgram)"
        )
      case .usage: throw Failure(.usage, "\(error.interface): \(error.cause)")
      case .unavailable, .down:
        throw Failure(
          .unreadable,
          "\(error.interface) can't be captured on: \(error.cause) (tcpaudit interfaces lists what is there)")
      }
    }
  }

  /// The screen where there is a terminal for it; results that go into a file go there beside it.
  private func run(_ capture: consuming LiveCapture, to target: borrowing Target, _ listener: LiveDesk) -> LiveOutcome {
    let output = target.output
    let style = report.look.style(toStandardOutput: report.output == nil)
    var listener = listener
    if !plain, target.path != nil || (report.output == nil && report.format == .text) {
      listener.display = LiveDisplay(
        listener.board, record, color: Terminal.wantsColor(report.look.color, STDOUT_FILENO))
    }
    if listener.display == nil { listener.note(opening(target.path)) }
    for hint in hints(listener.server) { listener.note(hint) }
    switch report.format {
    case .json: return run(capture, JSONReport(output, findingsOnly: report.findingsOnly, isLive: true), listener)
    case .csv: return run(capture, CSVReport(output), listener)
    case .zeek: return run(capture, ZeekReport(output), listener)
    case .text:
      let text = LiveText(output, listsConnections: report.connections, style: style)
      guard let display = listener.display, target.path == nil else { return run(capture, text, listener) }
      return run(capture, SummaryAlone(inner: text, leave: display.leave), listener)
    }
  }

  private var limits: SocketLimits {
    var limits = SocketLimits()
    limits.idle = audit.idle.nanoseconds
    limits.stall = audit.stall.nanoseconds
    return limits
  }

  private var record: RunRecord { RunRecord(version: Tcpaudit.version, inputs: interfaces, filter: audit.filter) }

  private func run(_ capture: consuming LiveCapture, _ reporter: some LiveReporter, _ listener: LiveDesk) -> LiveOutcome
  {
    var options = audit.runOptions
    options.thresholds.linger = audit.linger?.nanoseconds ?? Live.linger
    options.tracker.zeek = report.format == .zeek
    options.reportsAllConnections = report.wantsAllConnections
    var demand = LiveDemand()
    demand.duration = duration?.nanoseconds
    demand.recorder = listener.recorder
    demand.host = listener.tables
    if listener.display != nil { demand.window = Live.window }
    var reporter = Boarding(inner: reporter, board: listener.board)
    var listener = listener
    defer { listener.display?.leave() }
    return LiveRun(capture, options, demand).run(&reporter, record, &listener)
  }

  /// Packets that the screen can show of a connection, bytes.
  private static var window: Int { 16 << 20 }

  /// Slow answers are normal on a live host, ns.
  private static var linger: Int64 { 60_000_000_000 }
}
