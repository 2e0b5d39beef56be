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
}
