/// Which 4-tuples were used before in this run, long after their connections have left the table: one bit each.
///
/// A bit may be another tuple's: then a display filter has a frame range that it need not have. Bounded: 1 MiB.
struct UsedTuples {
  private static var words: Int { 1 << 17 }
  /// Fixed: what is said of a connection must not depend on the run's seed.
  private static let seed = HashSeed(0x5f37_59df_a5a5_1234)
  /// Empty until the first connection leaves.
  private var bits: [UInt64] = []

  mutating func insert(_ key: FlowKey) {
    if bits.isEmpty { bits = [UInt64](repeating: 0, count: UsedTuples.words) }
    let (word, bit) = UsedTuples.place(key)
    bits[word] |= bit
  }

  func contains(_ key: FlowKey) -> Bool {
    guard !bits.isEmpty else { return false }
    let (word, bit) = UsedTuples.place(key)
    return bits[word] & bit != 0
  }

  private static func place(_ key: FlowKey) -> (word: Int, bit: UInt64) {
    let hash = Int(key.mixed(seed) >> 1)
    return ((hash >> 6) & (words - 1), 1 << UInt64(hash & 63))
  }

  /// Tuples that share a bit share a lane, so that what a bit says does not depend on who keeps which lanes.
  @inline(__always) static func lane(_ key: FlowKey) -> Int { Int(key.mixed(seed) >> 1) & (Lane.count - 1) }
}
