internal import ArgumentParser
internal import Audit
internal import Capture
internal import Engine
internal import Expectation
internal import Report

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Audit captures and hold the findings against what is expected of them.",
    discussion: """
      EXAMPLES
        tcpaudit check client.pcapng --draft > expect     a first draft, to be read line by line
        tcpaudit check client.pcapng --expect expect

      THE FILE
        # A comment. What is not said may be anything.
        capture client.pcapng               what it was written for
        connections 22                      how many there are in all
        allow-more no                       yes: others may be found, too
        absent reset-forged                 found nowhere
        finding capture-loss                of the capture itself
          severity warning                  note, warning, error
        connection 10.1.0.2:40001 -> 10.2.0.2:2181
          state reset
          client.payload_bytes 5            a field of its JSON record
          finding half-close-truncated
            severity error
            fault server                    client, server, path, capture;
                                            unknown: more than one
            confidence certain              possible, likely, certain
            bytes-lost 9144
          absent reset-abort                not on this connection
          # pending: finding tls-truncated  wrong as soon as it is found
          # pending:   fault server         exactly so
        connection 10.1.0.2:40002 -> 10.2.0.2:2181
          finding peer-vanished
            suspects path,server            several, the likeliest first
          allow-more yes                    of this connection alone
        connection 10.1.0.2:* -> *:443 x20  all that it fits, and they are 20
          clean                             no finding at all

        What is indented below a connection is about that connection. What is not
        is about the run, wherever it stands: absent then means found nowhere,
        finding one of the capture itself (capture-loss). Without xN a connection
        is the first of those ports; with a * it is all that it fits.

      \(Units.help)
      """)

  @Argument(help: ArgumentHelp("Captures; - is standard input.", valueName: "capture"), completion: .file())
  var captures: [String]

  @Option(help: ArgumentHelp("What is expected.", valueName: "file"), completion: .file())
  var expect: String?

  @Flag(help: "Print a first draft of the expectations.")
  var draft = false

  @OptionGroup(title: "What is audited") var audit: AuditOptions

  mutating func validate() throws {
    guard draft != (expect != nil) else { throw ValidationError("check takes either --expect FILE or --draft") }
  }

  func run() throws {
    let expectations = try expect.map(readExpectations)
    var collector = expectations.map { Collector(for: $0) } ?? .forDraft
    let outcome: RunOutcome
    do throws(FilterError) {
      let pipeline = try Pipeline(captures, audit.runOptions)
      outcome = pipeline.run(
        &collector, RunRecord(version: Tcpaudit.version, inputs: captures, filter: audit.filter))
    } catch {
      throw Failure(error)
    }
    for error in outcome.errors { Diagnostics.say(error) }
    let unreadable = !outcome.errors.isEmpty
    guard let expectations else {
      try Diagnostics.print(
        Expectations.draft(captures: captures, collector.connections, captureFindings: collector.captureFindings))
      throw ExitCode(unreadable ? Exit.unreadable.rawValue : Exit.success.rawValue)
    }
    let differences = expectations.differences(
      collector.connections, captureFindings: collector.captureFindings)
    try report(differences, collector, pending: expectations.pendingRules)
    // 3 wins over 1, and over what was expected: it says that there was more than could be read.
    if unreadable { throw ExitCode(Exit.unreadable.rawValue) }
    throw ExitCode(differences.isEmpty ? Exit.success.rawValue : Exit.found.rawValue)
  }

  private func readExpectations(_ path: String) throws -> Expectations {
    let text = try TextFile.read(path)
    do throws(ExpectationError) {
      return try Expectations(parsing: text, knownRules: Set(Catalogue.rules.map(\.id)))
    } catch {
      throw Failure(.usage, "\(path):\(error.line): \(error.message)")
    }
  }

  private func report(_ differences: [Difference], _ collector: Collector, pending: [String]) throws {
    let path = expect ?? ""
    guard !differences.isEmpty else {
      let findings = collector.connections.reduce(collector.captureFindings.count) { $0 + $1.findings.count }
      return try Diagnostics.print(
        "as expected: \(Numeral.count(collector.connections.count, "connection")), \(Numeral.count(findings, "finding"))"
          + (pending.isEmpty ? "" : "; pending: \(pending.joined(separator: ", "))"))
    }
    for difference in differences {
      let place = difference.line.map { "\(path):\($0): " } ?? "\(path): "
      try Diagnostics.print(Wording.visible(place + difference.message))
    }
    try Diagnostics.print(Numeral.count(differences.count, "difference"))
  }
}
