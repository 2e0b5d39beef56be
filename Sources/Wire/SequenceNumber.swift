/// A TCP sequence number: modulo 2^32, compared by signed distance (RFC 9293 §3.4, RFC 7323 §5).
///
/// The only place where raw 32-bit sequence numbers are compared or moved.
public struct SequenceNumber: BitwiseCopyable, Hashable, Sendable {
  /// As in the header; for its relation to another, ask `distance(from:)` or `precedes(_:)`.
  public var rawValue: UInt32

  /// A number of the wire, or one reckoned modulo 2^32.
  public init(_ rawValue: UInt32) { self.rawValue = rawValue }

  /// Signed distance from `other` to `self` in bytes, -2^31 ..< 2^31.
  public func distance(from other: SequenceNumber) -> Int32 {
    Int32(bitPattern: rawValue &- other.rawValue)
  }

  /// Moved ahead by `bytes`, back where they are negative; wraps at 2^32.
  public func advanced(by bytes: Int) -> SequenceNumber {
    SequenceNumber(rawValue &+ UInt32(truncatingIfNeeded: bytes))
  }

  /// SND.NXT < SEG.SEQ and its kin. No total order: true for half of the circle ahead.
  public func precedes(_ other: SequenceNumber) -> Bool { other.distance(from: self) > 0 }
}
