public import Flow
public import Wire

/// A socket of this host at one end of a connection, as its kernel had it when its table was read: only beside a live capture.
public struct HostSocket: Hashable, Sendable {
  /// As the kernel had it at `seen`; packets since then may have changed it.
  public var state: TCPState
  /// When the table was read, by the kernel's clock, which dates the packets too.
  public var seen: Timestamp
  /// When the kernel took in anything of the peer's last; nil where it does not say.
  public var heard: Timestamp?
  /// nil where no process holds it (closed by its application, not accepted yet), or it may not be looked into.
  public var holder: SocketHolder?
  /// The network namespace that it is in: a name under /run/netns, or a process in it; nil is the program's own.
  public var namespace: String?

  public init(
    state: TCPState, seen: Timestamp, heard: Timestamp? = nil, holder: SocketHolder? = nil, namespace: String? = nil
  ) {
    self.state = state
    self.seen = seen
    self.heard = heard
    self.holder = holder
    self.namespace = namespace
  }
}

/// The process that holds a socket, and by which descriptor.
public struct SocketHolder: Hashable, Sendable {
  /// Of the process.
  public var id: Int32
  /// As /proc/PID/comm has it: chosen by the process itself.
  public var process: String
  /// Its number in that process.
  public var descriptor: Int32
  /// Further descriptors for the same socket, in this process or its children.
  public var others: UInt16

  /// - Parameter id: PID, as this program's own PID namespace counts.
  public init(id: Int32, process: String, descriptor: Int32, others: UInt16 = 0) {
    self.id = id
    self.process = process
    self.descriptor = descriptor
    self.others = others
  }

  /// `python3 (4711), descriptor 7`
  public var text: String { "\(process) (\(id)), descriptor \(descriptor)" }
}

/// The sockets of this host at a connection's ends; both where it does not leave the host.
public struct HostEnds: Hashable, Sendable {
  /// nil: the client is no socket of this host, or none that was seen.
  public var client: HostSocket?
  /// nil: the server is no socket of this host, or none that was seen.
  public var server: HostSocket?

  /// By default no end is known.
  public init(client: HostSocket? = nil, server: HostSocket? = nil) {
    self.client = client
    self.server = server
  }

  /// By role, which the connection's own facts give.
  public subscript(_ side: Side) -> HostSocket? {
    get { side == .client ? client : server }
    set { if side == .client { client = newValue } else { server = newValue } }
  }

  /// No end is known.
  public var isEmpty: Bool { client == nil && server == nil }
}
