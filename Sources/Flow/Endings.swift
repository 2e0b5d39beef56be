internal import DequeModule

/// Connections that have ended and were not taken yet, in order of their ends: in full, or in brief.
struct Endings: Sendable {
  private var facts = Deque<Facts>()
  private var briefs = Deque<(brief: Brief, factsBefore: UInt64)>()
  private var factsWritten: UInt64 = 0
  private var factsTaken: UInt64 = 0

  var count: Int { facts.count + briefs.count }

  /// What they take, bytes.
  var memory: Int { facts.count * MemoryLayout<Facts>.stride + briefs.count * MemoryLayout<Brief>.stride }

  @inline(__always) var isEmpty: Bool { facts.isEmpty && briefs.isEmpty }

  mutating func append(_ ended: Facts) {
    facts.append(ended)
    factsWritten &+= 1
  }

  mutating func append(_ ended: Brief) { briefs.append((ended, factsWritten)) }

  /// The next, where it is in brief.
  mutating func nextBrief() -> Brief? {
    guard let next = briefs.first, next.factsBefore == factsTaken else { return nil }
    return briefs.removeFirst().brief
  }

  /// Whether the next is in brief.
  var isBriefNext: Bool { briefs.first.map { $0.factsBefore == factsTaken } ?? false }

  /// The next that is in full.
  mutating func nextFacts() -> Facts? {
    guard let next = facts.popFirst() else { return nil }
    factsTaken &+= 1
    return next
  }
}
