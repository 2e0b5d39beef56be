import Audit
import Engine
import Flow
import PacketScript
import Report
import Testing
import Wire

/// All that a run says, kept.
struct Records: Reporter {
  var connections: [ConnectionRecord] = []
  /// Those about no single connection.
  var ofCapture: [Finding] = []
  var summary = SummaryRecord()

  var facts: [Facts] { connections.map(\.facts) }
  /// Those about connections.
  var findings: [Finding] { connections.flatMap { $0.findings.map(\.finding) } }
  var serious: [Finding] { findings.filter { $0.severity != .note } }

  mutating func begin(_ run: RunRecord) {}
  mutating func report(_ connection: ConnectionRecord) { connections.append(connection) }
  mutating func report(_ finding: FindingRecord) { ofCapture.append(finding.finding) }
  mutating func end(_ summary: SummaryRecord) { self.summary = summary }
}

/// What an audit of these files says, all of it read.
func records(_ paths: [String], _ options: RunOptions = RunOptions()) throws -> Records {
  var records = Records()
  let pipeline = try Pipeline(paths, options)
  let outcome = pipeline.run(&records, RunRecord(version: "test", inputs: paths))
  #expect(outcome.errors.isEmpty)
  return records
}

/// The same of a script, the whole way: script → bytes → capture file → pipeline.
func records(of script: String, _ options: RunOptions = RunOptions()) throws -> Records {
  let folder = Folder()
  return try records([try folder.capture(script)], options)
}

/// What a reporter of the kind that `make` makes writes of an audit of these files.
func report<R: Reporter>(
  _ make: (Output) -> R, _ paths: [String], _ options: RunOptions = RunOptions()
) throws -> String {
  let output = Output()
  var reporter = make(output)
  let pipeline = try Pipeline(paths, options)
  _ = pipeline.run(&reporter, RunRecord(version: "test", inputs: paths))
  return String(decoding: output.collected, as: UTF8.self)
}

/// The JSON lines of an audit of these files.
func json(_ paths: [String], _ options: RunOptions = RunOptions()) throws -> [String] {
  try report({ JSONReport($0) }, paths, options).split(separator: "\n").map(String.init)
}
