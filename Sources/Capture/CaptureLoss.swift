public import Wire

/// What the capture says that it lost, how its clock ran, and where its parts end.
public struct CaptureLoss: Sendable {
  /// Packets that the kernel dropped for want of buffer (pcapng: the greater of `isb_osdrop` and the sum of
  /// `epb_dropcount`).
  public var kernelDropped: UInt64 = 0
  /// Packets that the interface dropped (pcapng `isb_ifdrop`; without an `isb_osdrop` less what `epb_dropcount` told already).
  public var interfaceDropped: UInt64 = 0
  /// By either.
  public var dropped: UInt64 { kernelDropped &+ interfaceDropped }
  /// Times between which packets are known to have been dropped, ascending, bounded in number.
  public var blind: [ClosedRange<Timestamp>] = []
  /// `[input]`: the same of inputs that lose packets each for itself, as interfaces do; empty where `blind` is of all of them.
  public var ofInputs: [InputLoss] = []
  /// How often time ran backwards within one interface by 100 ms or more, the farthest step (ns), and where it began.
  public var backwardSteps: UInt64 = 0
  /// Of all of them, ns; 0 while there is none.
  public var largestBackwardStep: Int64 = 0
  /// The packet that was dated earlier than the one before it, of the first step.
  public var firstBackwardStep: PacketReference = .none
  /// Its time, behind the step.
  public var firstBackwardTime = Timestamp(nanoseconds: 0)
  /// Times that came once more when the clock had been set back, ascending, bounded in number: what seems to have taken them may
  /// have taken none.
  public var toldTwice: [ClosedRange<Timestamp>] = []
  /// Times between two files of a recording in which there is nothing at all, ascending, bounded in number: there was nothing, or the
  /// file between them is missing.
  public var seams: [ClosedRange<Timestamp>] = []
  /// How far each input got.
  public var recordings = Recordings()

  /// Nothing lost, no step back.
  public init() {}

  /// Times in which the capture may have lost packets of a connection: each input those of the connections that it was seen on.
  /// - Parameters:
  ///   - packets: of the connection, from each of those inputs one at least.
  ///   - start: when it began.
  ///   - isWhole: both sides were seen. Otherwise the other one may come by any of the inputs, but for those that were away already.
  public func blind(
    for packets: some Sequence<PacketReference>, since start: Timestamp, isWhole: Bool
  ) -> [ClosedRange<Timestamp>] {
    var times = blind
    for (input, own) in ofInputs.enumerated() {
      if packets.contains(where: { $0.input == input }) {
        times += own.away.filter { $0.upperBound >= start }
      } else if !isWhole {
        times += own.away.filter { $0.lowerBound > start }
      } else {
        continue
      }
      times += own.dropping.filter { $0.upperBound >= start }
    }
    return times
  }

  /// `end`, less the time since `start` that the clock may only seem to have gone on by.
  public func certain(since start: Timestamp, until end: Timestamp) -> Timestamp {
    guard start < end else { return end }
    var certain = end
    for range in toldTwice where range.lowerBound < end && start < range.upperBound {
      let doubtful = min(end, range.upperBound).since(max(start, range.lowerBound))
      certain = max(start, certain.advanced(by: -doubtful))
    }
    return certain
  }
}

/// When one of several inputs lost packets. Times are ascending, and bounded in number.
public struct InputLoss: Sendable {
  /// Packets were dropped between these times.
  public var dropping: [ClosedRange<Timestamp>] = []
  /// Nothing could come: it was gone, down, or without a carrier.
  public var away: [ClosedRange<Timestamp>] = []

  /// Nothing lost.
  public init() {}
}
