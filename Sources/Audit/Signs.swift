internal import Flow

/// What is noteworthy in a connection at all, one bit each: a rule names what it can't do without, and is asked only where
/// that is. Most connections have few of them, and a run asks millions.
public struct Signs: OptionSet, Sendable {
  /// Bits 0 … 9.
  public var rawValue: UInt16

  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// A RST, of whatever effect; or one that ended what used the 4-tuple before.
  public static var reset: Self { .init(rawValue: 1 << 0) }
  /// A RST that took effect.
  public static var abort: Self { .init(rawValue: 1 << 1) }
  /// A FIN of either side, acknowledged or not.
  public static var fin: Self { .init(rawValue: 1 << 2) }
  /// New data of the peer after a FIN.
  public static var answerAfterFIN: Self { .init(rawValue: 1 << 3) }
  /// Something is repeated, or outstanding, without an answer.
  public static var unanswered: Self { .init(rawValue: 1 << 4) }
  /// SYNs, and no packet of the server.
  public static var loneSYN: Self { .init(rawValue: 1 << 5) }
  /// More than one SYN-ACK.
  public static var synAckRepeated: Self { .init(rawValue: 1 << 6) }
  /// An ICMP error that quotes it.
  public static var icmp: Self { .init(rawValue: 1 << 7) }
  /// What was acknowledged is sent again.
  public static var deaf: Self { .init(rawValue: 1 << 8) }
  /// A zero window.
  public static var stall: Self { .init(rawValue: 1 << 9) }
}

extension Facts {
  var signs: Signs {
    var signs = client.signs.union(server.signs)
    if client.syn != nil, server.packets == 0 { signs.insert(.loneSYN) }
    if let synAck = server.syn, synAck.count > 1 { signs.insert(.synAckRepeated) }
    if icmp != nil { signs.insert(.icmp) }
    if earlierReset != nil { signs.insert(.reset) }
    return signs
  }
}

extension SideFacts {
  fileprivate var signs: Signs {
    var signs: Signs = []
    // By patterns, not by comparison: what is compared with nil is copied for it, and these are large.
    if $resets {
      signs.insert(.reset)
      if case .some(.some) = resets?.effective { signs.insert(.abort) }
    }
    if case .some = fin { signs.insert(.fin) }
    if case .some(.some) = fin?.firstAfter { signs.insert(.answerAfterFIN) }
    if case .some = unanswered { signs.insert(.unanswered) }
    if case .some = deaf { signs.insert(.deaf) }
    if case .some = stall { signs.insert(.stall) }
    return signs
  }
}
