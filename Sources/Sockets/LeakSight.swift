internal import Flow
internal import Wire

/// What one look shows of one process's sockets to one service.
struct LeakSight {
  /// Index into the snapshot's `processes`.
  var process: Int
  var service: Service
  var ipVersion: UInt8
  /// All that are open, and those among them on which nothing was sent or received for long.
  var cookies: [UInt64] = []
  var silent: [UInt64] = []
  /// Closed by the peer.
  var abandoned = 0
  /// Of the silent ones: for how long, ns, and the descriptor; the longest few, in no order.
  var oldest: [(silence: Int64, descriptor: Int32)] = []

  static var examples: Int { 3 }

  static func all(_ snapshot: Snapshot, _ limits: SocketLimits) -> [LeakWatch.Key: LeakSight] {
    let listeners = Listeners(snapshot)
    var sights: [LeakWatch.Key: LeakSight] = [:]
    for (index, socket) in snapshot.sockets.enumerated() {
      guard let owner = snapshot.owners[index], socket.state == .established || socket.state == .closeWait else {
        continue
      }
      let isOurs = listeners.listener(of: socket) != nil
      // A service does not choose how many clients it has: only what it does not close is its own.
      if isOurs, socket.state != .closeWait { continue }
      let process = snapshot.processes[Int(owner.process)]
      let service = isOurs ? Service.ours(socket.local) : .theirs(socket.remote)
      let key = LeakWatch.Key(process: process.id, started: process.started, service: service)
      let blank = LeakSight(process: Int(owner.process), service: service, ipVersion: socket.ipVersion)
      sights[key, default: blank].add(socket, owner.descriptor, limits)
    }
    return sights
  }

  /// The service is on this host.
  var isOurs: Bool { if case .ours = service { true } else { false } }

  /// `10.2.0.2:2181`, `[fd00::2]:2181`
  var serviceText: String {
    let endpoint =
      switch service {
      case .ours(let endpoint), .theirs(let endpoint): endpoint
      }
    let address = endpoint.address.text(ipVersion: ipVersion)
    return ipVersion == 6 ? "[\(address)]:\(endpoint.port)" : "\(address):\(endpoint.port)"
  }

  private mutating func add(_ socket: Socket, _ descriptor: Int32, _ limits: SocketLimits) {
    cookies.append(socket.cookie)
    if socket.state == .closeWait { abandoned += 1 }
    guard let silence = socket.dataSilence, silence >= limits.stall, socket.unackedBytes == 0 else { return }
    silent.append(socket.cookie)
    if oldest.count < LeakSight.examples {
      oldest.append((silence, descriptor))
    } else if let least = oldest.indices.min(by: { oldest[$0].silence < oldest[$1].silence }),
      oldest[least].silence < silence
    {
      oldest[least] = (silence, descriptor)
    }
  }
}

extension Socket {
  /// How long no data was sent or received, ns; nil where the kernel does not say. A keepalive carries none.
  var dataSilence: Int64? { info.map { Int64(min($0.sinceDataSent, $0.sinceDataReceived)) * 1_000_000 } }
}
