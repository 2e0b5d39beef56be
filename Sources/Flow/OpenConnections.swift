/// How many connections are open, by their state as far as the hot records tell: for those who watch, not for any verdict.
public struct OpenConnections: Hashable, Sendable {
  /// The SYN of one side, or a SYN-ACK alone; refused ones that wait for stragglers included.
  public internal(set) var attempted: UInt64 = 0
  /// SYN and SYN-ACK, and not the ACK that completes the handshake.
  public internal(set) var answered: UInt64 = 0
  /// Handshake complete and no FIN; those that are idle and put away included.
  public internal(set) var established: UInt64 = 0
  /// No handshake was seen.
  public internal(set) var midstream: UInt64 = 0
  /// One side has sent a FIN, acknowledged or not.
  public internal(set) var halfClosed: UInt64 = 0
  /// Both have sent a FIN; over once both FINs are acknowledged.
  public internal(set) var closing: UInt64 = 0

  /// None.
  public init() {}

  /// Those that are over, and only wait for stragglers, are open no more.
  mutating func count(_ connection: borrowing Connection) {
    let marks = connection.shared.marks
    let (a, b) = (connection.a.has(.fin), connection.b.has(.fin))
    if marks.contains(.lingering) || marks.contains(.reset) { return }
    if a || b {
      if a && b { closing += 1 } else { halfClosed += 1 }
    } else if marks.contains(.established) {
      established += 1
    } else {
      switch (connection.a.has(.syn), connection.b.has(.syn)) {
      case (true, true): answered += 1
      case (false, false): midstream += 1
      default: attempted += 1
      }
    }
  }
}
