import Audit
import Engine
import Expectation
import Flow
import Report
import Testing
import Wire

/// Keeps every connection, in the words of its record.
private struct Collector: Reporter {
  var connections: [AuditedConnection] = []
  var captureFindings: [Finding] = []

  mutating func begin(_ run: RunRecord) {}
  mutating func report(_ finding: FindingRecord) { captureFindings.append(finding.finding) }
  mutating func end(_ summary: SummaryRecord) {}

  mutating func report(_ connection: ConnectionRecord) {
    func pattern(_ side: Side) -> EndpointPattern {
      let endpoint = connection.facts.endpoint(side)
      return EndpointPattern(address: endpoint.address.text(ipVersion: connection.facts.ipVersion), port: endpoint.port)
    }
    connections.append(
      AuditedConnection(
        id: connection.facts.id, client: pattern(.client), server: pattern(.server),
        findings: connection.findings.map(\.finding), fields: connection.fieldsByPath))
  }
}

@Suite("Recordings of real kernels: what must be found, and what must not be")
struct RecordingTests {
  static let folder = String(#filePath.dropLast("/Tests/EngineTests/RecordingTests.swift".count)) + "/captures/"
  static let scenarios = [
    "cut-reply", "half-close", "clean-close", "close-wait-leak", "refused", "peer-vanished", "reset-abort",
    "keepalive-answered",
  ]

  @Test(arguments: scenarios, [("client", "expect"), ("server", "expect.server")])
  func asWasDone(_ scenario: String, _ files: (capture: String, expectation: String)) throws {
    let folder = Self.folder + scenario + "/"
    let text = try #require(read(folder + files.expectation))
    let expectations = try Expectations(parsing: text, knownRules: Set(Catalogue.rules.map(\.id)))
    var collector = Collector()
    let pipeline = try Pipeline([folder + files.capture + ".pcapng"], RunOptions())
    let outcome = pipeline.run(&collector, RunRecord(version: "test", inputs: []))
    #expect(outcome.errors.isEmpty)
    #expect(outcome.frames > 0)
    let differences = expectations.differences(collector.connections, captureFindings: collector.captureFindings)
    #expect(differences.isEmpty, "\(differences.map(\.message))")
  }

  private func findings(in capture: String) throws -> Set<String> {
    var collector = Collector()
    let pipeline = try Pipeline([capture], RunOptions())
    let outcome = pipeline.run(&collector, RunRecord(version: "test", inputs: []))
    #expect(outcome.errors.isEmpty, "\(capture)")
    return Set((collector.connections.flatMap(\.findings) + collector.captureFindings).map(\.rule))
  }

  /// A page that names a recording does not promise too much.
  @Test(arguments: Catalogue.rules.map(\.id)) func aPageNamesARecordingThatShowsIt(_ id: String) throws {
    let page = try #require(Catalogue.page(id))
    for path in page.matches(of: /captures\/([A-Za-z0-9_.\/-]+)/).map({ Self.folder + $0.1 }) {
      #expect(read(path) != nil, "\(path)")
      if path.contains(".pcap") { #expect(try findings(in: path).contains(id), "\(path)") }
    }
  }

  /// What is recorded is named: `tools/pages` writes the pages, a section `## Recorded` names the file.
  @Test(arguments: scenarios) func aRecordingIsNamedByThePages(_ scenario: String) throws {
    for file in ["expect", "expect.server"] {
      let text = try #require(read(Self.folder + scenario + "/" + file))
      for match in text.matches(of: /\n *finding ([a-z-]+)/) {
        let page = try #require(Catalogue.page(String(match.1)))
        #expect(page.contains("captures/"), "the page of \(match.1) names no recording: captures/\(scenario) is one")
      }
    }
  }
}
