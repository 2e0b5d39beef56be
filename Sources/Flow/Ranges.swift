/// A half-open interval of stream offsets.
public struct OffsetRange: BitwiseCopyable, Hashable, Sendable {
  /// The first offset that is in it.
  public var start: Int64
  /// The first offset behind it.
  public var end: Int64

  /// Half-open: `end` is not in it.
  public init(_ start: Int64, _ end: Int64) {
    self.start = start
    self.end = end
  }

  /// Bytes; 0 or less is empty.
  public var length: Int64 { end - start }
}

/// A few disjoint intervals of a stream, ascending. Bounded: what does not fit is added up in `forgotten`.
public struct Ranges: BitwiseCopyable, Hashable, Sendable {
  /// How many intervals are kept apart.
  public static var limit: Int { 8 }

  private var slots = InlineArray<8, OffsetRange>(repeating: OffsetRange(0, 0))
  /// Intervals kept apart, 0 … `limit`.
  public private(set) var count = 0
  /// Bytes of intervals that were given up because there were too many at once, and were not taken away since.
  public private(set) var forgotten: Int64 = 0
  /// From the first of those to the last.
  private var forgottenSpan = OffsetRange(0, 0)

  /// No bytes.
  public init() {}

  /// The lowest is 0; `index` below `count`.
  public subscript(_ index: Int) -> OffsetRange { slots[index] }

  /// By intervals and `forgotten`; what is left in unused places does not count.
  public static func == (left: Ranges, right: Ranges) -> Bool {
    guard left.count == right.count, left.forgotten == right.forgotten else { return false }
    for index in 0..<left.count where left.slots[index] != right.slots[index] { return false }
    return true
  }

  public func hash(into hasher: inout Hasher) {
    for index in 0..<count { hasher.combine(slots[index]) }
    hasher.combine(forgotten)
  }

  /// Nothing is kept apart, whatever was forgotten.
  public var isEmpty: Bool { count == 0 }

  /// Sum of the lengths of what is kept apart.
  public var total: Int64 {
    var sum: Int64 = 0
    for index in 0..<count { sum += slots[index].length }
    return sum
  }

  /// Bytes of the kept intervals that lie below `limit`.
  public func total(below limit: Int64) -> Int64 {
    var sum: Int64 = 0
    for index in 0..<count { sum += max(0, min(slots[index].end, limit) - slots[index].start) }
    return sum
  }

  /// Bytes from `start` to `end` that lie in none of these holes.
  func covered(from start: Int64, to end: Int64) -> UInt64 {
    guard start < end else { return 0 }
    return UInt64(max(0, end - start - (total(below: end) - total(below: start))))
  }

  /// Bytes of these intervals below `limit` that lie in none of `holes`.
  func seen(below limit: Int64, holes: Ranges) -> UInt64 {
    var sum: UInt64 = 0
    for index in 0..<count {
      sum += holes.covered(from: slots[index].start, to: min(slots[index].end, limit))
    }
    return sum
  }

  /// Bytes of `holes` from `start` on that lie before the last of these intervals and in none of them.
  func missing(from start: Int64, holes: Ranges) -> UInt64 {
    guard count > 0 else { return 0 }
    var place = start
    var sum: UInt64 = 0
    for index in 0..<count where slots[index].end > place {
      let gap = max(0, slots[index].start - place)
      sum += UInt64(gap) - holes.covered(from: place, to: place + gap)
      place = slots[index].end
    }
    return sum
  }

  /// Adds `range`, joined with what it touches.
  public mutating func insert(_ range: OffsetRange) {
    guard range.length > 0 else { return }
    var merged = range
    var kept = 0
    for index in 0..<count {
      let slot = slots[index]
      if slot.end < merged.start || slot.start > merged.end {
        slots[kept] = slot
        kept += 1
      } else {
        merged = OffsetRange(min(slot.start, merged.start), max(slot.end, merged.end))
      }
    }
    count = kept
    if count == Ranges.limit { forgetFirst() }
    var place = count
    while place > 0, slots[place - 1].start > merged.start {
      slots[place] = slots[place - 1]
      place -= 1
    }
    slots[place] = merged
    count += 1
  }

  /// Takes `range` away; returns how many bytes of it were there. What it has where something was forgotten, and is not kept, is taken
  /// for that: nobody knows it, and rather too little is missing than too much.
  public mutating func remove(_ range: OffsetRange) -> Int64 {
    let kept = removeKept(range)
    guard forgotten > 0 else { return kept }
    let reach = min(range.end, forgottenSpan.end) - max(range.start, forgottenSpan.start)
    let found = min(forgotten, max(0, reach - kept))
    forgotten -= found
    return kept + found
  }

  private mutating func removeKept(_ range: OffsetRange) -> Int64 {
    var removed: Int64 = 0
    var rest = Ranges()
    (rest.forgotten, rest.forgottenSpan) = (forgotten, forgottenSpan)
    for index in 0..<count {
      let slot = slots[index]
      let start = max(slot.start, range.start)
      let end = min(slot.end, range.end)
      guard start < end else {
        rest.append(slot)
        continue
      }
      removed += end - start
      rest.append(OffsetRange(slot.start, start))
      rest.append(OffsetRange(end, slot.end))
    }
    if removed > 0 { self = rest }
    return removed
  }

  /// Whether any byte of `range` is there.
  public func overlaps(_ range: OffsetRange) -> Bool {
    for index in 0..<count where slots[index].start < range.end && range.start < slots[index].end { return true }
    return false
  }

  /// All intervals moved by `distance`.
  public mutating func shift(by distance: Int64) {
    for index in 0..<count { slots[index] = OffsetRange(slots[index].start + distance, slots[index].end + distance) }
    forgottenSpan = OffsetRange(forgottenSpan.start + distance, forgottenSpan.end + distance)
  }

  /// Adds what `other` gave up.
  mutating func forget(_ other: Ranges) { forget(other.forgotten, within: other.forgottenSpan) }

  private mutating func forget(_ bytes: Int64, within span: OffsetRange) {
    guard bytes > 0 else { return }
    forgottenSpan =
      forgotten == 0
      ? span : OffsetRange(min(forgottenSpan.start, span.start), max(forgottenSpan.end, span.end))
    forgotten += bytes
  }

  private mutating func append(_ range: OffsetRange) {
    guard range.length > 0 else { return }
    if count == Ranges.limit { forgetFirst() }
    slots[count] = range
    count += 1
  }

  private mutating func forgetFirst() {
    forget(slots[0].length, within: slots[0])
    for index in 1..<count { slots[index - 1] = slots[index] }
    count -= 1
  }
}
