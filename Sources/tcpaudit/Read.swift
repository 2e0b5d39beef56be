internal import ArgumentParser
internal import Audit
internal import CStartup
internal import Capture
internal import Engine
internal import Flow
internal import Glibc
internal import Report

struct Read: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Audit capture files: pcap or pcapng, gzip, zstd or lz4 too (the default command).",
    discussion: """
      EXAMPLES
        tcpaudit read capture.pcapng
        tcpaudit read -f 'port 2181' --connections capture.pcapng
        tcpaudit read --format json --findings-only a.pcap.gz | jq .
        tcpaudit read --fail-on error --extract evidence/ capture.pcap
        tcpaudit read a.pcap.gz b.pcapng.zst c.pcap.lz4
        tcpdump -w - -i lo | tcpaudit read -

      \(Units.help)
      """)

  @Argument(help: ArgumentHelp("Captures; - is standard input.", valueName: "capture"), completion: .file())
  var captures: [String] = []

  @OptionGroup(title: "What is audited") var audit: AuditOptions
  @OptionGroup(title: "How it is reported") var report: ReportOptions

  @Option(help: ArgumentHelp("Exit with 1 where a finding of this severity or worse was made.", valueName: "severity"))
  var failOn: SeverityChoice?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Threads that share the work (default: one for each processor; one for small inputs, and always for pipes, standard input and compressed files). The results are the same.",
      valueName: "number"), transform: WholeNumber.parse)
  var threads: Int?

  @Option(
    help: ArgumentHelp("Write the packets of each finding's connection into this directory.", valueName: "directory"),
    completion: .directory)
  var extract: String?

  mutating func validate() throws {
    guard captures.filter({ $0 == "-" }).count < 2 else {
      throw ValidationError("standard input can be read only once")
    }
    if let threads, threads < 1 { throw ValidationError("--threads is 1 or more") }
    guard extract == nil || !captures.contains("-") else {
      throw ValidationError("--extract reads the captures twice, and standard input can be read only once")
    }
  }

  func run() throws {
    // Not in `validate`, which comes before an option that is misspelled is told.
    guard !captures.isEmpty else { throw ValidationError("no capture is named: tcpaudit CAPTURE...") }
    let target = try Target(report.output, captures: captures)
    // Before an hour of reading, not after it.
    if let extract { try Directory.make(extract) }
    Interruption.watch()
    let output = target.output
    let (outcome, extraction) =
      switch report.format {
      case .json: try run(JSONReport(output, findingsOnly: report.findingsOnly))
      case .csv: try run(CSVReport(output))
      case .zeek: try run(ZeekReport(output))
      case .text: try run(TextReport(output, textOptions))
      }
    for error in outcome.errors { Diagnostics.say(error) }
    // Their files have no place for it.
    if outcome.wasInterrupted, report.format == .csv || report.format == .zeek {
      Diagnostics.say("interrupted: what is written is of the packets read so far")
    }
    if let extract { try write(extraction, to: extract) }
    try target.finish()
    throw ExitCode(exit(outcome).rawValue)
  }

  private var textOptions: TextReport.Options {
    TextReport.Options(
      connections: report.connections, all: report.all,
      narrowing: audit.narrowing,
      style: report.look.style(toStandardOutput: report.output == nil))
  }

  private func run(_ reporter: some Reporter) throws -> (RunOutcome, Extraction) {
    var options = audit.runOptions
    options.tracker.zeek = report.format == .zeek
    options.reportsAllConnections = report.wantsAllConnections
    options.threads = threads
    var reporter = Noting(inner: reporter, isOn: extract != nil, extraction: Extraction(options))
    var progress = Progress(isOn: !report.quiet && Terminal.isTerminal(STDERR_FILENO))
    defer { progress.clear() }
    do throws(FilterError) {
      let pipeline = try Pipeline(captures, options)
      tcpaudit_forget_startup()
      let record = RunRecord(version: Tcpaudit.version, inputs: captures, filter: audit.filter)
      let outcome = pipeline.run(&reporter, record) { progress.show($0, of: $1) }
      return (outcome, reporter.extraction)
    } catch {
      throw Failure(error)
    }
  }

  private func write(_ extraction: Extraction, to directory: String) throws {
    var extraction = extraction
    if let capture = extraction.overwritten(in: directory, of: captures) {
      throw Failure(
        .usage, "\(capture) would be overwritten by what is extracted: extract into another directory")
    }
    do throws(FilterError) { try extraction.write(to: directory, from: captures) } catch { throw Failure(error) }
    if let failure = extraction.failure { throw Failure(.unreadable, failure) }
    guard !report.quiet else { return }
    Diagnostics.say(
      extraction.files == 0
        ? "no connection has a finding: nothing was written into \(directory)"
        : "the packets of \(Numeral.count(extraction.files, "connection")) are in \(directory)")
    if extraction.omitted > 0 {
      let rest = Numeral.count(extraction.omitted, "more connection")
      Diagnostics.say("\(rest) with findings got no file (most: \(Extraction.limit))")
    }
  }

  /// 3 wins over 1, and an interruption over both.
  private func exit(_ outcome: RunOutcome) -> Exit {
    if outcome.wasInterrupted { return .interrupted }
    if !outcome.errors.isEmpty { return .unreadable }
    if let failOn, let severest = outcome.severest, severest >= failOn.severity { return .found }
    return .success
  }
}

/// Notes which connections have findings, and hands everything on.
private struct Noting<Inner: Reporter>: Reporter {
  var inner: Inner
  let isOn: Bool
  var extraction: Extraction

  var isBroken: Bool { inner.isBroken }
  /// What is extracted is a connection.
  var takesRefusals: Bool { !isOn && inner.takesRefusals }

  mutating func begin(_ run: RunRecord) { inner.begin(run) }
  mutating func meet(_ connection: borrowing Brief) { inner.meet(connection) }

  mutating func report(_ connection: ConnectionRecord) {
    report(connection.facts, connection.verdict)
  }

  mutating func report(_ facts: Facts, _ verdict: ConnectionVerdict) {
    if isOn, !verdict.findings.isEmpty { extraction.note(ConnectionRecord(facts, verdict)) }
    inner.report(facts, verdict)
  }
  mutating func report(_ refusal: RefusalRecord) { inner.report(refusal) }
  mutating func report(_ finding: FindingRecord) { inner.report(finding) }
  mutating func end(_ summary: SummaryRecord) { inner.end(summary) }
}
