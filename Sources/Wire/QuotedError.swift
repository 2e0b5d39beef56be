/// An ICMP or ICMPv6 error, and the TCP segment whose beginning it quotes (RFC 792, RFC 4443 §2.4).
public struct QuotedError: BitwiseCopyable, Sendable {
  /// Of the quoted packet: addresses, ports, sequence number, IP version, TTL, IP ID; flags and lengths where enough was
  /// quoted (`flags` is empty otherwise). `time`, `packet`, `ordinal` and `interface` are the error's own.
  public var quoted = Segment()
  public var type: UInt8 = 0
  public var code: UInt8 = 0
  /// Next-hop MTU of "fragmentation needed" and "packet too big"; 0 otherwise.
  public var mtu: UInt32 = 0
  /// Who sent the error.
  public var reporter = IPAddress(high: 0, low: 0)
  /// Of the error: 4 or 6.
  public var ipVersion: UInt8 = 4

  public init() {}
}
