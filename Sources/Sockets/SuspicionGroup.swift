public import Audit
public import Flow
public import Wire

/// Which end of a connection this host is.
public enum Service: Hashable, Sendable {
  /// Somebody listens on the local port: all clients of it together.
  case ours(Endpoint)
  /// The peer's service.
  case theirs(Endpoint)
}

/// Sockets of one process and one peer that one rule has the same to say of.
public struct SuspicionGroup: Sendable {
  /// Index into `SocketCatalogue.rules`.
  public let ruleNumber: Int
  /// Index into the snapshot's `processes`; nil where none is known.
  public let process: Int?
  /// The end that all of them have in common.
  public let service: Service
  /// Of the first of its sockets: 4 or 6; `service` is written so.
  public let ipVersion: UInt8
  /// Index into the snapshot's `namespaces`.
  public let namespace: UInt16
  /// The worst of its sockets, or that of many alike (`SocketLimits.many`).
  public internal(set) var severity: Severity
  /// The least of its sockets.
  public private(set) var confidence: Confidence
  /// Sockets: a connection within the host has two.
  public private(set) var count = 0
  /// At least, ns: the longest and the shortest of its sockets.
  public private(set) var longest: Int64 = 0
  /// `.max` while it has none.
  public private(set) var shortest = Int64.max
  /// As the rule counts.
  public private(set) var amount: UInt64 = 0
  /// Those that it has lasted longest for, longest first; indices into the snapshot's `sockets`.
  public private(set) var examples: [Example] = []
  /// Addresses of the clients of a service of ours, `mostPeers` at most.
  public private(set) var peers: Set<IPAddress> = []

  /// One of its sockets, to be looked at.
  public struct Example: Hashable, Sendable {
    /// Index into the snapshot's `sockets`.
    public var socket: Int
    /// For how long it has been so, at least, ns.
    public var lasting: Int64
  }

  static var mostExamples: Int { 3 }
  static var mostPeers: Int { 1000 }

  /// The one that has this to say, by `ruleNumber`.
  public var rule: SocketRule { SocketCatalogue.rules[ruleNumber] }
  /// How many addresses are at the other end; `mostPeers` at most.
  public var peerCount: Int { if case .ours = service { peers.count } else { 1 } }
  /// What it means, in one or two sentences.
  public var meaning: String { rule.meaning(self) }

  init(_ ruleNumber: Int, process: Int?, service: Service, _ socket: Socket, _ first: Suspicion) {
    self.ruleNumber = ruleNumber
    self.process = process
    self.service = service
    ipVersion = socket.ipVersion
    namespace = socket.namespace
    severity = first.severity
    confidence = first.confidence
  }

  mutating func add(_ index: Int, _ socket: Socket, _ suspicion: Suspicion, many: Int) {
    count += 1
    severity = max(severity, suspicion.severity)
    if count >= many, let worse = rule.severityOfMany { severity = max(severity, worse) }
    confidence = min(confidence, suspicion.confidence)
    longest = max(longest, suspicion.lasting)
    shortest = min(shortest, suspicion.lasting)
    amount = amount &+ suspicion.amount
    if case .ours = service, peers.count < SuspicionGroup.mostPeers { peers.insert(socket.remote.address) }
    guard examples.count < SuspicionGroup.mostExamples || suspicion.lasting > (examples.last?.lasting ?? 0) else {
      return
    }
    if examples.count == SuspicionGroup.mostExamples { examples.removeLast() }
    let place = examples.firstIndex { $0.lasting < suspicion.lasting } ?? examples.endIndex
    examples.insert(Example(socket: index, lasting: suspicion.lasting), at: place)
  }
}
