/// A half-open interval of stream offsets.
public struct OffsetRange: Hashable, Sendable {
  public var start: Int64
  public var end: Int64

  public init(_ start: Int64, _ end: Int64) {
    self.start = start
    self.end = end
  }

  public var length: Int64 { end - start }
}

/// A few disjoint intervals of a stream, ascending. Bounded: what does not fit is added up in `forgotten`.
public struct Ranges: Hashable, Sendable {
  /// How many intervals are kept apart.
  public static var limit: Int { 8 }

  private var slots = InlineArray<8, OffsetRange>(repeating: OffsetRange(0, 0))
  public private(set) var count = 0
  /// Bytes of intervals that were given up because there were too many at once.
  public private(set) var forgotten: Int64 = 0

  public init() {}

  public subscript(_ index: Int) -> OffsetRange { slots[index] }

  public static func == (left: Ranges, right: Ranges) -> Bool {
    guard left.count == right.count, left.forgotten == right.forgotten else { return false }
    for index in 0..<left.count where left.slots[index] != right.slots[index] { return false }
    return true
  }

  public func hash(into hasher: inout Hasher) {
    for index in 0..<count { hasher.combine(slots[index]) }
    hasher.combine(forgotten)
  }
}
