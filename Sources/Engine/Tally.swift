internal import Audit
internal import Flow
internal import Report
internal import Wire

/// What a run counts: packets as they come, connections as they end.
struct Tally {
  var packets: UInt64 = 0
  var bytes: UInt64 = 0
  var segments: UInt64 = 0
  var fragments: UInt64 = 0
  var notTCP: UInt64 = 0
  var icmpErrors: UInt64 = 0
  var skipped: [DecodeFailureKind: UInt64] = [:]
  var start: Timestamp?

  var connections: UInt64 = 0
  /// By `ConnectionState.rawValue`.
  private var states = [UInt64](repeating: 0, count: ConnectionState.allCases.count)
  /// By severity's raw value.
  private var findings = [UInt64](repeating: 0, count: Severity.allCases.count)
  /// By rule: a few, each found by looking.
  private var rules: [(rule: String, count: UInt64)] = []
  var duplicates: UInt64 = 0
  var missingBytes: UInt64 = 0
  /// Of these, those of sides that the capture does see: it lost them. A side that was not captured at all is another matter.
  var lostBytes: UInt64 = 0
  var payloadBytes: UInt64 = 0
  /// Connections of which more was seen than attempts, and those of them that were seen from one side only.
  var conversations: UInt64 = 0
  var oneSided: UInt64 = 0
  /// The earliest connections with copies, with lost bytes, of one side: they prove what is said of the capture.
  private(set) var firstDuplicated = First()
  private(set) var firstLossy = First()
  private(set) var firstOneSided = First()
  /// Connections that are not judged, as their packets are of two streams.
  private var mixed: UInt64 = 0
  /// Connections that captures of several places hold.
  private(set) var severalPlaces: UInt64 = 0
  private(set) var firstOfSeveralPlaces = First()

  /// The first packet of the connection with the lowest id.
  struct First {
    private var id = UInt64.max
    private(set) var start: Moment?

    mutating func take(_ brief: Brief) {
      guard brief.id < id else { return }
      id = brief.id
      start = brief.start
    }
  }

  /// The packets of another tally, which has no connections.
  mutating func takePackets(of other: Tally) {
    packets = other.packets
    bytes = other.bytes
    segments = other.segments
    fragments = other.fragments
    notTCP = other.notTCP
    icmpErrors = other.icmpErrors
    skipped = other.skipped
    start = other.start
  }

  @inline(never) mutating func skip(_ failure: DecodeFailure) {
    skipped[DecodeFailureKind(layer: failure.layer, reason: failure.reason), default: 0] += 1
  }

  /// Of these, those that may be of a connection: an error that quotes a packet is none.
  var cutHeaders: UInt64 {
    skipped.reduce(0) { $0 + ($1.key.reason == .headerCut && $1.key.layer != .icmp ? $1.value : 0) }
  }

  mutating func end(_ brief: Brief) {
    connections += 1
    states[Int(brief.state.rawValue)] += 1
    let copies = brief.client.duplicatePackets + brief.server.duplicatePackets
    duplicates += copies
    if copies > 0 { firstDuplicated.take(brief) }
    if brief.isMixed { mixed += 1 }
    if brief.severalPlaces {
      severalPlaces += 1
      firstOfSeveralPlaces.take(brief)
    }
    missingBytes += brief.client.missingBytes + brief.server.missingBytes
    var lost: UInt64 = 0
    if brief.client.packets > 0 { lost += brief.client.missingBytes }
    if brief.server.packets > 0 { lost += brief.server.missingBytes }
    lostBytes += lost
    if lost > 0 { firstLossy.take(brief) }
    payloadBytes += brief.client.payloadBytes + brief.server.payloadBytes
    guard brief.isConversation else { return }
    conversations += 1
    guard brief.isOneSided else { return }
    oneSided += 1
    firstOneSided.take(brief)
  }

  mutating func find(_ rule: String, _ severity: Severity) {
    findings[Int(severity.rawValue)] += 1
    for place in rules.indices where rules[place].rule == rule {
      rules[place].count += 1
      return
    }
    rules.append((rule, 1))
  }

  /// What was found does not hold any more.
  mutating func takeBack(_ rule: String, _ severity: Severity) {
    if findings[Int(severity.rawValue)] > 0 { findings[Int(severity.rawValue)] -= 1 }
    guard let place = rules.firstIndex(where: { $0.rule == rule }) else { return }
    rules[place].count -= 1
    if rules[place].count == 0 { rules.remove(at: place) }
  }

  func summary() -> SummaryRecord {
    var summary = SummaryRecord()
    summary.packets = packets
    summary.bytes = bytes
    summary.tcpPackets = segments + fragments
    summary.notTCPPackets = notTCP + icmpErrors
    summary.icmpErrors = icmpErrors
    for (kind, count) in skipped {
      summary.skipped[kind.layer.name, default: [:]][kind.reason.name, default: 0] += count
      summary.undecodedPackets += count
    }
    summary.connections = connections
    for state in ConnectionState.allCases { summary.states[state] = states[Int(state.rawValue)] }
    for severity in Severity.allCases where findings[Int(severity.rawValue)] > 0 {
      summary.findings[severity] = findings[Int(severity.rawValue)]
    }
    for (rule, count) in rules { summary.rules[rule] = count }
    summary.duplicates = duplicates
    summary.mixedConnections = mixed
    summary.missingBytes = missingBytes
    let carried = missingBytes + payloadBytes
    summary.missingRatio = carried == 0 ? 0 : Double(missingBytes) / Double(carried)
    summary.start = start
    return summary
  }
}

struct DecodeFailureKind: Hashable {
  var layer: Layer
  var reason: FailureReason
}
