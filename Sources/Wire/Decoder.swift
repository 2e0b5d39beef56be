/// What became of one frame.
public enum Decoded: BitwiseCopyable, Sendable {
  /// A TCP segment, now in the place that was handed in.
  case segment
  /// An ICMP error that quotes a TCP segment: `decoder.quotedError`.
  case quotedError
  /// A fragment, held until the others come.
  case fragment
  /// Understood, and no TCP.
  case notTCP
  /// Not understood to its end.
  case skipped(DecodeFailure)
}

/// From frames to segments: the chain of link layer, VLANs, tunnels, IP, TCP.
///
/// State it has only where packets need one another: the table of encapsulations and the fragments that wait.
public struct Decoder: ~Copyable {
  /// `[Segment.encapsulation]`; place 0 is none. Grows while decoding, bounded.
  public private(set) var encapsulations = [Encapsulation()]
  /// The latest ICMP error, after `.quotedError`.
  public private(set) var quotedError = QuotedError()
  /// Datagrams whose fragments never completed, so far; all of them after `finish()`.
  public private(set) var incompleteFragments: UInt64 = 0

  /// - Parameter verifyChecksums: sets `TCPOptionSet.badChecksum`; costs a look at every byte.
  public init(verifyChecksums: Bool = false) {}

  /// Reads one frame. Writes `segment` where the result is `.segment`, and leaves it undefined otherwise.
  public mutating func decode(_ frame: borrowing Frame, into segment: inout Segment) -> Decoded { .notTCP }

  /// No more frames: what still waits is incomplete.
  public mutating func finish() {}
}
