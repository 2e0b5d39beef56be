internal import Wire

/// Where the capture was taken, as far as one connection can tell.
public enum Vantage: UInt8, Sendable { case client, server, between, unknown }

extension Facts {
  /// Where the capture stands: the leg to that side takes next to no time, or its TTL was never lowered.
  public var vantage: Vantage {
    if let serverLeg, let clientLeg {
      // A kernel answers in well under a millisecond; the far leg must be clearly longer to tell.
      if clientLeg < 1_000_000, serverLeg > 4 * clientLeg, serverLeg > 2_000_000 { return .client }
      if serverLeg < 1_000_000, clientLeg > 4 * serverLeg, clientLeg > 2_000_000 { return .server }
      if serverLeg >= 1_000_000, clientLeg >= 1_000_000 { return .between }
    }
    let ours = client.ttl.map(Facts.isInitialTTL) ?? false
    let theirs = server.ttl.map(Facts.isInitialTTL) ?? false
    if ours != theirs { return ours ? .client : .server }
    return .unknown
  }

  /// Values that stacks start from: 64 (Linux, BSD, macOS), 128 (Windows), 255 (routers, Solaris).
  public static func isInitialTTL(_ ttl: UInt8) -> Bool { ttl == 64 || ttl == 128 || ttl == 255 }
}
