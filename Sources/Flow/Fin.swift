internal import Wire

/// A FIN and what became of it.
public struct Fin: BitwiseCopyable, Sendable, Hashable {
  /// All its transmissions; where `inferred`, the packet that proves that it existed.
  public var sent: Burst
  /// Offset of the FIN: the number of data bytes before it.
  public var offset: Int64
  /// The first packet of the peer that acknowledged it.
  public var acked: Moment?
  /// Not in the capture: the peer acknowledged one byte more than the data, or the side went on one higher.
  public var inferred = false
  /// The peer's SND.NXT and SND.UNA (its offsets) when the FIN was first seen.
  public var peerSent: Int64 = 0
  public var peerAcked: Int64 = 0
  /// `peerAcked` is more than where the input began.
  public var peerAckKnown = false
  /// Of both sides' data before it, its sender's were the latest: all that the peer had said may have been answered.
  public var hadLastWord = false
  /// First and last new data of the peer after it, the first's payload in bytes, and whether it already acknowledged the FIN.
  public var firstAfter: Moment?
  public var firstAfterLength: UInt32 = 0
  public var firstAfterAcksFin = false
  public var lastAfter: Moment?
  /// The longest time from the FIN to the first of them and from each to the next, ns; 0 where there is none.
  public var longestPause: Int64 = 0
  /// What this side acknowledged after its FIN, as offsets of the peer's stream, newest first; -1 where there were fewer. By
  /// them an echo of the peer's dead socket is dated (`Resets.lowestEcho`).
  public var recentAcks = InlineArray<16, Int64>(repeating: -1)

  public init(sent: Burst, offset: Int64) {
    self.sent = sent
    self.offset = offset
  }

  /// Of a side that has none.
  @usableFromInline static var none: Fin {
    Fin(sent: Burst(at: Moment(time: Timestamp(nanoseconds: 0), packet: .none)), offset: 0)
  }

  public static func == (left: Fin, right: Fin) -> Bool {
    for place in 0..<16 where left.recentAcks[place] != right.recentAcks[place] { return false }
    return left.sent == right.sent && left.offset == right.offset && left.acked == right.acked
      && left.inferred == right.inferred && left.peerSent == right.peerSent && left.peerAcked == right.peerAcked
      && left.peerAckKnown == right.peerAckKnown && left.hadLastWord == right.hadLastWord
      && left.firstAfter == right.firstAfter && left.firstAfterLength == right.firstAfterLength
      && left.firstAfterAcksFin == right.firstAfterAcksFin && left.lastAfter == right.lastAfter
      && left.longestPause == right.longestPause
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(sent)
    hasher.combine(offset)
  }
}
