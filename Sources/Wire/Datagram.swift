/// A datagram in the making.
struct Datagram: BitwiseCopyable {
  enum State: BitwiseCopyable {
    case free, waiting
    /// Handed over; its fragments may still come as copies.
    case complete
    /// Its fragments overlap: what else comes of it is dropped.
    case poisoned
  }

  enum Cover {
    case new, copy, bad
  }

  static var rangesMax: Int { 16 }

  var key = FragmentKey(
    source: IPAddress(high: 0, low: 0), destination: IPAddress(high: 0, low: 0), id: 0, next: 0, version: 4,
    encapsulation: 0)
  var state = State.free
  /// When its first fragment came; once complete, when that was.
  var began = Timestamp(nanoseconds: 0)
  /// Protocol or next header, by the first fragment.
  var next: UInt8 = 0
  /// IP lengths of the fragments, summed.
  var wireLength = 0
  /// Bytes of payload, known from the last fragment on; -1 before.
  private(set) var total = -1
  /// The first byte that a fragment had on the wire and the capture cut off.
  private(set) var cut = Int.max
  /// What came: `rangeCount` sorted ranges that don't touch.
  private var ranges = InlineArray<16, CoveredRange>(repeating: CoveredRange())
  private var rangeCount = 0
  private(set) var prefix = InlineArray<512, UInt8>(repeating: 0)

  var isComplete: Bool { total >= 0 && rangeCount == 1 && ranges[0].start == 0 && ranges[0].end == total }
  /// Bytes of `prefix` that were captured.
  var prefixLength: Int { min(total, cut, Fragments.prefixMax) }

  mutating func begin(_ key: FragmentKey, _ time: Timestamp) {
    self.key = key
    state = .waiting
    began = time
    next = key.next
    wireLength = 0
    total = -1
    cut = .max
    rangeCount = 0
  }

  /// Notes that a fragment has come. One that is wholly there already is a copy, as the kernel sees it; an overlap
  /// spoils the datagram (RFC 5722 §3).
  mutating func cover(_ fragment: Fragment) -> Cover {
    let start = fragment.start
    let end = start + fragment.length
    var place = 0
    while place < rangeCount, ranges[place].end < start { place += 1 }
    if place < rangeCount, ranges[place].start <= start, end <= ranges[place].end { return .copy }
    guard fitsTotal(fragment, end) else { return .bad }
    let joinsLeft = place < rangeCount && ranges[place].end == start
    let right = joinsLeft ? place + 1 : place
    if right < rangeCount, ranges[right].start < end { return .bad }
    let joinsRight = right < rangeCount && ranges[right].start == end
    switch (joinsLeft, joinsRight) {
    case (true, true):
      ranges[place].end = ranges[right].end
      remove(right)
    case (true, false): ranges[place].end = end
    case (false, true): ranges[right].start = start
    case (false, false):
      guard rangeCount < Datagram.rangesMax else { return .bad }
      insert(CoveredRange(start: start, end: end), at: place)
    }
    if !fragment.hasMore { total = end }
    return .new
  }

  /// Nothing may lie beyond the last fragment's end, and there is one last fragment.
  private func fitsTotal(_ fragment: Fragment, _ end: Int) -> Bool {
    if total >= 0 { return end <= total && fragment.hasMore }
    return fragment.hasMore || rangeCount == 0 || ranges[rangeCount - 1].end <= end
  }

  /// Copies what belongs to the beginning.
  mutating func keep(_ fragment: Fragment, _ bytes: RawSpan, at place: Int) {
    if fragment.captured < fragment.length { cut = min(cut, fragment.start + max(0, fragment.captured)) }
    guard fragment.start < Fragments.prefixMax else { return }
    let count = min(fragment.captured, fragment.length, Fragments.prefixMax - fragment.start)
    for index in 0..<max(0, count) { prefix[fragment.start + index] = bytes.u8(at: place &+ index) }
  }

  private mutating func insert(_ range: CoveredRange, at place: Int) {
    var index = rangeCount
    while index > place {
      ranges[index] = ranges[index - 1]
      index -= 1
    }
    ranges[place] = range
    rangeCount += 1
  }

  private mutating func remove(_ place: Int) {
    for index in place..<(rangeCount - 1) { ranges[index] = ranges[index + 1] }
    rangeCount -= 1
  }
}

/// Bytes `start ..< end` of a datagram's payload.
struct CoveredRange: BitwiseCopyable {
  var start = 0
  var end = 0
}
