internal import DequeModule

/// Connections that have ended and were not taken yet, in order of their ends: in full, or in brief.
struct Endings: Sendable {
  private var facts = Deque<Facts>()
  private var briefs = Deque<Brief>()
  /// How many were written in full before each of them.
  private var factsBefore = Deque<UInt64>()
  private var factsWritten: UInt64 = 0
  private var factsTaken: UInt64 = 0

  var count: Int { facts.count + briefs.count }

  /// What they take, bytes.
  var memory: Int { facts.count * MemoryLayout<Facts>.stride + briefs.count * MemoryLayout<Brief>.stride }

  @inline(__always) var isEmpty: Bool { facts.isEmpty && briefs.isEmpty }

  /// Room for as many as `other` has: what grows step by step is copied at each.
  mutating func reserve(as other: borrowing Endings) {
    facts.reserveCapacity(other.facts.count)
    briefs.reserveCapacity(other.briefs.count)
    factsBefore.reserveCapacity(other.briefs.count)
  }

  mutating func append(_ ended: Facts) {
    facts.append(ended)
    factsWritten &+= 1
  }

  mutating func append(_ ended: Brief) {
    briefs.append(ended)
    factsBefore.append(factsWritten)
  }

  /// The next, where it is in brief. Says whether it is.
  mutating func takeBrief(_ brief: inout Brief) -> Bool {
    guard isBriefNext else { return false }
    factsBefore.removeFirst()
    brief = briefs.removeFirst()
    return true
  }

  mutating func nextBrief() -> Brief? {
    var brief = Brief()
    return takeBrief(&brief) ? brief : nil
  }

  /// Whether the next is in brief.
  @inline(__always) var isBriefNext: Bool { factsBefore.first == factsTaken }

  /// The next that is in full.
  mutating func nextFacts() -> Facts? {
    guard !facts.isEmpty else { return nil }
    factsTaken &+= 1
    return facts.removeFirst()
  }
}
