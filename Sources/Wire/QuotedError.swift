/// An ICMP or ICMPv6 error, and the TCP segment whose beginning it quotes (RFC 792, RFC 4443 §2.4).
public struct QuotedError: BitwiseCopyable, Sendable {
  /// Of the quoted packet: addresses, ports, sequence number, IP version, TTL, IP ID; flags and lengths where enough was
  /// quoted (`flags` is empty otherwise). `time`, `packet`, `ordinal` and `interface` are the error's own.
  public var quoted = Segment()
  /// ICMP: 3, 4, 11 or 12 (RFC 792; a redirect is no error here); ICMPv6: 1 … 4 (RFC 4443 §2.1).
  public var type: UInt8 = 0
  /// Within `type`, as on the wire: 3 of ICMP's type 3 is "port unreachable".
  public var code: UInt8 = 0
  /// Next-hop MTU of "fragmentation needed" and "packet too big"; 0 otherwise.
  public var mtu: UInt32 = 0
  /// Who sent the error.
  public var reporter = IPAddress(high: 0, low: 0)
  /// Of the error: 4 or 6.
  public var ipVersion: UInt8 = 4

  /// Nothing quoted yet: all zero.
  public init() {}
}
