public import Wire

/// The unit in which segments go to the tracker: as many as their table slots can be fetched from memory side by side.
///
/// The decoder writes into `segments[count]`; whoever fills it adds one to `count`.
public struct SegmentBatch: BitwiseCopyable, Sendable {
  /// Most segments that it holds.
  public static var capacity: Int { 32 }
  /// The first `count` are set; what is behind them is left from before.
  public var segments = InlineArray<32, Segment>(repeating: Segment())
  /// How many of `segments` are set: 0 … 32.
  public var count = 0

  /// Where each of them belongs; the tracker's own, and here so that it is not made anew for each batch.
  var sought = InlineArray<32, Sought>(repeating: Sought())

  /// Empty; its segments are places to decode into.
  public init() {}

  /// No place is free: it is to be tracked.
  public var isFull: Bool { count >= SegmentBatch.capacity }
}
