import Audit
import Engine
import Expectation
import Flow
import Report
import Testing
import Wire

@Suite("Recordings of real kernels: what must be found, and what must not be")
struct RecordingTests {
  static let folder = String(#filePath.dropLast("/Tests/EngineTests/RecordingTests.swift".count)) + "/captures/"
  /// Every folder with an expectation: a new one is tested by being there.
  static let scenarios = folders(in: folder).filter { read(folder + $0 + "/expect") != nil }

  @Test func theFoldersAreFound() { #expect(Self.scenarios.count >= 8) }

  @Test(arguments: scenarios, [("client", "expect"), ("server", "expect.server")])
  func asWasDone(_ scenario: String, _ files: (capture: String, expectation: String)) throws {
    let folder = Self.folder + scenario + "/"
    let text = try #require(read(folder + files.expectation))
    let expectations = try Expectations(parsing: text, knownRules: Set(Catalogue.rules.map(\.id)))
    var collector = Collector(for: expectations)
    let pipeline = try Pipeline([folder + files.capture + ".pcapng"], RunOptions())
    let outcome = pipeline.run(&collector, RunRecord(version: "test", inputs: []))
    #expect(outcome.errors.isEmpty)
    #expect(outcome.frames > 0)
    let differences = expectations.differences(collector.connections, captureFindings: collector.captureFindings)
    #expect(differences.isEmpty, "\(differences.map(\.message))")
  }

  private func findings(in capture: String) throws -> Set<String> {
    var collector = Collector.forDraft
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
