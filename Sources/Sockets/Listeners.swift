internal import Flow
internal import Wire

/// Which local endpoints are listened on, and by which socket.
struct Listeners {
  private struct Key: Hashable {
    var namespace: UInt16
    var endpoint: Endpoint
  }

  private var places: [Key: Int] = [:]
  private var ports = Set<UInt16>()
  /// Listeners of several processes on one endpoint (SO_REUSEPORT): whose a connection will be, the kernel does not say.
  private var shared = Set<Int>()

  private static let wildcards = [IPAddress(v4: 0), IPAddress(high: 0, low: 0)]

  init(_ snapshot: Snapshot) {
    for (index, socket) in snapshot.sockets.enumerated() where socket.state == .listen {
      ports.insert(socket.local.port)
      let key = Key(namespace: socket.namespace, endpoint: socket.local)
      guard let first = places[key] else {
        places[key] = index
        continue
      }
      if snapshot.owners[first]?.process != snapshot.owners[index]?.process { shared.insert(first) }
    }
  }

  /// The listener that a connection came through, or that the socket is; nil where we asked for it.
  func listener(of socket: Socket) -> Int? {
    guard ports.contains(socket.local.port) else { return nil }
    var key = Key(namespace: socket.namespace, endpoint: socket.local)
    if let place = places[key] { return place }
    for wildcard in Listeners.wildcards {
      key.endpoint.address = wildcard
      if let place = places[key] { return place }
    }
    return nil
  }

  func isShared(_ listener: Int) -> Bool { shared.contains(listener) }
}
