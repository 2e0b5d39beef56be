public import Audit
internal import Flow
internal import Wire

/// A process whose silent sockets to one service only become more.
public struct Leak: Sendable {
  /// The same as long as it lasts.
  public let key: UInt64
  /// Another number where it is worth telling anew.
  public let version: UInt32
  /// What is said of it now: `socket-leak`, its evidence dated by the host's clock and of no packet.
  public let finding: Finding
  /// When its descriptors are used up, ns since boot; nil where there is no limit.
  let end: Int64?

  init(
    key: UInt64, _ process: HostProcess, _ sight: LeakSight, pace: LeakHistory.Pace, at snapshot: Snapshot,
    before: Leak?,
    _ limits: SocketLimits
  ) {
    self.key = key
    let isFull = process.free == 0
    // It is the one after the last that fails.
    let growth = Growth(more: pace.more, over: pace.over, risesInARow: 0)
    let left = isFull ? 0 : process.free.flatMap { growth.time(toOpen: $0 + 1) }
    finding = Leak.finding(process, sight, pace, left, isFull: isFull, snapshot, limits)
    let end = left.map { snapshot.uptime.addingReportingOverflow($0) }.flatMap { $0.overflow ? nil : $0.partialValue }
    guard let before else {
      version = 1
      self.end = end
      return
    }
    let isOther =
      before.finding.confidence != finding.confidence || before.finding.severity != finding.severity
      || before.finding.suspects != finding.suspects || Leak.isFull(before.finding) != isFull
    if isOther || !isFull && Leak.hasMoved(before.end, end, now: snapshot.uptime) {
      version = before.version &+ 1
      self.end = end
    } else {
      version = before.version
      self.end = before.end
    }
  }

  /// By more than a fifth of the time that is left, and by more than looks are apart.
  private static func hasMoved(_ before: Int64?, _ end: Int64?, now: Int64) -> Bool {
    guard let before, let end else { return (before == nil) != (end == nil) }
    return abs(end - before) > max((max(end, before) - now) / 5, 2_000_000_000)
  }

  private static func isFull(_ finding: Finding) -> Bool {
    finding.facts.contains(NamedFact("exhausted_in", .duration(0)))
  }

  private static func finding(
    _ process: HostProcess, _ sight: LeakSight, _ pace: LeakHistory.Pace, _ left: Int64?, isFull: Bool,
    _ snapshot: Snapshot,
    _ limits: SocketLimits
  ) -> Finding {
    let isAbandoned = sight.abandoned * 2 > sight.cookies.count
    let service = sight.serviceText
    let silent = "\(Numeral.text(sight.silent.count)) of \(Numeral.text(sight.cookies.count)) lie silent"
    let oldest = sight.oldest.sorted { ($0.silence, $1.descriptor) > ($1.silence, $0.descriptor) }.map(\.descriptor)
    let descriptors = oldest.map { "\($0)" }.joined(separator: ", ")
    return Finding(
      rule: "socket-leak", severity: left.map { $0 > limits.urgent } ?? false ? .warning : .error,
      confidence: pace.lasting >= limits.leakLikely ? .likely : .possible,
      suspects: sight.isOurs ? [.server] : isAbandoned ? [.client] : [.client, .path],
      summary:
        "\(process.name) (\(process.id)) opens ever more connections \(sight.isOurs ? "at" : "to") \(service) and "
        + (isAbandoned ? "does not close what the peer has closed" : "uses none of them again") + ": "
        + "\(Numeral.text(pace.more)) more in \(TimeSpan.text(pace.over)), \(silent) (the oldest: "
        + "descriptor\(oldest.count == 1 ? "" : "s") \(descriptors))" + forecast(process, left, isFull: isFull),
      evidence: [
        Evidence(
          Moment(time: snapshot.time.advanced(by: -pace.over), packet: .none), nil,
          "\(Numeral.count(sight.cookies.count - pace.more, "connection")) to \(service)"),
        Evidence(
          Moment(time: snapshot.time, packet: .none), nil,
          "\(Numeral.count(sight.cookies.count, "connection")), \(Numeral.text(sight.silent.count)) silent, "
            + "\(Numeral.text(sight.abandoned)) in CLOSE-WAIT"),
      ],
      facts: facts(process, sight, pace, left, oldest, service),
      mend: isAbandoned
        ? "close() what read() returned 0 for, also on the paths that handle errors"
        : "close the connections that are not used again, or ask the pool for them; tcpaudit sockets --peer shows whether the other "
          + "end still has them; a higher limit only buys time")
  }

  private static func forecast(_ process: HostProcess, _ left: Int64?, isFull: Bool) -> String {
    guard let limit = process.limit else { return "" }
    let used = "; \(Numeral.text(process.descriptors)) of its \(Numeral.text(limit)) descriptors are open: "
    if isFull { return used + "the next one fails with “Too many open files”" }
    guard let left else { return "" }
    return used + "“Too many open files” in \(TimeSpan.text(left)), if it goes on so"
  }

  private static func facts(
    _ process: HostProcess, _ sight: LeakSight, _ pace: LeakHistory.Pace, _ left: Int64?, _ oldest: [Int32],
    _ service: String
  ) -> [NamedFact] {
    [
      NamedFact("pid", .integer(Int64(process.id))), NamedFact("process", .text(process.name)),
      NamedFact(sight.isOurs ? "service" : "peer", .text(service)),
      NamedFact("oldest_descriptors", .list(oldest.map { .integer(Int64($0)) })),
      NamedFact("sockets", .integer(Int64(sight.cookies.count))),
      NamedFact("silent", .integer(Int64(sight.silent.count))),
      NamedFact("close_wait", .integer(Int64(sight.abandoned))), NamedFact("growth", .integer(Int64(pace.more))),
      NamedFact("growth_over", .duration(pace.over)), NamedFact("descriptors", .integer(Int64(process.descriptors))),
      NamedFact("limit", process.limit.map { .integer(Int64($0)) } ?? .null),
      NamedFact("exhausted_in", left.map { .duration($0) } ?? .null),
    ]
  }
}
