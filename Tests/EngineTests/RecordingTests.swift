import Audit
import Capture
import Engine
import Expectation
import Flow
import PacketScript
import Report
import Testing
import Wire

/// One file of expectations under `captures/`: `expect` for the client's recording, `expect.NAME` for another, `expect.both` for
/// client and server compared.
struct ExpectationFile: CustomTestStringConvertible, Sendable {
  static let root = String(#filePath.dropLast("/Tests/EngineTests/RecordingTests.swift".count)) + "/captures/"
  static let all = entries(of: root).flatMap { folder in
    entries(of: root + folder).filter { $0 == "expect" || $0.hasPrefix("expect.") }
      .compactMap { ExpectationFile(folder: folder, name: $0) }
  }

  let folder: String
  let name: String
  let text: String

  init?(folder: String, name: String) {
    guard let text = Folder.text(Self.root + folder + "/" + name) else { return nil }
    self.folder = folder
    self.name = name
    self.text = text
  }

  var testDescription: String { "\(folder)/\(name)" }
  var comparesBothEnds: Bool { name == "expect.both" }
  /// `# disputed: WHY`: what was done, and an audit that says otherwise.
  var disputed: String? {
    let mark = "# disputed: "
    return text.split(separator: "\n").first { $0.hasPrefix(mark) }.map { String($0.dropFirst(mark.count)) }
  }

  func expectations() throws -> Expectations {
    try Expectations(parsing: text, knownRules: Set(Catalogue.rules.map(\.id)))
  }

  private static func entries(of path: String) -> [String] {
    Folder.names(path).filter { !$0.hasPrefix(".") && $0 != "README.md" }
  }
}

@Suite("Recordings of real kernels: what must be found, and what must not be")
struct RecordingTests {
  /// What packets alone can show.
  static let shown = Catalogue.rules.filter { $0.section != .sockets }.map(\.id)

  @Test(arguments: ExpectationFile.all.filter { !$0.comparesBothEnds })
  func asWasDone(_ file: ExpectationFile) throws {
    let expectations = try file.expectations()
    let capture = try #require(expectations.captures.first)
    var collector = Collector(for: expectations)
    let pipeline = try Pipeline([ExpectationFile.root + file.folder + "/" + capture], RunOptions())
    let outcome = pipeline.run(&collector, RunRecord(version: "test", inputs: []))
    let isWhole = outcome.errors.allSatisfy { $0.isTruncation }
    #expect(isWhole)
    for finding in collector.connections.flatMap(\.findings) + collector.captureFindings {
      #expect(Catalogue.rule(finding.rule)?.severities.contains(finding.severity) == true, "unlisted: \(finding)")
    }
    let differences = expectations.differences(collector.connections, captureFindings: collector.captureFindings)
    if let disputed = file.disputed {
      withKnownIssue("\(disputed)") { #expect(differences.isEmpty) }
    } else {
      #expect(differences.isEmpty, "\(differences.map(\.message))")
    }
  }

  /// Captures of both ends in one run are two views mixed: what neither shows is not claimed of them.
  @Test(arguments: Set(ExpectationFile.all.filter { $0.name == "expect.server" }.map(\.folder)).sorted())
  func bothEndsInOneRunAccuseNobody(_ folder: String) throws {
    let ends = try ["expect", "expect.server"].map { name in
      let file = try #require(ExpectationFile(folder: folder, name: name), "\(folder)/\(name)")
      return try ExpectationFile.root + folder + "/" + #require(file.expectations().captures.first)
    }
    func claims(_ paths: [String]) throws -> (Set<[String]>, [Finding]) {
      let found = try records(paths)
      return (Set(found.findings.map { [$0.rule] + $0.suspects.map(\.rawValue) }), found.ofCapture)
    }
    let each = try claims([ends[0]]).0.union(try claims([ends[1]]).0)
    let (both, ofCapture) = try claims(ends)
    #expect(both.isSubset(of: each), "\(both.subtracting(each))")
    if both != each {
      #expect(ofCapture.contains { $0.rule == "capture-duplicated" && $0.severity == .warning }, "\(ofCapture)")
    }
  }

  /// Nothing compares yet: there, a rule that is built is the sign that it must be held against it.
  @Test(arguments: ExpectationFile.all.filter(\.comparesBothEnds))
  func nothingIsPendingThatIsBuilt(_ file: ExpectationFile) throws {
    let pending = try file.expectations().pendingRules
    #expect(!pending.isEmpty)
    for rule in pending {
      #expect(!Self.shown.contains(rule), "\(rule) is built: hold \(file.name) against it")
    }
  }

  @Test(arguments: Self.shown)
  func everyRuleIsShownByARecording(_ rule: String) throws {
    let files = try ExpectationFile.all.filter { file in
      let expectations = try file.expectations()
      return (expectations.captureFindings + expectations.connections.flatMap(\.findings)).contains { $0.rule == rule }
    }
    #expect(!files.isEmpty)
  }

  private func findings(in capture: String) throws -> Set<String> {
    var collector = Collector.forDraft
    let pipeline = try Pipeline([capture], RunOptions())
    _ = pipeline.run(&collector, RunRecord(version: "test", inputs: []))
    return Set((collector.connections.flatMap(\.findings) + collector.captureFindings).map(\.rule))
  }

  /// Each page names a recording that shows its rule, and promises not too much.
  @Test(arguments: Self.shown) func aPageNamesARecordingThatShowsIt(_ id: String) throws {
    let page = try #require(Catalogue.page(id))
    let paths = page.matches(of: /captures\/([A-Za-z0-9_.\/-]+\.pcap[a-z]*)/).map { ExpectationFile.root + $0.1 }
    #expect(!paths.isEmpty, "the page of \(id) names no recording")
    for path in paths { #expect(try findings(in: path).contains(id), "\(path)") }
  }
}
