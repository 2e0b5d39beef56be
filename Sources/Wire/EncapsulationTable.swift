/// Numbers the encapsulations of a run. Finding one that is known allocates nothing: the one of the packet before is
/// compared first, then an open-addressing table over the plain words is asked.
struct EncapsulationTable: ~Copyable {
  /// So that a number fits 16 bits; what comes after is not told apart from none.
  static var countMax: Int { 65_536 }

  /// `[Segment.encapsulation]`; place 0 is none.
  private(set) var encapsulations = [Encapsulation()]
  private var paths = [EncapsulationPath()]
  /// Indexes into `paths`, 0 where free; a power of two, never more than half full.
  private var slots = [UInt16](repeating: 0, count: 64)
  private var last = EncapsulationPath()
  private var lastIndex: UInt16 = 0
  /// Packets choose the paths: the order of the table is not theirs to choose.
  private let seed = UInt64.random(in: .min ... .max)

  /// - Parameter path: not changed; lent as `inout` because a borrowed field of the same owner would be copied.
  mutating func index(of path: inout EncapsulationPath) -> UInt16 {
    if path.isEmpty { return 0 }
    if path.equals(last) { return lastIndex }
    lastIndex = find(&path)
    last = path
    return lastIndex
  }

  private mutating func find(_ path: inout EncapsulationPath) -> UInt16 {
    let mask = slots.count &- 1
    var slot = Int(truncatingIfNeeded: path.hash(seed: seed)) & mask
    while slots[slot] != 0 {
      if path.equals(paths[Int(slots[slot])]) { return slots[slot] }
      slot = (slot &+ 1) & mask
    }
    guard paths.count < EncapsulationTable.countMax else { return 0 }
    let index = UInt16(truncatingIfNeeded: paths.count)
    slots[slot] = index
    encapsulations.append(path.encapsulation)
    paths.append(path)
    if paths.count &* 2 > slots.count { grow() }
    return index
  }

  private mutating func grow() {
    let mask = slots.count &* 2 &- 1
    slots = [UInt16](repeating: 0, count: mask &+ 1)
    for index in 1..<paths.count {
      var slot = Int(truncatingIfNeeded: paths[index].hash(seed: seed)) & mask
      while slots[slot] != 0 { slot = (slot &+ 1) & mask }
      slots[slot] = UInt16(truncatingIfNeeded: index)
    }
  }
}
