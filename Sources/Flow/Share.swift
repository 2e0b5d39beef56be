/// The connections that one of several trackers keeps: some of the lanes that 4-tuples are spread over.
public struct Share: Sendable {
  /// Most trackers that can share a capture.
  public static var most: Int { Lane.count }

  private let lanes: UInt32

  /// - Parameters:
  ///   - index: which of them, 0 ..< count.
  ///   - count: how many there are, 1 ... `most`.
  public init(_ index: Int, of count: Int) {
    precondition((1...Share.most).contains(count) && (0..<count).contains(index))
    lanes = (0..<Lane.count).filter { $0 % count == index }.reduce(0) { $0 | 1 << UInt32($1) }
  }

  @inline(__always) func has(_ key: FlowKey) -> Bool { lanes >> UInt32(Lane.of(key)) & 1 != 0 }
}
