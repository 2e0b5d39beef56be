internal import Wire

/// Where the capture was taken, as far as one connection can tell.
public enum Vantage: UInt8, Sendable { case client, server, between, unknown }

extension Facts {
  /// Where the capture stands: the leg to that side takes next to no time and no router lies there, or its TTL was never
  /// lowered.
  public var vantage: Vantage {
    if let serverLeg, let clientLeg {
      // A kernel answers in well under a millisecond; the far leg must be clearly longer to tell.
      if clientLeg < 1_000_000, serverLeg > 4 * clientLeg, serverLeg > 2_000_000 {
        return isBehindRouter(client) ? .between : .client
      }
      if serverLeg < 1_000_000, clientLeg > 4 * serverLeg, clientLeg > 2_000_000 {
        return isBehindRouter(server) ? .between : .server
      }
      if serverLeg >= 1_000_000, clientLeg >= 1_000_000 { return .between }
    }
    let ours = client.ttl.map(Facts.isInitialTTL) ?? false
    let theirs = server.ttl.map(Facts.isInitialTTL) ?? false
    if ours != theirs { return ours ? .client : .server }
    return .unknown
  }

  /// Something between the capture and that side has lowered its TTL, however near it is.
  private func isBehindRouter(_ side: SideFacts) -> Bool {
    guard let range = side.ttlRange else { return false }
    return !Facts.isInitialTTL(range.upperBound)
  }

  /// Values that stacks start from: 64 (Linux, BSD, macOS), 128 (Windows), 255 (routers, Solaris).
  public static func isInitialTTL(_ ttl: UInt8) -> Bool { ttl == 64 || ttl == 128 || ttl == 255 }
}
