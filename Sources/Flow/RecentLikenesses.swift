/// Likenesses of the packets of a side that came before its latest two: the last in, the first out.
///
/// Every packet of a side in trouble that could be a copy is looked for here, so that hashes lie beside hashes and are compared
/// sixteen at a time.
struct RecentLikenesses: BitwiseCopyable {
  /// How many are remembered.
  static var limit: Int { 62 }
  static var blocks: Int { 4 }

  /// 0 is none: no packet's hash is 0.
  fileprivate var hashes = InlineArray<4, SIMD16<UInt32>>(repeating: .zero)
  fileprivate var microseconds = InlineArray<64, UInt32>(repeating: 0)
  private var cursor: UInt8 = 0

  mutating func remember(_ latest: Likeness) {
    let place = Int(cursor)
    hashes[place / 16][place % 16] = latest.hash
    microseconds[place] = latest.microseconds
    cursor = place + 1 == RecentLikenesses.limit ? 0 : cursor + 1
  }
}

// Asked of all cold records by index: what is asked of a record that is only lent works on a copy of it, and it is large.
extension Troubles {
  /// Among the packets of a side that came before its latest two.
  @inline(__always) func remembers(_ hash: UInt32, _ index: UInt32) -> Bool {
    guard index != 0 else { return false }
    var found = SIMDMask<SIMD16<Int32>>(repeating: false)
    for block in 0..<RecentLikenesses.blocks { found .|= records[index].recent.hashes[block] .== hash }
    return any(found)
  }

  /// How long ago the latest of them like this one came, µs.
  func youngest(like latest: Likeness, _ index: UInt32) -> UInt32? {
    guard remembers(latest.hash, index) else { return nil }
    var youngest: UInt32?
    for place in 0..<RecentLikenesses.limit
    where records[index].recent.hashes[place / 16][place % 16] == latest.hash {
      youngest = min(youngest ?? .max, latest.microseconds &- records[index].recent.microseconds[place])
    }
    return youngest
  }
}
