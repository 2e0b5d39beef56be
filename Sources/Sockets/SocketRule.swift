public import Audit

/// What one rule says of one socket.
public struct Suspicion: Hashable, Sendable {
  /// Of this one socket: many alike may be worse (`SuspicionGroup.severity`).
  public var severity: Severity
  /// How far the table proves it, alone or beside another host's.
  public var confidence: Confidence
  /// For how long it has been so, at least, ns.
  public var lasting: Int64
  /// What the rule counts: bytes, retransmissions; summed over a group.
  public var amount: UInt64

  /// - Parameter lasting: nanoseconds, at least.
  public init(_ severity: Severity, _ confidence: Confidence, lasting: Int64, amount: UInt64 = 0) {
    self.severity = severity
    self.confidence = confidence
    self.lasting = lasting
    self.amount = amount
  }
}

/// What a rule may look at beside the socket.
public struct SocketSurroundings: Sendable {
  /// The user's `--idle` and `--stall` among them.
  public var limits: SocketLimits
  /// That of the socket, where its addresses and timers are set.
  public var namespace: NamespaceFacts
  /// Somebody listens on the socket's local port.
  public var isListenedOn: Bool

  /// By default Linux's own settings, and nobody who listens.
  public init(
    limits: SocketLimits = SocketLimits(), namespace: NamespaceFacts = NamespaceFacts(name: ""),
    isListenedOn: Bool = false
  ) {
    self.limits = limits
    self.namespace = namespace
    self.isListenedOn = isListenedOn
  }
}

/// A rule: a socket in, at most one suspicion out. No state, no clock, no question to the kernel.
public struct SocketRule: Sendable {
  /// As in `rules` of a socket's record.
  public let id: String
  /// One line for a list.
  public let title: String
  /// Sockets alike of one process and peer from `SocketLimits.many` on are this bad; nil where many are no worse than one.
  let severityOfMany: Severity?
  let judge: @Sendable (Socket, SocketSurroundings) -> Suspicion?
  /// What it means, in a sentence about all sockets of a group.
  let meaning: @Sendable (SuspicionGroup) -> String
  /// What to do.
  public let mend: String
}

/// Every rule about sockets, in the order in which findings of the same weight are told. At most 16: a socket keeps theirs in as many bits.
public enum SocketCatalogue {
  /// Their places are the bits of `SocketAudit.rules`: `partnerless` is bit 0.
  public static let rules: [SocketRule] = [
    partnerless, acceptOverflow, closeWait, peerVanished, keepaliveUnanswered, finUnacked, synUnanswered,
    unacknowledged,
    unreadInput, unaccepted, stalledReader, finWait2, handshakeUnfinished, silentPeer, finWait2Orphan,
  ]
  /// Its place: it takes another host's list.
  static var partnerlessNumber: Int { 0 }
}

/// `1 socket is`, `3 sockets are`.
func sockets(_ count: Int, _ one: String, _ many: String) -> String {
  "\(Numeral.count(count, "socket")) \(count == 1 ? one : many)"
}
