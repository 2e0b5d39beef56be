internal import Audit
internal import Flow
internal import Wire

/// A finding as it is shown: with the little of its connection that the text needs.
struct FindingExample {
  var record: FindingRecord
  /// nil where it is about no single connection.
  var connection: ShownConnection?

  /// `CLIENT → SERVER`
  var endpoints: String? { connection?.endpoints }
  /// Offsets in time count from here.
  var start: Timestamp? { connection?.start.time }
  var displayFilter: String? { connection?.displayFilter }
}

/// A finding that may be shown: words cost more than all else, and most are never read.
enum KeptExample {
  case finding(FindingRecord, ShownConnection?)
  case refusal(RefusalRecord)

  var record: FindingRecord {
    switch self {
    case .finding(let record, _): record
    case .refusal(let refusal): refusal.finding
    }
  }

  var connection: ShownConnection? {
    switch self {
    case .finding(_, let connection): connection
    case .refusal(let refusal): ShownConnection(refusal)
    }
  }
}

/// Findings that say the same of connections to the same service.
struct FindingGroup {
  struct Key: Equatable {
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
  var examples: [KeptExample] = []

  /// The service, as text.
  var server: String? { key.server.map { Wording.endpoint($0, ipVersion: key.ipVersion) } }
}

/// All findings of a run, equal ones together. Of each group the first few are kept, in bounded memory; with `--all` every one, and
/// each takes about 1 kB.
struct FindingGroups {
  /// Kept of each group.
  private let examplesEach: Int
  /// Findings of further groups are only counted.
  private let groupLimit: Int
  private var groups: [FindingGroup] = []
  /// By kind, and the service: an address takes less to find than words.
  private var places: [Service: Int] = [:]
  /// All that is in a key but the service: there are a few, each found by looking.
  private var kinds: [FindingGroup.Key] = []
  private var usedAgain = UsedAgain()
  /// Findings of groups beyond `groupLimit`.
  private(set) var uncollected: UInt64 = 0

  init(all: Bool) {
    examplesEach = all ? .max : 3
    groupLimit = all ? .max : 5_000
  }

  var isEmpty: Bool { groups.isEmpty }

  mutating func add(_ record: FindingRecord, _ facts: Facts?) {
    let finding = record.finding
    let key = FindingGroup.Key(
      rule: finding.rule, severity: finding.severity, confidence: finding.confidence, suspects: finding.suspects,
      server: facts?.serverEndpoint, ipVersion: facts?.ipVersion ?? 0)
    guard let place = place(of: key) else { return }
    groups[place].bytesLost &+= finding.bytesLost ?? 0
    if !finding.bytesLostExact { groups[place].isExact = false }
    if wantsExample(place) { keep(.finding(record, facts.map { ShownConnection($0) }), in: place) }
  }

  mutating func add(_ refusal: RefusalRecord) {
    let key = FindingGroup.Key(
      rule: RefusalRecord.rule, severity: RefusalRecord.severity, confidence: RefusalRecord.confidence,
      suspects: RefusalRecord.suspects, server: refusal.server, ipVersion: refusal.ipVersion)
    guard let place = place(of: key) else { return }
    groups[place].isExact = false
    if wantsExample(place) { keep(.refusal(refusal), in: place) }
  }

  private func wantsExample(_ place: Int) -> Bool { groups[place].examples.count < examplesEach }

  private mutating func keep(_ example: KeptExample, in place: Int) {
    groups[place].examples.append(example)
    if let connection = example.connection { usedAgain.show(connection) }
  }

  /// A connection that may have the addresses and ports of one that is shown.
  mutating func meet(_ connection: borrowing Brief) { usedAgain.meet(connection) }

  /// How it is shown, in words.
  func shown(_ example: KeptExample) -> FindingExample {
    var shown = FindingExample(record: example.record, connection: example.connection)
    if let connection = shown.connection, usedAgain.contains(connection) { shown.connection?.tupleReused = true }
    return shown
  }

  /// Of the group that this finding counts in; nil, and counted, where there are too many groups.
  private mutating func place(of key: FindingGroup.Key) -> Int? {
    let service = Service(kind: kind(of: key), server: key.server, ipVersion: key.ipVersion)
    if let place = places[service] {
      groups[place].count += 1
      return place
    }
    guard groups.count < groupLimit else {
      uncollected += 1
      return nil
    }
    places[service] = groups.count
    groups.append(FindingGroup(key: key, count: 1))
    return groups.count - 1
  }

  private mutating func kind(of key: FindingGroup.Key) -> Int {
    for place in kinds.indices where kinds[place].isAlike(key) { return place }
    kinds.append(key)
    return kinds.count - 1
  }

  private struct Service: Hashable {
    var kind: Int
    var server: Endpoint?
    var ipVersion: UInt8
  }

  /// What matters first: the severest, the surest, the most bytes, the most connections, the earliest.
  var sorted: [FindingGroup] {
    groups.indices.map { Rank(of: groups[$0], at: $0) }.sorted().map { groups[$0.place] }
  }

  /// What groups are sorted by: the first is shown first.
  private struct Rank: Comparable {
    let severity: Severity
    let confidence: Confidence
    let bytesLost: UInt64
    let count: UInt64
    let place: Int

    init(of group: FindingGroup, at place: Int) {
      severity = group.key.severity
      confidence = group.key.confidence
      bytesLost = group.bytesLost
      count = group.count
      self.place = place
    }

    static func < (one: Rank, other: Rank) -> Bool {
      if one.severity != other.severity { return one.severity > other.severity }
      if one.confidence != other.confidence { return one.confidence > other.confidence }
      if one.bytesLost != other.bytesLost { return one.bytesLost > other.bytesLost }
      if one.count != other.count { return one.count > other.count }
      return one.place < other.place
    }
  }
}

extension FindingGroup.Key {
  /// The same, but for the service.
  fileprivate func isAlike(_ other: FindingGroup.Key) -> Bool {
    rule == other.rule && severity == other.severity && confidence == other.confidence && suspects == other.suspects
  }
}
