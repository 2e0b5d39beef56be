internal import Flow
public import Wire

/// What a comparison needs to know of one socket.
struct PeerSocket: Hashable, Sendable {
  var local: Endpoint
  var remote: Endpoint
  var ipVersion: UInt8
  var state: TCPState
  /// As `Socket.quiet`: it is at least so old, ns; nil where that is not known.
  var quiet: Int64?
  /// As `Socket.silence`.
  var silence: Int64?

  init(
    local: Endpoint, remote: Endpoint, ipVersion: UInt8 = 4, state: TCPState = .established, quiet: Int64? = nil,
    silence: Int64? = nil
  ) {
    self.local = local
    self.remote = remote
    self.ipVersion = ipVersion
    self.state = state
    self.quiet = quiet
    self.silence = silence
  }

  var isSynchronized: Bool {
    var socket = Socket()
    socket.state = state
    return socket.isSynchronized
  }
}

/// Every TCP socket of one host at one moment.
public struct PeerList: Sendable {
  /// As that host calls itself; “the other host” where its list does not say.
  public internal(set) var host = ""
  /// When the list was made, by that host's own clock.
  public internal(set) var time = Timestamp(nanoseconds: 0)
  /// All that it has, loopback left out.
  var addresses: Set<IPAddress> = []
  /// Behind its addresses may be others (NAT, containers).
  var forwards = false
  /// Its table held still while it was read.
  var isWhole = true
  var sockets: [PeerSocket] = []

  init() {}

  init(_ snapshot: Snapshot) {
    host = snapshot.host
    time = snapshot.time
    addresses = Set(snapshot.namespaces.flatMap(\.addresses))
    forwards = snapshot.namespaces.contains(where: \.forwards)
    isWhole = snapshot.gaps.isEmpty
    sockets = snapshot.sockets.map {
      PeerSocket(
        local: $0.local, remote: $0.remote, ipVersion: $0.ipVersion, state: $0.state, quiet: $0.quiet,
        silence: $0.silence)
    }
  }
}
