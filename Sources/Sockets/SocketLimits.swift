/// The numbers that sockets are judged by.
public struct SocketLimits: Hashable, Sendable {
  /// Silence and half-closed states that are longer than this are told, ns: the shortest idle timeout of a common middlebox
  /// (a cloud load balancer's), and what slow applications need to answer.
  public var idle: Int64 = 60_000_000_000
  /// A queue that nobody reads, or that the peer's window holds back, is told after this, ns.
  public var stall: Int64 = 5_000_000_000
  /// Retransmissions or probes without an answer that are no accident any more: about 1.4 s on Linux (RTO 200 ms, doubled).
  public var unanswered: UInt8 = 3
  /// As many alike of one process and peer are no pool's usual size: a leak or a pile-up.
  public var many: Int = 50
  /// Silent or abandoned sockets that a growing process must hold for its growth to be called a leak.
  public var leak: Int = 10
  /// How long descriptors are watched before growth is believed, ns.
  public var watch: Int64 = 5_000_000_000
  /// Looks without a decrease before growth is believed.
  public var rises: Int = 3
  /// So many silent connections to a service are enough to be used again before others are opened.
  public var idleFew: Int = 3
  /// What a pace is measured over: so many sockets more make a forecast good to a twentieth, and so long, ns.
  public var paceSockets: Int = 20
  /// Together with `paceSockets`: neither alone is enough.
  public var paceTime: Int64 = 10_000_000_000
  /// Growth of that length, ns, is likely to go on.
  public var leakLikely: Int64 = 30_000_000_000
  /// Shares of the descriptor limit in use from which a process is told of, and from which it is in danger.
  public var fillWarning = 0.8
  /// Of the soft limit, 0 … 1, as `fillWarning`.
  public var fillError = 0.95
  /// A leak that reaches its limit sooner than this is an error, ns.
  public var urgent: Int64 = 3_600_000_000_000
  /// Who is told of for want of descriptors, and uses up the last within that time if it goes on so, is in danger now, ns.
  public var imminent: Int64 = 300_000_000_000
  /// Clocks of two hosts are believed to differ by no more than this, ns.
  public var clockDifference: Int64 = 5_000_000_000

  /// The defaults; `--idle` and `--stall` change the first two.
  public init() {}
}
