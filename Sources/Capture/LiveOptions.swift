/// How interfaces are captured on.
public struct LiveOptions: Sendable {
  /// Most bytes of a packet, 64 … 262,144: headers are enough.
  public var snaplen = 128
  /// Of the kernel's ring for each interface, bytes, 1 MiB … 2 GiB: what waits there while nobody reads.
  public var bufferBytes = 64 << 20
  /// Packets for other hosts too.
  public var promiscuous = false
  /// Who dates packets, by libpcap's name (pcap-tstamp(7)): `host`, `adapter`, …; nil is the host.
  public var timestamps: String?
  /// libpcap's syntax; nil is everything.
  public var filter: String?
  /// What is in tunnels is wanted.
  public var tunnels = false

  /// 128 bytes of each packet of this host, 64 MiB of ring, no filter.
  public init() {}
}

/// Why an interface can't be captured on.
public struct LiveError: Error, Hashable, Sendable {
  /// Decides the exit code, and whether the interface is waited for.
  public enum Kind: Sendable {
    /// The process has not the right.
    case notPermitted
    /// An option that this interface does not take.
    case usage
    /// There is no such interface, or it can't be used.
    case unavailable
    /// It is there, and down: it may come up.
    case down
  }

  /// Of the cause; where it is not known, `.unavailable`.
  public var kind: Kind
  /// As it was given.
  public var interface: String
  /// What was wrong, and what to do.
  public var cause: String
}
