public import Flow
public import Wire

/// One look at a host's sockets and their processes.
public struct Snapshot: Sendable {
  /// As the host calls itself.
  public var host: String
  /// By the host's own clock, before its first table was read.
  public var time: Timestamp
  /// Nanoseconds since boot.
  public var uptime: Int64
  /// All that were looked at; the first is the one that the program runs in.
  public var namespaces: [NamespaceFacts]
  /// TCP only, in any state, of all `namespaces`.
  public var sockets: [Socket]
  /// Beside `sockets`: nil where no process is known that holds it.
  public var owners: [Owner?]
  /// Those that hold a TCP socket, and may be looked into.
  public var processes: [HostProcess]
  /// Processes that may not be looked into.
  public var forbiddenProcesses: Int
  /// There are network namespaces that may not be looked into.
  public var hidesNamespaces = false
  /// What was not seen, and why: a line each.
  public var gaps: [String]

  /// - Parameter owners: one for each of `sockets`; nil is nobody for all of them.
  public init(
    host: String = "", time: Timestamp = Timestamp(nanoseconds: 0), uptime: Int64 = 0,
    namespaces: [NamespaceFacts] = [NamespaceFacts(name: "")], sockets: [Socket] = [], owners: [Owner?]? = nil,
    processes: [HostProcess] = [], forbiddenProcesses: Int = 0, gaps: [String] = []
  ) {
    self.host = host
    self.time = time
    self.uptime = uptime
    self.namespaces = namespaces
    self.sockets = sockets
    self.owners = owners ?? Array(repeating: nil, count: sockets.count)
    self.processes = processes
    self.forbiddenProcesses = forbiddenProcesses
    self.gaps = gaps
  }

  /// Sockets that a file of some process is behind, and no process is known: processes that may not be looked into, or the kernel's own.
  public var unowned: Int { zip(sockets, owners).count { $0.isHeld && $1 == nil } }

  /// The process that holds a socket.
  public func process(of socket: Int) -> HostProcess? { owners[socket].map { processes[Int($0.process)] } }
}

/// What matters of a network namespace beside its sockets.
public struct NamespaceFacts: Hashable, Sendable {
  /// Empty for the one that the program runs in.
  public var name: String
  /// Its own addresses, loopback left out.
  public var addresses: [IPAddress]
  /// It passes packets on for others (net.ipv4.ip_forward, net.ipv6.conf.all.forwarding): behind its addresses may be somebody else.
  public var forwards: Bool
  /// How long an orphan stays in FIN-WAIT-2, ns (net.ipv4.tcp_fin_timeout).
  public var finTimeout: Int64

  /// - Parameter finTimeout: nanoseconds; 60 s is Linux's default.
  public init(name: String, addresses: [IPAddress] = [], forwards: Bool = false, finTimeout: Int64 = 60_000_000_000) {
    self.name = name
    self.addresses = addresses
    self.forwards = forwards
    self.finTimeout = finTimeout
  }
}

extension Snapshot {
  /// How many sockets are in each state that any is in, most first.
  public var stateCounts: [(state: TCPState, count: Int)] {
    var counts = Array(repeating: 0, count: TCPState.allCases.count)
    for socket in sockets { counts[Int(socket.state.rawValue)] += 1 }
    return TCPState.allCases.map { ($0, counts[Int($0.rawValue)]) }.filter { $0.count > 0 }
      .sorted { ($0.count, $1.state.rawValue) > ($1.count, $0.state.rawValue) }
  }
}
