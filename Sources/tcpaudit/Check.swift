internal import ArgumentParser
internal import Audit
internal import Capture
internal import Engine
internal import Expectation
internal import Flow
internal import Report
internal import Wire

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Audit captures and hold the findings against what is expected of them.",
    discussion: """
      EXAMPLES
        tcpaudit check client.pcapng --draft > expect     a first draft, to be read line by line
        tcpaudit check client.pcapng --expect expect

      THE FILE
        connections 1
        connection 10.1.0.2:* -> 10.2.0.2:2181
          state reset
          client.payload_bytes 5          any field of the connection's JSON record
          finding half-close-truncated
            fault server
            bytes-lost 9144
          absent reset-abort
        allow-more no                     yes: findings that are not listed are no difference

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
    var collector = Collector()
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
    try report(differences, collector)
    // 3 wins over 1, and over what was expected: it says that there was more than could be read.
    if unreadable { throw ExitCode(Exit.unreadable.rawValue) }
    throw ExitCode(differences.isEmpty ? Exit.success.rawValue : Exit.found.rawValue)
  }

  private func readExpectations(_ path: String) throws -> Expectations {
    let text = try TextFile.read(path)
    do throws(ExpectationError) {
      return try Expectations(parsing: text, knownRules: Set(Catalogue.rules.map(\.id)))
    } catch {
      throw Failure(.usage, "\(Terminal.printable(path)):\(error.line): \(error.message)")
    }
  }

  private func report(_ differences: [Difference], _ collector: Collector) throws {
    let path = Terminal.printable(expect ?? "")
    guard !differences.isEmpty else {
      let findings = collector.connections.reduce(collector.captureFindings.count) { $0 + $1.findings.count }
      return try Diagnostics.print(
        "as expected: \(Words.count(collector.connections.count, "connection")), \(Words.count(findings, "finding"))")
    }
    for difference in differences {
      let place = difference.line.map { "\(path):\($0): " } ?? "\(path): "
      try Diagnostics.print(Terminal.printable(place + difference.message))
    }
    try Diagnostics.print(Words.count(differences.count, "difference"))
  }
}

/// Keeps every connection, in the words of its record.
private struct Collector: Reporter {
  var connections: [AuditedConnection] = []
  var captureFindings: [Finding] = []

  mutating func begin(_ run: RunRecord) {}

  mutating func report(_ connection: ConnectionRecord) {
    let facts = connection.facts
    func pattern(_ side: Side) -> EndpointPattern {
      let endpoint = facts.endpoint(side)
      return EndpointPattern(address: endpoint.address.text(ipVersion: facts.ipVersion), port: endpoint.port)
    }
    connections.append(
      AuditedConnection(
        id: facts.id, client: pattern(.client), server: pattern(.server), findings: connection.findings.map(\.finding),
        fields: connection.fieldsByPath))
  }

  mutating func report(_ finding: FindingRecord) { captureFindings.append(finding.finding) }
  mutating func end(_ summary: SummaryRecord) {}
}
