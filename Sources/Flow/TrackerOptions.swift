/// What a tracker may use, and how it tells connections apart.
public struct TrackerOptions: Sendable {
  /// Seeds the hash of the flow table: whoever sends the packets must not know it. Results do not depend on it.
  public var seed: UInt64 = 0x7463_7061_7564_6974
  /// Most connections at a time, 16 … 2^30; beyond it the closed, the unanswered and the idlest are given up.
  public var maxConnections = 2_000_000
  /// How long a closed connection waits for stragglers, ns of capture time.
  public var closedLinger: Int64 = 15_000_000_000
  /// Keep Zeek's view of each connection too.
  public var zeek = false

  public init() {}
}
