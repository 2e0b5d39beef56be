/// A moment of capture time: nanoseconds since 1970-01-01T00:00:00Z, negative before.
///
/// Signed 64 bits reach from 1677 to 2262; a reader clamps what a file claims beyond that.
public struct Timestamp: BitwiseCopyable, Hashable, Comparable, Sendable {
  /// Since 1970-01-01T00:00:00Z without leap seconds, as pcap counts.
  public var nanoseconds: Int64

  /// - Parameter nanoseconds: since 1970, negative before.
  @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// - Parameter nanoseconds: added to the seconds, of any size; what goes beyond 64 bits is clamped.
  public init(seconds: Int64, nanoseconds: Int64 = 0) {
    let (product, over) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, over2) = product.addingReportingOverflow(nanoseconds)
    self.nanoseconds = over || over2 ? (seconds < 0 ? .min : .max) : sum
  }

  /// By time alone: two packets of the same nanosecond have no order.
  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanoseconds < right.nanoseconds }

  /// Nanoseconds from `earlier` to `self`; negative where time ran backwards; saturating.
  public func since(_ earlier: Timestamp) -> Int64 {
    let (difference, over) = nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
    return over ? (nanoseconds < 0 ? .min : .max) : difference
  }

  /// `self` moved by `nanoseconds`; saturating.
  public func advanced(by nanoseconds: Int64) -> Timestamp {
    let (sum, over) = self.nanoseconds.addingReportingOverflow(nanoseconds)
    return Timestamp(nanoseconds: over ? (nanoseconds < 0 ? .min : .max) : sum)
  }
}
