internal import Flow
internal import Wire

/// One host's list, arranged for questions about the other's sockets.
struct PeerBook {
  private struct Pair: Hashable {
    var local: Endpoint
    var remote: Endpoint
  }

  /// One end whole, of the other only its address.
  private struct Way: Hashable {
    var end: Endpoint
    var other: IPAddress
  }

  private let forwards: Bool
  private var connections = Set<Pair>()
  /// Ports with a socket of any kind.
  private var ports = Set<UInt16>()
  /// Far ends of connections that are not in both lists.
  private var loneRemotes = Set<Endpoint>()
  /// Ends of connections that are in both lists, with the address at the other end: nothing is translated there.
  private var direct = Set<Way>()
  /// Endpoints with connections from addresses that the other host does not have.
  private var strangers = Set<Endpoint>()

  /// - Parameter one: the host whose sockets will be asked about.
  init(_ list: PeerList, beside one: PeerList) {
    forwards = list.forwards
    let own = Set(one.sockets.lazy.filter { $0.state != .listen }.map { Pair(local: $0.local, remote: $0.remote) })
    for socket in list.sockets {
      ports.insert(socket.local.port)
      guard socket.state != .listen else { continue }
      connections.insert(Pair(local: socket.local, remote: socket.remote))
      if own.contains(Pair(local: socket.remote, remote: socket.local)) {
        direct.insert(Way(end: socket.local, other: socket.remote.address))
        direct.insert(Way(end: socket.remote, other: socket.local.address))
      } else {
        loneRemotes.insert(socket.remote)
      }
      if !one.addresses.contains(socket.remote.address) { strangers.insert(socket.local) }
    }
  }

  func hasPartner(of socket: PeerSocket) -> Bool {
    connections.contains(Pair(local: socket.remote, remote: socket.local))
  }

  /// Why the absence of a partner may mean nothing.
  func doubt(of socket: PeerSocket) -> PeerDoubt? {
    if forwards, !ports.contains(socket.remote.port) { return .forwarded }
    // Another connection of the same service and host is in both lists as it is.
    if direct.contains(Way(end: socket.remote, other: socket.local.address))
      || direct.contains(Way(end: socket.local, other: socket.remote.address))
    {
      return nil
    }
    if loneRemotes.contains(socket.local) { return .translatedThere }
    return strangers.contains(socket.remote) ? .translatedBetween : nil
  }
}
