internal import Audit
internal import DequeModule
internal import Flow
internal import Report
internal import Screen

/// What a live audit has found so far, for the screen and for the metrics: written by the reporter, read by who looks.
final class LiveBoard {
  /// Findings that are kept, with what their connections were when they were told; one takes about 5 kB.
  static var limit: Int { 1000 }

  private struct Entry {
    var record: FindingRecord
    var facts: Facts?
    /// How it healed, in words; nil: it stands.
    var healing: String?
    /// Ready: the list is asked for again and again.
    let shown: ScreenFinding

    init(_ record: FindingRecord, _ facts: Facts?, healing: String? = nil) {
      (self.record, self.facts, self.healing) = (record, facts, healing)
      shown = ScreenFinding(record, facts, isHealed: healing != nil)
    }
  }

  private var entries: [UInt64: Entry] = [:]
  /// Their ids in order of coming, those that healed first, then by severity; an id whose entry has gone is passed over.
  private var queues = [Deque<UInt64>](repeating: [], count: 1 + Severity.allCases.count)
  /// What took the place of a finding, for who has the old one open; bounded as the findings are.
  private var successors: [UInt64: UInt64] = [:]
  private(set) var forgotten: UInt64 = 0
  /// From the beginning there is a zero for all that may come: a counter that is born with its first finding never rose.
  private(set) var findings: [LiveFigures.Kind: UInt64] = LiveBoard.zeros
  private(set) var bytesLost: [String: UInt64] = Dictionary(
    uniqueKeysWithValues: Catalogue.rules.map { ($0.id, 0) })
  /// Something was told since somebody looked.
  var hasNews = true

  /// A finding as it comes. One that takes the place of another counts where it says something else.
  func take(_ record: FindingRecord, _ facts: Facts?) {
    guard !record.wasTold else {
      // What became of its connection since is known now.
      if let facts { entries[record.id]?.facts = facts }
      return
    }
    hasNews = true
    let before = record.revises.flatMap { entries.removeValue(forKey: $0) }
    if let revised = record.revises, before != nil {
      if successors.count >= LiveBoard.limit { successors = [:] }
      successors[revised] = record.id
    }
    let isHealed = record.revises != nil && record.finding.isHealing
    if let before, isHealed {
      entries[record.id] = Entry(
        before.record.named(record.id), facts ?? before.facts, healing: record.finding.summary)
      wait(record.id, in: 0)
    } else {
      entries[record.id] = Entry(record, facts)
      wait(record.id, in: 1 + Int(record.finding.severity.rawValue))
    }
    if !isHealed { count(record) }
    if entries.count > LiveBoard.limit { forgetOne() }
  }

  /// Counters only grow: what was counted stays, though it be revised. What it was the record says: the entry may be forgotten.
  private func count(_ record: FindingRecord) {
    let finding = record.finding
    let kind = LiveFigures.Kind(rule: finding.rule, severity: finding.severity, atFault: finding.atFault)
    if kind != record.revised { findings[kind, default: 0] += 1 }
  }

  /// A connection has ended with these, told before or not. What is lost while it is open may still arrive, and counters can't take back.
  func settle(_ records: [FindingRecord]) {
    for record in records {
      if let bytes = record.finding.bytesLost { bytesLost[record.finding.rule, default: 0] &+= bytes }
    }
  }

  /// Ids whose entries have gone must not gather, as those of errors that are revised again and again do.
  private func wait(_ id: UInt64, in place: Int) {
    queues[place].append(id)
    if queues[place].count > 2 * LiveBoard.limit { queues[place].removeAll { entries[$0] == nil } }
  }

  /// Ids that wait to be forgotten, those too whose entries have gone.
  var waiting: Int { queues.reduce(0) { $0 + $1.count } }

  /// The oldest of the mildest: a flood of notes hides no error.
  private func forgetOne() {
    for place in queues.indices {
      while let id = queues[place].popFirst() {
        guard entries.removeValue(forKey: id) != nil else { continue }
        forgotten += 1
        return
      }
    }
  }

