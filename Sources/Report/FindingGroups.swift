internal import Audit
internal import Flow
internal import Wire

/// A finding as it is shown: with the little of its connection that the text needs.
struct FindingExample {
  var record: FindingRecord
  /// `CLIENT → SERVER`; nil where it is about no single connection.
  var endpoints: String?
  /// Offsets in time count from here.
  var start: Timestamp?
  var displayFilter: String?
}

/// Findings that say the same of connections to the same service.
struct FindingGroup {
  struct Key: Hashable {
    var rule: String
    var severity: Severity
    var confidence: Confidence
    var suspects: [Party]
    var server: Endpoint?
    var ipVersion: UInt8
  }

  var key: Key
  var count: UInt64 = 0
  var bytesLost: UInt64 = 0
  /// All of them know what was lost to the byte.
  var isExact = true
  var examples: [FindingExample] = []

  /// The service, as text.
  var server: String? { key.server.map { Wording.endpoint($0, ipVersion: key.ipVersion) } }
}

/// All findings of a run, equal ones together, in bounded memory: of each group the first few are kept.
struct FindingGroups {
  static var examplesEach: Int { 3 }
  /// With `--all`: examples over all groups. One takes about 1 kB.
  static var examplesInAll: Int { 20_000 }
  /// Findings of further groups are only counted.
  static var groupLimit: Int { 5_000 }

  private let all: Bool
  private var groups: [FindingGroup] = []
  private var places: [FindingGroup.Key: Int] = [:]
  private var examples = 0
  /// Findings of groups beyond `groupLimit`.
  private(set) var uncollected: UInt64 = 0

  init(all: Bool) { self.all = all }

  var isEmpty: Bool { groups.isEmpty }

  mutating func add(_ record: FindingRecord, _ facts: Facts?) {
    let finding = record.finding
    let key = FindingGroup.Key(
      rule: finding.rule, severity: finding.severity, confidence: finding.confidence, suspects: finding.suspects,
      server: facts?.serverEndpoint, ipVersion: facts?.ipVersion ?? 0)
    guard let place = place(of: key) else {
      uncollected += 1
      return
    }
    groups[place].count += 1
    groups[place].bytesLost &+= finding.bytesLost ?? 0
    if !finding.bytesLostExact { groups[place].isExact = false }
    let limit = all ? FindingGroups.examplesInAll - examples : FindingGroups.examplesEach - groups[place].examples.count
    guard limit > 0 || groups[place].examples.isEmpty else { return }
    groups[place].examples.append(FindingExample(record, facts))
    examples += 1
  }

  private mutating func place(of key: FindingGroup.Key) -> Int? {
    if let place = places[key] { return place }
    guard groups.count < FindingGroups.groupLimit else { return nil }
    places[key] = groups.count
    groups.append(FindingGroup(key: key))
    return groups.count - 1
  }

  /// What matters first: the severest, the surest, the most bytes, the most connections, the earliest.
  var sorted: [FindingGroup] {
    groups.enumerated().sorted { left, right in
      let (one, other) = (left.element, right.element)
      if one.key.severity != other.key.severity { return one.key.severity > other.key.severity }
      if one.key.confidence != other.key.confidence { return one.key.confidence > other.key.confidence }
      if one.bytesLost != other.bytesLost { return one.bytesLost > other.bytesLost }
      if one.count != other.count { return one.count > other.count }
      return left.offset < right.offset
    }.map(\.element)
  }
}

extension FindingExample {
  init(_ record: FindingRecord, _ facts: Facts?) {
    self.record = record
    guard let facts else { return }
    endpoints = Wording.endpoints(facts)
    start = facts.start.time
    var writer = ByteWriter()
    writer.displayFilter(facts)
    displayFilter = String(decoding: writer.bytes, as: UTF8.self)
  }
}
