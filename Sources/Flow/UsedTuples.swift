/// Which 4-tuples were used before in this run, long after their connections have left the table: one bit each, and of what was
/// used long ago, none.
///
/// A bit may be another tuple's (of sixteen that are new, two at most): then a display filter has a frame range that it need not
/// have. Bounded: 4 MiB. What is said of a tuple depends on tuples of its own part alone, however many others there are.
struct UsedTuples {
  /// Parts that know nothing of each other.
  static var parts: Int { 1 << 10 }
  private static var wordsOfPart: Int { 1 << 8 }
  /// A part that has taken in so many sets them aside, and forgets those that it had set aside before.
  private static var most: UInt16 { 1 << 10 }
  /// Fixed: what is said of a connection must not depend on the run's seed.
  private static let seed = HashSeed(0x5f37_59df_a5a5_1234)

  /// Empty until the first connection leaves.
  private(set) var latest: [UInt64] = []
  /// Empty until the first part is full.
  private var earlier: [UInt64] = []
  /// Tuples in `latest`, by part.
  private var counts: [UInt16] = []

  mutating func insert(_ key: FlowKey) {
    if latest.isEmpty {
      latest = [UInt64](repeating: 0, count: UsedTuples.parts * UsedTuples.wordsOfPart)
      counts = [UInt16](repeating: 0, count: UsedTuples.parts)
    }
    let (word, bit) = UsedTuples.place(key)
    guard latest[word] & bit == 0 else { return }
    latest[word] |= bit
    let part = word / UsedTuples.wordsOfPart
    counts[part] += 1
    if counts[part] == UsedTuples.most { setAside(part) }
  }

  /// Where in `latest` a tuple has its bit; nil while that is empty.
  func word(of key: FlowKey) -> Int? { latest.isEmpty ? nil : UsedTuples.place(key).word }

  func contains(_ key: FlowKey) -> Bool {
    guard !latest.isEmpty else { return false }
    let (word, bit) = UsedTuples.place(key)
    return latest[word] & bit != 0 || (!earlier.isEmpty && earlier[word] & bit != 0)
  }

  private mutating func setAside(_ part: Int) {
    if earlier.isEmpty { earlier = [UInt64](repeating: 0, count: latest.count) }
    for word in part * UsedTuples.wordsOfPart..<(part + 1) * UsedTuples.wordsOfPart {
      earlier[word] = latest[word]
      latest[word] = 0
    }
    counts[part] = 0
  }

  static func hash(_ key: FlowKey) -> UInt32 { key.mixed(seed) }

  private static func place(_ key: FlowKey) -> (word: Int, bit: UInt64) {
    let hash = Int(hash(key))
    return ((hash >> 6) & (parts * wordsOfPart - 1), 1 << UInt64(hash & 63))
  }

  /// Tuples of one part share a lane, so that what a bit says does not depend on who keeps which lanes.
  @inline(__always) static func lane(_ key: FlowKey) -> Int { place(key).word / wordsOfPart & (Lane.count - 1) }
}
