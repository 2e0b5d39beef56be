internal import Audit
internal import Flow
internal import Report
internal import Wire

/// What the loop knows of this host's own sockets: the latest reading of the kernel's table, and the one before it, which still has those that
/// were closed since.
struct HostView {
  /// What was known when a connection was judged last.
  private struct Sight {
    var client: Endpoint
    var server: Endpoint
    var states: (client: TCPState?, server: TCPState?)
    var holders: HostEnds
    /// The number of the reading.
    var reading: UInt64
  }

  private var latest: HostTable?
  private var before: HostTable?
  /// How many readings there were.
  private var readings: UInt64 = 0
  /// Of the open connections that are watched, by their ids.
  private var sights: [UInt64: Sight] = [:]
  /// What was told of processes, by `HostClaim.key`.
  var told: [UInt64: (version: UInt32, told: Told)] = [:]

  /// - Returns: a reading that is needed no more.
  mutating func take(_ table: HostTable) -> HostTable? {
    let spent = before
    before = latest
    latest = table
    readings += 1
    return spent
  }

  /// As things stand: only what was read after the connection began.
  func current(of facts: Facts) -> HostEnds {
    guard let latest, latest.seen >= facts.start.time else { return HostEnds() }
    return latest.ends(facts.clientEndpoint, facts.serverEndpoint)
  }

  /// Whoever holds, or held, its ends; nil where nobody asks the kernel.
  func holders(of facts: Facts) -> HostEnds? {
    guard let latest else { return nil }
    var ends = sights[facts.id]?.holders ?? HostEnds()
    for table in [before, latest].compactMap(\.self) where table.complete >= facts.start.time {
      let found = table.ends(facts.clientEndpoint, facts.serverEndpoint)
      for side in Side.allCases {
        // Who closed it is still who held it.
        if let socket = found[side], socket.holder != nil || ends[side]?.holder == nil { ends[side] = socket }
      }
    }
    return ends
  }

  /// An open connection is judged, and will be looked at again.
  /// - Returns: whoever holds, or held, its ends; nil where nobody asks the kernel.
  mutating func look(at facts: Facts) -> HostEnds? {
    guard let holders = holders(of: facts) else { return nil }
    let current = current(of: facts)
    sights[facts.id] = Sight(
      client: facts.clientEndpoint, server: facts.serverEndpoint,
      states: (current.client?.state, current.server?.state), holders: holders, reading: readings)
    return holders
  }

  mutating func forget(_ connection: UInt64) {
    if !sights.isEmpty { sights[connection] = nil }
  }

  /// Whether what is held at the ends of a connection that was judged may say something else than then.
  func isOther(_ connection: UInt64, _ told: [Told]) -> Bool {
    guard let latest, let sight = sights[connection], sight.reading != readings else { return false }
    let ends = latest.ends(sight.client, sight.server)
    if (ends.client?.state, ends.server?.state) != sight.states { return true }
    return !ends.isEmpty && told.contains { HostView.halves.contains($0.claim.rule) }
  }

  /// What these say of the wire is half of `partnerless`.
  private static var halves: [String] {
    ["fin-unacked", "reset-not-heard", "reset-abort", "reset-unread", "half-open"]
  }
}

extension LiveAudit {
  /// The kernel's table was read again: what it says of processes is told, where that is news.
  /// - Returns: a reading that is needed no more.
  mutating func take(_ table: HostTable, _ reporter: inout some LiveReporter) -> HostTable? {
    let spent = host.take(table)
    var gone = host.told
    for claim in table.claims where judging.selection.contains(claim.finding) {
      let before = gone.removeValue(forKey: claim.key)
      guard before?.version != claim.version else { continue }
      if let before { stages.tally.takeBack(before.told.claim.rule, before.told.claim.severity) }
      stages.tally.find(claim.finding.rule, claim.finding.severity)
      judging.severest = max(judging.severest ?? claim.finding.severity, claim.finding.severity)
      let record = FindingRecord(
        id: judging.nextID(), revises: before?.told, connection: nil, finding: claim.finding)
      host.told[claim.key] = (claim.version, Told(record.id, claim.finding))
      reporter.report(record)
    }
    for (key, before) in gone.sorted(by: { $0.value.told.id < $1.value.told.id }) {
      host.told[key] = nil
      stages.tally.takeBack(before.told.claim.rule, before.told.claim.severity)
      reporter.report(
        FindingRecord(
          id: judging.nextID(), revises: before.told, connection: nil, finding: .over(before.told, at: table.seen)))
    }
    return spent
  }
}

extension Finding {
  /// What is said where a process does no longer what was told of it.
  fileprivate static func over(_ told: Told, at time: Timestamp) -> Finding {
    Finding(
      rule: told.claim.rule, severity: .note, confidence: .certain, suspects: [],
      summary: "healed: the sockets have become fewer, or no more of them, and finding \(told.id) no longer holds",
      evidence: [Evidence(Moment(time: time, packet: .none), nil, "the kernel's table")],
      facts: [NamedFact("healed", .bool(true))])
  }
}
