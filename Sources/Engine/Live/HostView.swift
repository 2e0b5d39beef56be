internal import Audit
internal import Flow
internal import Report
internal import Wire

/// What the loop knows of this host's own sockets: the latest reading of the kernel's table, and the one before it, which still has those that
/// were closed since.
struct HostView {
  private(set) var latest: HostTable?
  private var before: HostTable?
  /// How many readings there were.
  private(set) var readings: UInt64 = 0
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
  /// - Parameter known: what was found before.
  func holders(of facts: Facts, _ known: HostEnds) -> HostEnds? {
    guard let latest else { return nil }
    var ends = known
    for table in [before, latest].compactMap(\.self) where table.complete >= facts.start.time {
      let found = table.ends(facts.clientEndpoint, facts.serverEndpoint)
      for side in Side.allCases {
        // Who closed it is still who held it.
        if let socket = found[side], socket.holder != nil || ends[side]?.holder == nil { ends[side] = socket }
      }
    }
    return ends
  }

  /// Whether what is held at its ends may say something else than before.
  func isOther(_ watch: Watch) -> Bool {
    guard let latest, watch.reading != readings, let (client, server) = watch.endpoints else { return false }
    let ends = latest.ends(client, server)
    if (ends.client?.state, ends.server?.state) != watch.states { return true }
    return !ends.isEmpty && watch.told.contains { HostView.halves.contains($0.claim.rule) }
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
        id: judging.nextID(), revises: before?.told.id, connection: nil, finding: claim.finding)
      host.told[claim.key] = (claim.version, Told(record.id, claim.finding))
      reporter.report(record)
    }
    for (key, before) in gone.sorted(by: { $0.value.told.id < $1.value.told.id }) {
      host.told[key] = nil
      stages.tally.takeBack(before.told.claim.rule, before.told.claim.severity)
      reporter.report(
        FindingRecord(
          id: judging.nextID(), revises: before.told.id, connection: nil, finding: .over(before.told, at: table.seen)))
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
