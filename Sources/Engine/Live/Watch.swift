internal import Audit
internal import Flow
internal import Report
internal import Wire

/// A finding that was told while its connection was open.
struct Told {
  var id: UInt64
  var claim: Claim
  var bytesLost: UInt64?
  /// By the latest verdict; `bytesLost` is what was told.
  var bytesLostNow: UInt64

  init(_ id: UInt64, _ finding: Finding) {
    self.id = id
    claim = Claim(finding)
    bytesLost = finding.bytesLost
    bytesLostNow = finding.bytesLost ?? 0
  }
}

extension FindingRecord {
  /// - Parameter told: what it takes the place of; nil: it is new.
  init(id: UInt64, revises told: Told?, connection: UInt64?, finding: Finding) {
    self.init(id: id, revises: told?.id, connection: connection, finding: finding)
    revised = told.map { LiveFigures.Kind(rule: $0.claim.rule, severity: $0.claim.severity, atFault: $0.claim.atFault) }
  }
}

/// What is remembered of an open connection that may have something to tell.
struct Watch {
  /// `Suspect.version` when it was judged last; nil before the first time.
  var version: UInt64?
  var judgedAt: Timestamp
  /// Packets that the capture had dropped by then.
  var dropped: UInt64 = 0
  /// When time alone changes the verdict; nil: never.
  var deadline: Timestamp?
  var told: [Told] = []

  func isDue(_ now: Timestamp) -> Bool { deadline.map { now >= $0 } ?? false }
}

/// What a verdict is beside what was told before.
enum Change {
  /// Told before, word for word or nearly.
  case same(Finding, Told)
  case new(Finding)
  /// It takes the place of what was told.
  case revised(Finding, Told)
  /// Nothing is left of what was told.
  case healed(Told)

  /// - Parameter isFinal: the bytes that were lost count too; while a connection is open they grow with each packet.
  static func between(_ told: [Told], _ findings: [Finding], isFinal: Bool) -> [Change] {
    var left = told
    var changes: [Change?] = findings.map { finding in
      guard let place = left.firstIndex(where: { $0.claim.rule == finding.rule }) else { return nil }
      let known = left.remove(at: place)
      let isSame = known.claim == Claim(finding) && (!isFinal || known.bytesLost == finding.bytesLost)
      return isSame ? .same(finding, known) : .revised(finding, known)
    }
    // Another rule says it better now.
    for place in changes.indices where changes[place] == nil {
      changes[place] = left.isEmpty ? .new(findings[place]) : .revised(findings[place], left.removeFirst())
    }
    return changes.compactMap(\.self) + left.map { .healed($0) }
  }
}

extension Finding {
  /// What is said where nothing is left of an earlier finding.
  static func healed(_ told: Told, _ facts: Facts) -> Finding {
    let words = facts.state == .closed ? "the connection was closed in order" : "the connection goes on"
    return Finding(
      rule: told.claim.rule, severity: .note, confidence: .certain, suspects: [],
      summary: "healed: \(words), and finding \(told.id) no longer holds",
      evidence: [Evidence(facts.end, nil, "the latest packet")], facts: [NamedFact("healed", .bool(true))])
  }
}
