public import Audit
public import Flow
internal import Synchronization
public import Wire

/// The connections that this host's kernel holds, from one reading of its table: whose they are, and what is to be said of the processes
/// behind them. A plain value that is made beside the packets' way and looked up on it.
public struct HostTable: Sendable {
  /// Most sockets that are remembered of a reading.
  public static var limit: Int { 262_144 }

  private struct Ends: Hashable {
    var local: Endpoint
    var remote: Endpoint
  }

  /// When reading began, and when it had ended, by the kernel's clock.
  public let seen: Timestamp
  /// What began after it, by that clock, may be missing.
  public let complete: Timestamp
  private var sockets: [Ends: HostSocket] = [:]
  /// Sockets that there was no room for.
  public private(set) var leftOut = 0
  /// Of processes, not of connections; all that hold at this reading, told before or not.
  public var claims: [HostClaim] = []

  /// - Parameter count: sockets that are to come, about.
  public init(seen: Timestamp, complete: Timestamp, count: Int = 0) {
    self.seen = seen
    self.complete = complete
    sockets.reserveCapacity(min(count, HostTable.limit))
  }

  /// Ends as the kernel has them: an IPv4-mapped address is IPv4's. Of the same two ends the latest counts.
  public mutating func add(_ local: Endpoint, _ remote: Endpoint, _ socket: HostSocket) {
    guard sockets.count < HostTable.limit else {
      leftOut += 1
      return
    }
    sockets[Ends(local: local, remote: remote)] = socket
  }

  /// This host's sockets at the ends of a connection.
  func ends(_ client: Endpoint, _ server: Endpoint) -> HostEnds {
    HostEnds(
      client: sockets[Ends(local: client, remote: server)], server: sockets[Ends(local: server, remote: client)])
  }
}

/// What is to be said of a process, for as long as it holds.
public struct HostClaim: Sendable {
  /// The same for the same process and service, whatever is said of them.
  public var key: UInt64
  /// Another number where it is to be told anew.
  public var version: UInt32
  /// Told with `connection` null; one of another version revises it.
  public var finding: Finding

  /// - Parameter version: any other than last time where it is to be told anew.
  public init(key: UInt64, version: UInt32, finding: Finding) {
    self.key = key
    self.version = version
    self.finding = finding
  }
}

/// Hands readings over from whoever reads the kernel's table to the packets' loop: one at a time, the latest, and the old one back, so that
/// the loop never waits and never has a large value to take apart.
public final class HostTables: Sendable {
  private struct State {
    var fresh: HostTable?
    var spent: [HostTable] = []
    var notes: [String] = []
  }

  /// Words that wait to be said; more are dropped.
  private static var noteLimit: Int { 16 }

  private let state = Mutex(State())

  /// No reading yet.
  public init() {}

  /// A reading for the loop, in place of one that it has not taken yet.
  public func publish(_ table: HostTable) {
    let spent = state.withLock { state in
      var spent = state.spent
      if let fresh = state.fresh { spent.append(fresh) }
      state.spent = []
      state.fresh = table
      return spent
    }
    // Here, out of the lock and on the reader's own time, they are taken apart.
    withExtendedLifetime(spent) {}
  }

  /// Words for people.
  public func note(_ words: String) {
    state.withLock { state in
      if state.notes.count < HostTables.noteLimit { state.notes.append(words) }
    }
  }

  func take() -> HostTable? {
    state.withLock { state in
      let fresh = state.fresh
      state.fresh = nil
      return fresh
    }
  }

  func giveBack(_ table: HostTable) { state.withLock { $0.spent.append(table) } }

  func takeNotes() -> [String] {
    state.withLock { state in
      let notes = state.notes
      state.notes = []
      return notes
    }
  }
}
