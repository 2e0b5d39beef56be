/// The places of the interfaces that packets of `any` come by: each is an input of its own, as one that is named would be.
struct LinkPlaces {
  /// Most that are kept apart, for each is asked for once a second; what comes by another is at place 0, that of `any`.
  static var most: Int { 1024 }

  /// By the kernel's index. Containers' come and go, and no index comes again.
  private var known: [UInt32: Int] = [:]
  private var lastIndex: UInt32 = 0
  private var lastPlace = 0
  /// There is one without a place of its own.
  private(set) var isFull = false

  /// nil where it was not seen before, or so long ago that it is to be looked for anew.
  @inline(__always) mutating func place(of index: UInt32) -> Int? {
    index == lastIndex && index != 0 ? lastPlace : find(index)
  }

  @inline(never) private mutating func find(_ index: UInt32) -> Int? {
    guard let place = known[index] else { return nil }
    (lastIndex, lastPlace) = (index, place)
    return place
  }

  /// - Parameter place: 0 where it has none of its own.
  mutating func enter(_ index: UInt32, _ place: Int) {
    if known.count >= 4 * LinkPlaces.most { known = [:] }
    known[index] = place
    (lastIndex, lastPlace) = (index, place)
    if place == 0 { isFull = true }
  }
}
