public import Audit

/// A process that runs out of descriptors.
public struct ProcessFinding: Hashable, Sendable {
  /// `socket-leak` or `descriptors-low`.
  public var rule: String
  /// An error where a leak uses them up within `SocketLimits.urgent`, other growth within `imminent`, or where `fillError` of them are in
  /// use; else a warning.
  public var severity: Severity
  /// A count is certain, a leak likely.
  public var confidence: Confidence
  /// Index into the snapshot's `processes`.
  public var process: Int
  /// One sentence with its numbers, without the process's name.
  public var summary: String
  /// What to do.
  public var mend: String
  /// Until `Too many open files`, ns; nil where that can't be said.
  public var exhaustedIn: Int64?

  /// - Parameter suspicious: sockets of it that hold a descriptor for nothing, as far as can be seen.
  static func judge(_ process: HostProcess, index: Int, suspicious: Int, _ limits: SocketLimits) -> [ProcessFinding] {
    [leak(process, index, suspicious, limits), low(process, index, limits)].compactMap { $0 }
  }

  /// The descriptors only ever become more, and many of them are sockets that nobody uses.
  private static func leak(
    _ process: HostProcess, _ index: Int, _ suspicious: Int, _ limits: SocketLimits
  ) -> ProcessFinding? {
    guard suspicious >= limits.leak, let growth = steadyGrowth(process, limits) else { return nil }
    let time = process.free.flatMap(growth.time)
    let isUrgent = time.map { $0 <= limits.urgent } ?? false
    let forecast = time.map { "; if it goes on so, “Too many open files” in \(TimeSpan.text($0))" } ?? ""
    return ProcessFinding(
      rule: "socket-leak", severity: isUrgent ? .error : .warning, confidence: .likely, process: index,
      summary: "\(Numeral.count(growth.more, "descriptor")) more in \(TimeSpan.text(growth.over)) and none fewer, and "
        + "\(Numeral.count(suspicious, "socket")) idle or closed by the peer\(forecast)",
      mend: "close the sockets that the findings here name; a higher limit only buys time", exhaustedIn: time)
  }

  /// They only ever become more, for long enough to be believed.
  private static func steadyGrowth(_ process: HostProcess, _ limits: SocketLimits) -> Growth? {
    guard let growth = process.growth, growth.over >= limits.watch, growth.risesInARow >= limits.rises, growth.more > 0
    else { return nil }
    return growth
  }

  private static func low(_ process: HostProcess, _ index: Int, _ limits: SocketLimits) -> ProcessFinding? {
    guard let limit = process.limit, limit > 0, let free = process.free,
      Double(process.descriptors) >= limits.fillWarning * Double(limit)
    else { return nil }
    let isFull = Double(process.descriptors) >= limits.fillError * Double(limit)
    // A leak that is fast has used them up before any of its sockets has been idle for long.
    let left = steadyGrowth(process, limits)?.time(toOpen: free).flatMap { $0 <= limits.imminent ? $0 : nil }
    let forecast = left.map { ", in \(TimeSpan.text($0)) if it goes on so" } ?? ""
    let rest =
      free == 0
      ? "the next one fails with “Too many open files”"
      : "\(Numeral.text(free)) more until “Too many open files”\(forecast)"
    return ProcessFinding(
      rule: "descriptors-low", severity: isFull || left != nil ? .error : .warning, confidence: .certain,
      process: index,
      summary: "\(Numeral.text(process.descriptors)) of \(Numeral.text(limit)) descriptors are open, "
        + "\(Numeral.text(process.sockets)) of them TCP sockets: \(rest)",
      mend:
        "find what is not closed (the findings here, tcpaudit sockets --all); raise the limit with LimitNOFILE= or ulimit -n "
        + "(prlimit --nofile --pid \(process.id) for the running process)",
      exhaustedIn: process.growth.flatMap { $0.time(toOpen: free) })
  }
}
