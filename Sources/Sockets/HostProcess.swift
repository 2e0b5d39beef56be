/// A process that holds TCP sockets.
public struct HostProcess: Hashable, Sendable {
  /// PID, as this program's own PID namespace counts.
  public var id: Int32
  /// As /proc/PID/comm has it; 15 bytes at most, chosen by the process itself.
  public var name: String
  /// Nanoseconds after boot at which it began, `.max` where that can't be read: with `id` its identity.
  public var started: Int64
  /// Open descriptors of any kind.
  public var descriptors: Int
  /// TCP sockets among them.
  public var sockets: Int
  /// The soft limit of its descriptors (RLIMIT_NOFILE); nil is unlimited or not known.
  public var limit: Int?
  /// How the number of descriptors changes, where it was looked at more than once.
  public var growth: Growth?

  /// - Parameter started: nanoseconds after boot.
  public init(
    id: Int32, name: String, started: Int64 = 0, descriptors: Int = 0, sockets: Int = 0, limit: Int? = nil,
    growth: Growth? = nil
  ) {
    self.id = id
    self.name = name
    self.started = started
    self.descriptors = descriptors
    self.sockets = sockets
    self.limit = limit
    self.growth = growth
  }

  /// Descriptors that may still be opened before `Too many open files`; nil where there is no limit.
  public var free: Int? { limit.map { max(0, $0 - descriptors) } }
}

/// Who holds a socket.
public struct Owner: Hashable, Sendable {
  /// Index into the snapshot's `processes`.
  public var process: Int32
  /// Its number in that process: of several the first that /proc/PID/fd lists.
  public var descriptor: Int32
  /// Further descriptors for the same socket, in this process or its children.
  public var others: UInt16 = 0

  /// - Parameter others: how many further descriptors lead to the same socket.
  public init(process: Int32, descriptor: Int32, others: UInt16 = 0) {
    self.process = process
    self.descriptor = descriptor
    self.others = others
  }
}

/// How a number of descriptors changed while it was looked at.
public struct Growth: Hashable, Sendable {
  /// Descriptors more at the end than at the beginning; negative where they became fewer.
  public var more: Int
  /// Between the first look and the last, nanoseconds.
  public var over: Int64
  /// Looks in which there were no fewer than in the one before, without a break, the last one included.
  public var risesInARow: Int

  /// - Parameter over: nanoseconds from the first look to the last.
  public init(more: Int, over: Int64, risesInARow: Int) {
    self.more = more
    self.over = over
    self.risesInARow = risesInARow
  }

  /// Descriptors a second.
  public var rate: Double { over > 0 ? Double(more) * 1_000_000_000 / Double(over) : 0 }

  /// Nanoseconds until `free` more are open, if it goes on so; nil where it does not grow.
  public func time(toOpen free: Int) -> Int64? {
    guard more > 0, over > 0 else { return nil }
    let time = Double(free) / Double(more) * Double(over)
    return time < Double(Int64.max) ? Int64(time) : nil
  }
}
