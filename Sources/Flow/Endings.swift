internal import DequeModule

/// Connections that have ended and were not taken yet, in order of their ends: in full, or in brief.
struct Endings: Sendable {
  /// The newest last, and behind which they come, the oldest last: facts are large, and the end of an array is where none is copied.
  private var written: [Facts] = []
  private var leaving: [Facts] = []
  private var briefs = Deque<Brief>()
  /// How many were written in full before each of them.
  private var factsBefore = Deque<UInt64>()
  private var factsWritten: UInt64 = 0
  private var factsTaken: UInt64 = 0

  var count: Int { factsCount + briefs.count }
  private var factsCount: Int { written.count + leaving.count }

  /// What they take, bytes.
  var memory: Int { factsCount * MemoryLayout<Facts>.stride + briefs.count * MemoryLayout<Brief>.stride }

  @inline(__always) var isEmpty: Bool { written.isEmpty && leaving.isEmpty && briefs.isEmpty }

  /// Room for as many as `other` has: what grows step by step is copied at each.
  mutating func reserve(as other: borrowing Endings) {
    written.reserveCapacity(other.factsCount)
    briefs.reserveCapacity(other.briefs.count)
    factsBefore.reserveCapacity(other.briefs.count)
  }

  mutating func append(_ ended: consuming Facts) {
    written.append(ended)
    factsWritten &+= 1
  }

  /// Those that were written in full, for who adds another one where it is to lie, and gives them back.
  mutating func lendWritten() -> [Facts] {
    var lent: [Facts] = []
    swap(&lent, &written)
    return lent
  }

  mutating func takeBack(_ lent: inout [Facts]) {
    swap(&lent, &written)
    factsWritten &+= 1
  }

  mutating func append(_ ended: Brief) {
    briefs.append(ended)
    factsBefore.append(factsWritten)
  }

  /// The next, where it is in brief. Says whether it is.
  mutating func takeBrief(_ brief: inout Brief) -> Bool {
    guard isBriefNext else { return false }
    brief = briefs[0]
    if briefs.count == 1 {
      // It begins at its beginning again, which is in the cache: else it would go round through all the memory that it ever took.
      briefs.removeAll(keepingCapacity: true)
      factsBefore.removeAll(keepingCapacity: true)
    } else {
      briefs.removeFirst()
      factsBefore.removeFirst()
    }
    return true
  }

  mutating func nextBrief() -> Brief? {
    var brief = Brief()
    return takeBrief(&brief) ? brief : nil
  }

  /// Whether the next is in brief.
  @inline(__always) var isBriefNext: Bool { factsBefore.first == factsTaken }

  var hasFacts: Bool { factsCount > 0 }

  /// The next that is in full; there is one (`hasFacts`). No optional, nor `removeLast()`, which makes one: it would be copied in and out.
  @inline(__always) mutating func takeFacts() -> Facts {
    if leaving.isEmpty {
      swap(&leaving, &written)
      leaving.reverse()
    }
    factsTaken &+= 1
    return leaving.remove(at: leaving.count - 1)
  }
}
