/// Records of one type that never move, in memory that is reserved at once and given by the kernel page by page.
///
/// Growth copies nothing, and an index stays valid until `free`. Index 0 is never handed out: it says "none".
///
/// Why the unsafe lines hold: `pages` has `capacity` records and is owned by this value alone; every index that is
/// dereferenced is checked against `used`, which never exceeds `capacity` nor falls: a freed one when it was freed, any other
/// when it is used.
@safe struct Region<Record: BitwiseCopyable & Sendable>: ~Copyable {
  private let pages: Pages<Record>
  private let base: UnsafeMutablePointer<Record>
  let capacity: UInt32
  /// One past the highest index ever handed out.
  private(set) var used: UInt32 = 1
  /// Freed indexes, reused last in, first out: the memory is still in the cache.
  private var freed: [UInt32] = []
  /// One bit for each index in use, to find the next one.
  private var inUse: [UInt64] = [0]
  /// Indexes now in use.
  var count: Int { Int(used) - 1 - freed.count }

  /// Places that are left.
  var available: Int { Int(capacity) - Int(used) + freed.count }

  /// - Parameter capacity: most records at a time, 1 ..< 2^31. Less is taken if the address space does not allow it.
  init(capacity wanted: Int) {
    var slots = min(max(wanted, 16), 1 << 30) + 1
    while true {
      if let pages = Pages<Record>(count: slots) {
        unsafe base = pages.base
        self.pages = pages
        capacity = UInt32(slots)
        return
      }
      precondition(slots > 1024, "out of address space")
      slots /= 2
    }
  }

  /// All records up to the highest index, the freed ones too: indexes keep their meaning.
  struct Contents: Sendable {
    fileprivate var records: [Record] = []
    fileprivate var freed: [UInt32] = []
  }

  var contents: Contents {
    var contents = Contents()
    contents.freed = freed
    contents.records.reserveCapacity(Int(used) - 1)
    for index in 1..<max(1, used) { contents.records.append(self[index]) }
    return contents
  }

  /// A region that holds what another one held.
  init(_ contents: Contents, capacity: Int) {
    self.init(capacity: max(capacity, contents.records.count))
    precondition(contents.records.count < Int(self.capacity), "out of address space")
    for record in contents.records { _ = allocate(record) }
    for index in contents.freed { free(index) }
  }

  /// A place for a record, which still has what was there before; nil when the region is full.
  @inline(__always) mutating func allocate() -> UInt32? {
    if let last = freed.popLast() {
      inUse[Int(last >> 6)] |= 1 << UInt64(last & 63)
      return last
    }
    guard used < capacity else { return nil }
    used += 1
    if used & 63 == 0 { inUse.append(0) }
    inUse[Int((used - 1) >> 6)] |= 1 << UInt64((used - 1) & 63)
    return used - 1
  }

  /// The first index in use above `index`, or the lowest one; 0 where there is none.
  func next(after index: UInt32) -> UInt32 {
    let above = first(from: Int(index) + 1)
    return above == 0 && index > 0 ? first(from: 1) : above
  }

  private func first(from index: Int) -> UInt32 {
    var word = index >> 6
    guard word < inUse.count else { return 0 }
    var bits = inUse[word] & (UInt64.max << UInt64(index & 63))
    while bits == 0 {
      word += 1
      guard word < inUse.count else { return 0 }
      bits = inUse[word]
    }
    return UInt32(word << 6 + bits.trailingZeroBitCount)
  }

  /// A place for `record`, or nil when the region is full.
  @inline(__always) mutating func allocate(_ record: Record) -> UInt32? {
    guard let index = allocate() else { return nil }
    unsafe base[Int(index)] = record
    return index
  }

  /// Overwrites one record by another.
  mutating func copy(_ source: UInt32, to index: UInt32) {
    precondition(source < used && index < used)
    unsafe (base + Int(index)).update(from: base + Int(source), count: 1)
  }

  mutating func free(_ index: UInt32) {
    precondition(index < used)
    inUse[Int(index >> 6)] &= ~(1 << UInt64(index & 63))
    freed.append(index)
  }

  subscript(_ index: UInt32) -> Record {
    @inline(__always) unsafeAddress {
      precondition(index < used)
      return unsafe UnsafePointer(base + Int(index))
    }
    @inline(__always) unsafeMutableAddress {
      precondition(index < used)
      return unsafe base + Int(index)
    }
  }

  /// Where the record lies, to prefetch it; never dereferenced by the caller.
  @inline(__always) func address(of index: UInt32) -> UnsafeRawPointer {
    unsafe UnsafeRawPointer(base + Int(min(index, used)))
  }
}
