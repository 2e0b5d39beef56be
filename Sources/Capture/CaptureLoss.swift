public import Wire

/// What the capture says that it lost, and how its clock ran.
public struct CaptureLoss: Sendable {
  /// Packets that the kernel dropped for want of buffer (pcapng: the greater of `isb_osdrop` and the sum of
  /// `epb_dropcount`).
  public var kernelDropped: UInt64 = 0
  /// Packets that the interface dropped (pcapng `isb_ifdrop`; without an `isb_osdrop` less what `epb_dropcount` told already).
  public var interfaceDropped: UInt64 = 0
  /// Times between which packets are known to have been dropped, ascending, bounded in number.
  public var blind: [ClosedRange<Timestamp>] = []
  /// How often time ran backwards within one interface by more than a second, the farthest step (ns), and where it began.
  public var backwardSteps: UInt64 = 0
  public var largestBackwardStep: Int64 = 0
  public var firstBackwardStep: PacketReference = .none
  public var firstBackwardTime = Timestamp(nanoseconds: 0)

  public init() {}
}
