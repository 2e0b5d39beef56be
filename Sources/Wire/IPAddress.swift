/// An IP address of either version in 16 bytes, network order; IPv4 as ::ffff:a.b.c.d (RFC 4291 §2.5.5.2).
///
/// The packet's own IP version is kept beside it (`Segment.ipVersion`): a mapped address in an IPv6 header stays IPv6.
public struct IPAddress: BitwiseCopyable, Hashable, Sendable {
  /// The first eight bytes, and the last; the address's first byte is the highest.
  public var high: UInt64
  /// Bytes 8 … 15 in the same order: of IPv4, 0000:ffff and the address.
  public var low: UInt64

  /// Bytes 0 … 7 and 8 … 15, each as a big-endian number.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// IPv4, mapped; the first byte of the dotted form is the highest.
  @inlinable public init(v4: UInt32) {
    high = 0
    low = 0x0000_ffff_0000_0000 | UInt64(v4)
  }

  /// Within ::ffff:0:0/96: nearly always IPv4, but an IPv6 header may carry it too.
  public var isV4Mapped: Bool { high == 0 && low >> 32 == 0xffff }
  /// The low 32 bits: the address, where `isV4Mapped`.
  public var v4: UInt32 { UInt32(truncatingIfNeeded: low) }
}
