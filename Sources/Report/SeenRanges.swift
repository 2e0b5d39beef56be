/// What was seen of a stream, as offsets: ascending, apart from one another, and bounded in number.
struct SeenRanges {
  /// Most ranges. Beyond that the lowest gap is forgotten: what would fill it is told as if it had been seen.
  static var limit: Int { 4096 }

  private(set) var ranges: [Range<Int64>] = []

  var end: Int64 { ranges.last?.upperBound ?? 0 }
  var isEmpty: Bool { ranges.isEmpty }

  func contains(_ range: Range<Int64>) -> Bool {
    nearest(range).map { $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound } ?? false
  }

  func overlaps(_ range: Range<Int64>) -> Bool { nearest(range)?.overlaps(range) ?? false }

  /// The last one that begins before `range` ends.
  private func nearest(_ range: Range<Int64>) -> Range<Int64>? {
    let place = firstPlace { $0.lowerBound >= range.upperBound }
    return place > 0 ? ranges[place - 1] : nil
  }

  mutating func insert(_ range: Range<Int64>) {
    guard !range.isEmpty else { return }
    let first = firstPlace { $0.upperBound >= range.lowerBound }
    let last = firstPlace { $0.lowerBound > range.upperBound }
    var joined = range
    if first < last {
      let (low, high) = (ranges[first].lowerBound, ranges[last - 1].upperBound)
      joined = min(range.lowerBound, low)..<max(range.upperBound, high)
    }
    ranges.replaceSubrange(first..<last, with: CollectionOfOne(joined))
    guard ranges.count > SeenRanges.limit else { return }
    ranges[1] = ranges[0].lowerBound..<ranges[1].upperBound
    ranges.removeFirst()
  }

  /// The first place of which `isBeyond` holds, as of all after it.
  private func firstPlace(_ isBeyond: (Range<Int64>) -> Bool) -> Int {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if isBeyond(ranges[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
