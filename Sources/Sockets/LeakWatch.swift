/// Which processes leak sockets, and when their descriptors run out: watched look by look, judged without a question to the kernel.
///
/// A pool that works uses its silent connections again before it opens others; a leak opens others while they lie there. So what is
/// counted are connections to one service that are silent, and were opened while others lay silent already.
public struct LeakWatch: Sendable {
  struct Key: Hashable {
    var process: Int32
    var started: Int64
    var service: Service
  }

  /// One process and one service.
  private struct Record {
    /// Cookies of its sockets, and whether each was opened while others lay silent.
    var sockets: [UInt64: Bool] = [:]
    var silent = 0
    var history = LeakHistory()
    var leak: Leak?
  }

  /// Processes and services that are watched at a time.
  private static var limit: Int { 4096 }

  private let limits: SocketLimits
  private var records: [Key: Record] = [:]
  private var lastKey: UInt64 = 0

  /// Knows no socket yet: those of the first look count as there before.
  public init(_ limits: SocketLimits = SocketLimits()) { self.limits = limits }

  /// Takes in a look; gives the leaks that there are now.
  public mutating func take(_ snapshot: Snapshot) -> [Leak] {
    let sights = LeakSight.all(snapshot, limits)
    var kept: [Key: Record] = [:]
    for (key, sight) in sights where sight.cookies.count >= limits.leak || records[key] != nil {
      guard kept.count < LeakWatch.limit else { break }
      var record = records.removeValue(forKey: key) ?? Record()
      learn(&record, sight, at: snapshot.uptime)
      judge(&record, sight, snapshot)
      kept[key] = record
    }
    records = kept
    return records.values.compactMap(\.leak).sorted { $0.key < $1.key }
  }

  private func learn(_ record: inout Record, _ sight: LeakSight, at time: Int64) {
    // What was there at the first look says nothing of how it came about.
    let opensInVain = record.silent >= limits.idleFew
    var sockets: [UInt64: Bool] = [:]
    sockets.reserveCapacity(sight.cookies.count)
    for cookie in sight.cookies { sockets[cookie] = record.sockets[cookie] ?? opensInVain }
    record.sockets = sockets
    record.silent = sight.silent.count
    record.history.note(sight.cookies.count, at: time)
  }

  private mutating func judge(_ record: inout Record, _ sight: LeakSight, _ snapshot: Snapshot) {
    let process = snapshot.processes[sight.process]
    let inVain = sight.silent.count { record.sockets[$0] == true }
    let isFull = process.free == 0
    guard inVain >= limits.leak, let pace = record.history.pace(limits, isFull: isFull) else {
      record.leak = nil
      return
    }
    if record.leak == nil { lastKey += 1 }
    let leak = Leak(
      key: record.leak?.key ?? lastKey, process, sight, pace: pace, at: snapshot, before: record.leak, limits)
    record.leak = leak
  }
}
