internal import CPrefetch

/// From hash to record index: open addressing, linear probing, eight-byte slots, at most thirteen sixteenths full: then a lookup
/// that fails passes fifteen of them, two cache lines (Knuth 6.4, algorithm L), and a connection takes 10 to 20 bytes here.
///
/// Growth moves slots, never records, and a few at a time: for a while there are two arrays, and the old one empties as
/// new connections come, so that no packet ever waits for a rehash. Deletion shifts back; there are no tombstones.
///
/// Why the unsafe lines hold: each array owns pages of `mask + 1` slots, and every position is taken `& mask`.
@safe struct SlotArray: ~Copyable {
  /// Hash in the high half, record index in the low; 0 is empty (a hash is never 0).
  private let pages: Pages<UInt64>
  private let slots: UnsafeMutablePointer<UInt64>
  let mask: Int
  private(set) var count = 0

  init(capacity: Int) {
    guard let pages = Pages<UInt64>(count: capacity) else { preconditionFailure("out of address space") }
    mask = capacity - 1
    unsafe slots = pages.base
    self.pages = pages
  }

  @inline(__always) subscript(_ position: Int) -> UInt64 {
    get { unsafe slots[position & mask] }
    nonmutating set { unsafe slots[position & mask] = newValue }
  }

  @inline(__always) func prefetch(_ hash: UInt32) { unsafe tcpaudit_prefetch(slots + (Int(hash) & mask)) }

  mutating func insert(_ slot: UInt64) {
    var position = Int(slot >> 32) & mask
    while self[position] != 0 { position = (position + 1) & mask }
    self[position] = slot
    count += 1
  }

  /// Says whether there was such a slot.
  func replace(_ slot: UInt64, by other: UInt64) -> Bool {
    var position = Int(slot >> 32) & mask
    while self[position] != 0 {
      if self[position] == slot {
        self[position] = other
        return true
      }
      position = (position + 1) & mask
    }
    return false
  }

  /// Empties `position` and closes the gap (Knuth 6.4 R).
  mutating func remove(at position: Int) {
    var hole = position & mask
    var next = (hole + 1) & mask
    while self[next] != 0 {
      let home = Int(self[next] >> 32) & mask
      // Whoever's home is not between the hole and its place would be lost behind the hole.
      if (next &- home) & mask >= (next &- hole) & mask {
        self[hole] = self[next]
        hole = next
      }
      next = (next + 1) & mask
    }
    self[hole] = 0
    count -= 1
  }
}

struct FlowTable: ~Copyable {
  private var slots = SlotArray(capacity: 1 << 12)
  /// Empty but while it is being moved from.
  private var old = SlotArray(capacity: 1)
  private var cursor = 0
  var count: Int { slots.count + oldCount }
  private var oldCount = 0

  init() {}

  @inline(__always) func prefetch(_ hash: UInt32) { slots.prefetch(hash) }

  /// The first index with this hash, or 0: nearly always the one that is sought. Whose it is, its record says.
  @inline(__always) func candidate(_ hash: UInt32) -> UInt32 {
    var position = Int(hash)
    while true {
      let slot = slots[position]
      if UInt32(truncatingIfNeeded: slot >> 32) == hash { return UInt32(truncatingIfNeeded: slot) }
      if slot == 0 { return oldCount == 0 ? 0 : findOld(hash) { _ in true } }
      position &+= 1
    }
  }

  /// The index for which `matches` holds among those with this hash, or 0.
  @inline(__always) func find(_ hash: UInt32, _ matches: (UInt32) -> Bool) -> UInt32 {
    var position = Int(hash) & slots.mask
    while true {
      let slot = slots[position]
      if slot == 0 { break }
      if UInt32(truncatingIfNeeded: slot >> 32) == hash, matches(UInt32(truncatingIfNeeded: slot)) {
        return UInt32(truncatingIfNeeded: slot)
      }
      position = (position &+ 1) & slots.mask
    }
    return oldCount == 0 ? 0 : findOld(hash, matches)
  }

  private func findOld(_ hash: UInt32, _ matches: (UInt32) -> Bool) -> UInt32 {
    let mask = old.mask
    var position = Int(hash) & mask
    while true {
      let slot = old[position]
      if slot == 0 { return 0 }
      if UInt32(truncatingIfNeeded: slot >> 32) == hash, matches(UInt32(truncatingIfNeeded: slot)) {
        return UInt32(truncatingIfNeeded: slot)
      }
      position = (position + 1) & mask
    }
  }

  mutating func insert(_ hash: UInt32, _ index: UInt32) {
    if oldCount > 0 { migrate(32) }
    if slots.count * 16 >= (slots.mask + 1) * 13 { grow() }
    slots.insert(UInt64(hash) << 32 | UInt64(index))
  }

  /// Puts another record into the place of `index`.
  mutating func replace(_ hash: UInt32, _ index: UInt32, by other: UInt32) {
    let wanted = UInt64(hash) << 32 | UInt64(index)
    let slot = UInt64(hash) << 32 | UInt64(other)
    if !slots.replace(wanted, by: slot), oldCount > 0 { _ = old.replace(wanted, by: slot) }
  }

  mutating func remove(_ hash: UInt32, _ index: UInt32) {
    let wanted = UInt64(hash) << 32 | UInt64(index)
    var position = Int(hash) & slots.mask
    while slots[position] != 0 {
      if slots[position] == wanted { return slots.remove(at: position) }
      position = (position + 1) & slots.mask
    }
    guard oldCount > 0 else { return }
    let mask = old.mask
    position = Int(hash) & mask
    while old[position] != 0 {
      if old[position] == wanted {
        old.remove(at: position)
        oldCount -= 1
        return
      }
      position = (position + 1) & mask
    }
  }

  private mutating func grow() {
    while oldCount > 0 { migrate(1024) }
    var larger = SlotArray(capacity: (slots.mask + 1) * 2)
    swap(&larger, &slots)
    oldCount = larger.count
    cursor = 0
    old = larger
  }

  /// Moves some `most` slots, up to the next empty one: what is left of the old array is found as before then, and none of it has to
  /// move up. Twice as much room is made as insertions can fill before it is empty.
  private mutating func migrate(_ most: Int) {
    var looked = 0
    while oldCount > 0 {
      let slot = old[cursor]
      looked += 1
      if slot != 0 {
        old[cursor] = 0
        oldCount -= 1
        slots.insert(slot)
      } else if looked >= most {
        break
      }
      cursor = (cursor + 1) & old.mask
    }
    if oldCount == 0 { old = SlotArray(capacity: 1) }
  }
}
