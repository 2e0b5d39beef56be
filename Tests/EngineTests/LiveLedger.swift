import Audit
import Capture
import Engine
import Flow
import Report
import Wire

/// What stands in the end of all that was told: what was revised is gone, and what healed leaves nothing.
final class LiveLedger {
  struct Entry {
    var told: Timestamp
    var record: FindingRecord
    /// The connection was open.
    var isEarly: Bool
    var facts: Facts?
  }

  /// The clock, as far as it has got.
  var now = Timestamp(nanoseconds: .min)
  private(set) var entries: [UInt64: Entry] = [:]
  private(set) var all: [Entry] = []
  private(set) var connections: [UInt64: [String]] = [:]
  private(set) var summary = SummaryRecord()
  private(set) var mistakes: [String] = []

  func add(_ record: FindingRecord, _ facts: Facts?, isEarly: Bool) {
    let entry = Entry(told: now, record: record, isEarly: isEarly, facts: facts)
    all.append(entry)
    if let revised = record.revises {
      let before = entries.removeValue(forKey: revised)?.record.finding
      if before == nil { mistakes.append("\(record.id) revises \(revised), which does not stand") }
      let kind = before.map { LiveFigures.Kind(rule: $0.rule, severity: $0.severity, atFault: $0.atFault) }
      if record.revised != kind { mistakes.append("\(record.id) does not say what \(revised) was") }
    }
    if entries[record.id] != nil { mistakes.append("\(record.id) is told twice") }
    if !record.finding.isHealed { entries[record.id] = entry }
  }

  func end(_ connection: ConnectionRecord) {
    connections[connection.facts.id] = connection.findings.map(\.finding.rule)
    for record in connection.findings {
      if record.wasTold {
        if entries[record.id] == nil { mistakes.append("\(record.id) was not told") }
      } else {
        add(record, connection.facts, isEarly: false)
      }
    }
  }

  func end(_ summary: SummaryRecord) { self.summary = summary }

  /// One line for each finding that stands.
  var standing: [String] { entries.values.map { line($0.record.connection, $0.record.finding) }.sorted() }
}

/// The reporter that fills it.
struct LedgerReporter: LiveReporter {
  let ledger: LiveLedger

  mutating func begin(_ run: RunRecord) {}
  mutating func report(_ connection: ConnectionRecord) { ledger.end(connection) }
  mutating func report(_ finding: FindingRecord) { ledger.add(finding, nil, isEarly: false) }
  mutating func tell(_ finding: FindingRecord, of facts: Facts) { ledger.add(finding, facts, isEarly: true) }
  mutating func end(_ summary: SummaryRecord) { ledger.end(summary) }
}

extension Finding {
  var isHealed: Bool { facts.contains { $0.name == "healed" } }
}

func line(_ connection: UInt64?, _ finding: Finding) -> String {
  let bytes = finding.bytesLost.map { "\($0)" } ?? "-"
  let suspects = finding.suspects.map(\.rawValue).joined(separator: ",")
  return "\(connection.map { "\($0)" } ?? "-") \(finding.rule) \(finding.severity.name) \(finding.confidence.name)"
    + " \(suspects) \(bytes)"
}

/// What a live audit of these files tells, its clock theirs.
func replay(_ paths: [String], _ options: RunOptions = RunOptions(), recorder: FlightRecorder? = nil) throws
  -> LiveLedger
{
  let ledger = LiveLedger()
  var reporter = LedgerReporter(ledger: ledger)
  let replay = try Replay(paths, options, recorder: recorder)
  _ = replay.run(&reporter, RunRecord(version: "test", inputs: paths)) { ledger.now = $0 }
  return ledger
}

/// What an audit of the whole files finds.
func offline(_ paths: [String], _ options: RunOptions = RunOptions()) throws -> LiveLedger {
  let ledger = LiveLedger()
  var reporter = LedgerReporter(ledger: ledger)
  let pipeline = try Pipeline(paths, options)
  _ = pipeline.run(&reporter, RunRecord(version: "test", inputs: paths))
  return ledger
}
