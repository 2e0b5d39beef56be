/// An IP address of either version in 16 bytes, network order; IPv4 as ::ffff:a.b.c.d (RFC 4291 §2.5.5.2).
///
/// The packet's own IP version is kept beside it (`Segment.ipVersion`): a mapped address in an IPv6 header stays IPv6.
public struct IPAddress: BitwiseCopyable, Hashable, Sendable {
  /// The first eight bytes, and the last; the address's first byte is the highest.
  public var high: UInt64
  public var low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  @inlinable public init(v4: UInt32) {
    high = 0
    low = 0x0000_ffff_0000_0000 | UInt64(v4)
  }

  public var isV4Mapped: Bool { high == 0 && low >> 32 == 0xffff }
  /// The low 32 bits: the address, where `isV4Mapped`.
  public var v4: UInt32 { UInt32(truncatingIfNeeded: low) }
}