  private static var zeros: [LiveFigures.Kind: UInt64] {
    var zeros: [LiveFigures.Kind: UInt64] = [:]
    for rule in Catalogue.rules {
      for severity in [Severity.warning, .error] {
        for party in Party.allCases.map(Optional.some) + [nil] {
          zeros[LiveFigures.Kind(rule: rule.id, severity: severity, atFault: party)] = 0
        }
      }
    }
    return zeros
  }

  var list: [ScreenFinding] { entries.values.map(\.shown) }

  /// What stands in the place of a finding now.
  func standing(_ id: UInt64) -> UInt64 {
    var id = id
    while let next = successors[id] { id = next }
    return id
  }

  /// What is shown of a finding.
  typealias Sight = (record: FindingRecord, facts: Facts?, healing: String?)

  /// Of a finding, or of what stands in its place.
  func entry(_ id: UInt64) -> Sight? {
    entries[standing(id)].map { ($0.record, $0.facts, $0.healing) }
  }
}

extension Finding {
  /// It only says that an earlier one no longer holds.
  fileprivate var isHealing: Bool { facts.contains(NamedFact("healed", .bool(true))) }
}

extension Finding {
  /// What it is about where it is no connection: a process and its service, or the capture as a whole.
  fileprivate var subject: String {
    let text = { (name: String) -> String? in
      guard case .text(let text)? = facts.first(where: { $0.name == name })?.value else { return nil }
      return text
    }
    guard let process = text("process"), let service = text("peer") ?? text("service") else { return "the capture" }
    return "\(process) → \(service)"
  }
}

extension FindingRecord {
  fileprivate func named(_ id: UInt64) -> FindingRecord {
    var record = self
    record.id = id
    return record
  }
}

extension ScreenFinding {
  init(_ record: FindingRecord, _ facts: Facts?, isHealed: Bool) {
    let finding = record.finding
    self.init(
      id: record.id, time: finding.evidence.map(\.moment.time).max(), severity: finding.severity,
      confidence: finding.confidence, rule: finding.rule, atFault: finding.atFault?.rawValue ?? "unknown",
      connection: record.connection, endpoints: facts.map(Wording.endpoints) ?? finding.subject,
      summary: finding.summary + (record.holders.map { " (\($0))" } ?? ""), bytesLost: finding.bytesLost,
      isHealed: isHealed)
  }
}

/// Shows the board what is told, and hands everything on.
struct Boarding<Inner: LiveReporter>: LiveReporter {
  var inner: Inner
  let board: LiveBoard

  var isBroken: Bool { inner.isBroken }

  mutating func begin(_ run: RunRecord) { inner.begin(run) }

  mutating func report(_ connection: ConnectionRecord) {
    for record in connection.findings { board.take(record, connection.facts) }
    board.settle(connection.findings)
    inner.report(connection)
  }

  mutating func report(_ finding: FindingRecord) {
    board.take(finding, nil)
    inner.report(finding)
  }

  mutating func tell(_ finding: FindingRecord, of facts: Facts) {
    board.take(finding, facts)
    inner.tell(finding, of: facts)
  }

  mutating func end(_ summary: SummaryRecord) { inner.end(summary) }
}

/// Says nothing before the end: the screen shows it all.
struct SummaryAlone: LiveReporter {
  var inner: LiveText
  /// Gives the terminal back first.
  let leave: () -> Void

  var isBroken: Bool { inner.isBroken }

  mutating func begin(_ run: RunRecord) {}
  mutating func report(_ connection: ConnectionRecord) {}
  mutating func report(_ finding: FindingRecord) {}
  mutating func tell(_ finding: FindingRecord, of facts: Facts) {}

  mutating func end(_ summary: SummaryRecord) {
    leave()
    inner.end(summary)
  }
}
