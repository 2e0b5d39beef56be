public import Audit
internal import Flow

/// What is to be said of a snapshot: judged once, without a question to the kernel.
public struct SocketAudit: Sendable {
  /// What was judged; all indices here are into it.
  public let snapshot: Snapshot
  /// The numbers that it was judged by.
  public let limits: SocketLimits
  /// What was compared with another host's list.
  public let comparison: PeerComparison?
  /// Suspicious sockets, worst first.
  public private(set) var groups: [SuspicionGroup] = []
  /// Processes that run out of descriptors, worst first.
  public private(set) var processFindings: [ProcessFinding] = []
  /// Beside the snapshot's sockets: the rules that have something to say, a bit each.
  public private(set) var rules: [UInt16]

  private var places: [GroupKey: Int] = [:]

  /// Judges at once. Without a `comparison` nothing is called partnerless.
  public init(_ snapshot: Snapshot, _ limits: SocketLimits = SocketLimits(), comparison: PeerComparison? = nil) {
    self.snapshot = snapshot
    self.limits = limits
    self.comparison = comparison
    rules = Array(repeating: 0, count: snapshot.sockets.count)
    judge()
    places = [:]
    groups.sort {
      ($0.severity, $0.count, $0.longest, $1.ruleNumber) > ($1.severity, $1.count, $1.longest, $0.ruleNumber)
    }
    let leaks = leakCounts
    processFindings = snapshot.processes.indices.flatMap {
      ProcessFinding.judge(snapshot.processes[$0], index: $0, suspicious: leaks[$0] ?? 0, limits)
    }
    processFindings.sort { ($0.severity, $1.process) > ($1.severity, $0.process) }
  }

  /// Ids of the rules that have something to say of a socket.
  public func ruleIDs(of socket: Int) -> [String] {
    rules[socket] == 0
      ? []
      : SocketCatalogue.rules.indices.filter { rules[socket] & 1 << UInt16($0) != 0 }.map {
        SocketCatalogue.rules[$0].id
      }
  }

  /// The worst of all; nil where nothing was found.
  public var severest: Severity? { (groups.map(\.severity) + processFindings.map(\.severity)).max() }

  /// Findings of that severity: groups, however many sockets each has, and processes.
  public func count(_ severity: Severity) -> Int {
    groups.count { $0.severity == severity } + processFindings.count { $0.severity == severity }
  }

  private mutating func judge() {
    let listeners = Listeners(snapshot)
    var surroundings = snapshot.namespaces.map { SocketSurroundings(limits: limits, namespace: $0) }
    for (index, socket) in snapshot.sockets.enumerated() {
      let namespace = Int(socket.namespace)
      let listener = listeners.listener(of: socket)
      surroundings[namespace].isListenedOn = listener != nil
      for (number, rule) in SocketCatalogue.rules.enumerated() {
        let suspicion =
          number == SocketCatalogue.partnerlessNumber
          ? comparison?.suspicion(of: index) : rule.judge(socket, surroundings[namespace])
        guard let suspicion, !(rule.id == silentPeer.id && comparison?.isKnown(index) == true) else { continue }
        rules[index] |= 1 << UInt16(number)
        add(number, index, socket, suspicion, listener, listeners)
      }
    }
  }

  private mutating func add(
    _ rule: Int, _ index: Int, _ socket: Socket, _ suspicion: Suspicion, _ listener: Int?, _ listeners: Listeners
  ) {
    let service = listener == nil ? Service.theirs(socket.remote) : Service.ours(socket.local)
    let process = process(of: index, socket, listener, listeners)
    let key = GroupKey(rule: rule, process: process, service: service, namespace: socket.namespace)
    let place = places[key] ?? groups.count
    if place == groups.count {
      places[key] = place
      groups.append(SuspicionGroup(rule, process: process, service: service, socket, suspicion))
    }
    groups[place].add(index, socket, suspicion, many: limits.many)
  }

  /// What was not accepted yet belongs to who should accept it; what was closed, to nobody.
  private func process(of index: Int, _ socket: Socket, _ listener: Int?, _ listeners: Listeners) -> Int? {
    if let owner = snapshot.owners[index] { return Int(owner.process) }
    guard !socket.isHeld, let listener, !listeners.isShared(listener) else { return nil }
    switch socket.state {
    case .established, .closeWait, .synReceived: return snapshot.owners[listener].map { Int($0.process) }
    default: return nil
    }
  }

  /// Sockets of each process that hold a descriptor for nothing, as far as can be seen.
  private var leakCounts: [Int: Int] {
    let leaky = Set([closeWait.id, silentPeer.id, partnerless.id, finWait2.id])
    let mask = SocketCatalogue.rules.indices.filter { leaky.contains(SocketCatalogue.rules[$0].id) }
      .reduce(UInt16(0)) { $0 | 1 << UInt16($1) }
    var counts: [Int: Int] = [:]
    for (index, owner) in snapshot.owners.enumerated() where rules[index] & mask != 0 {
      if let owner { counts[Int(owner.process), default: 0] += 1 }
    }
    return counts
  }
}

struct GroupKey: Hashable {
  var rule: Int
  var process: Int?
  var service: Service
  var namespace: UInt16
}
