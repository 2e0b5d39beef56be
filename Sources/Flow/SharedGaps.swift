public import Wire

/// What connections show together of the capture itself: when it lost packets, and where its clock leapt. One connection
/// alone proves neither. Bounded, and rarely written.
public struct SharedGaps: Sendable {
  /// Times in which several connections miss what their peers acknowledge (field.md, trap 13), ascending.
  public private(set) var blind: [ClosedRange<Timestamp>] = []
  /// `[input]`: the same where inputs lose packets each for itself; `blind` is empty then.
  private var blindApart: [Int: [ClosedRange<Timestamp>]] = [:]
  /// Times that have passed on the capture's clock and nowhere else: in several connections data waited all that time, were
  /// not sent again, and then their ACK came.
  public private(set) var leaps: [ClosedRange<Timestamp>] = []

  /// Connections that must agree.
  private static var blindWitnesses: Int { 3 }
  private static var leapWitnesses: Int { 2 }
  /// A gap known less exactly than that, ns, is of no instant.
  private static var instant: Int64 { 1_000_000_000 }
  /// No kernel waits so long (ns) before it sends again (RFC 6298 §2.5: 60 s at least for the longest timeout).
  static var leastLeap: Int64 { 120_000_000_000 }
  /// How far apart the ends of one leap may be seen, ns.
  private static var leapTolerance: Int64 { 10_000_000_000 }
  private static var intervalsMax: Int { 1024 }

  /// Longer times, in each of which one connection misses what its peer acknowledges.
  private var wide: [ClosedRange<Timestamp>] = []
  /// Times between two files of a recording in which there is nothing: of longer times only those that hold one tell anything. As far as
  /// they are known; before the first packet behind one is tracked.
  var seams: [ClosedRange<Timestamp>] = []

  private var gaps = Witnesses()
  private var jumps = Witnesses()

  /// Inputs lose packets each for itself, as interfaces do: what connections miss on one tells nothing of another.
  var inputsAreApart = false

  /// What is noted is written down for another who hears of all connections.
  var isJournaled = false
  private var notes: [GapNote] = []
  @inline(__always) var hasNotes: Bool { !notes.isEmpty }

  init() {}

  /// `blind`, as far as it concerns a connection of which each of its inputs has one of these packets at least.
  public func blind(for packets: some Sequence<PacketReference>) -> [ClosedRange<Timestamp>] {
    if blindApart.isEmpty { return blind }
    return Set(packets.map(\.input)).reduce(into: blind) { $0 += blindApart[$1] ?? [] }
  }

  /// A side's data that were sent between these two times were acknowledged, and are not in the capture.
  @inline(never) mutating func noteLoss(from start: Timestamp, to end: Timestamp, of side: PacketReference) {
    if end > start, end.since(start) > SharedGaps.instant {
      guard seams.contains(where: { start <= $0.lowerBound && $0.upperBound <= end }) else { return }
    }
    if isJournaled { return notes.append(GapNote(from: start, to: end, side: side, isLeap: false)) }
    note(from: start, to: end, of: side)
  }

  private mutating func note(from start: Timestamp, to end: Timestamp, of side: PacketReference) {
    guard end >= start, end.since(start) <= SharedGaps.instant else {
      if end > start { noteWide(start...end) }
      return
    }
    let new = Witness(from: start, to: end, side: side)
    let isApart = inputsAreApart
    let others = gaps.add(new) {
      $0.from <= end && start <= $0.to && (!isApart || $0.side.input == side.input)
    }
    guard others.count + 1 >= SharedGaps.blindWitnesses else { return }
    let all = others.reduce(start...end) { min($0.lowerBound, $1.from)...max($0.upperBound, $1.to) }
    if isApart {
      SharedGaps.insert(all, into: &blindApart[side.input, default: []])
    } else {
      SharedGaps.insert(all, into: &blind)
    }
  }

  /// Where all places are taken nothing is looked for any more: a capture that lacks packets everywhere would pay for it at each.
  private mutating func noteWide(_ time: ClosedRange<Timestamp>) {
    guard wide.count < SharedGaps.intervalsMax else { return }
    for place in wide.indices {
      let both = time.clamped(to: wide[place])
      // Each begins and ends with a packet. So a silence of all that takes half of either lies in both, and what they share tells as much:
      // a missing file takes few places, however many connections miss it.
      let length = both.upperBound.since(both.lowerBound)
      if length > SharedGaps.half(of: time), length > SharedGaps.half(of: wide[place]) {
        wide[place] = both
        return
      }
    }
    wide.append(time)
  }

  private static func half(of time: ClosedRange<Timestamp>) -> Int64 { time.upperBound.since(time.lowerBound) / 2 }

  /// Whether something was sent about the time of a silence of the whole recording that is not in it, and at no other time far from it: then
  /// it was recorded by nobody.
  public func isMissing(_ silence: ClosedRange<Timestamp>) -> Bool {
    let most = silence.upperBound.since(silence.lowerBound).multipliedReportingOverflow(by: 2).partialValue
    return wide.contains {
      $0.lowerBound <= silence.lowerBound && silence.upperBound <= $0.upperBound
        && $0.upperBound.since($0.lowerBound) <= max(most, SharedGaps.instant)
    }
  }

  /// All was silent between these two times, and what waited for an answer before has it afterwards.
  @inline(never) mutating func noteLeap(from start: Timestamp, to end: Timestamp, of side: PacketReference) {
    if isJournaled { return notes.append(GapNote(from: start, to: end, side: side, isLeap: true)) }
    let near = UInt64(SharedGaps.leapTolerance)
    let new = Witness(from: start, to: end, side: side)
    let others = jumps.add(new) { $0.from.since(start).magnitude <= near && $0.to.since(end).magnitude <= near }
    guard others.count + 1 >= SharedGaps.leapWitnesses else { return }
    let common = others.reduce((start, end)) { (max($0.0, $1.from), min($0.1, $1.to)) }
    if common.0 < common.1 { SharedGaps.insert(common.0...common.1, into: &leaps) }
  }

  /// What another has written down.
  mutating func take(_ note: GapNote) {
    if note.isLeap {
      noteLeap(from: note.from, to: note.to, of: note.side)
    } else {
      self.note(from: note.from, to: note.to, of: note.side)
    }
  }

  /// Hands over what was written down.
  mutating func takeNotes() -> [GapNote] {
    defer { notes.removeAll() }
    return notes
  }

  /// Nearly always at the end; where there are too many, the last one grows.
  private static func insert(_ range: ClosedRange<Timestamp>, into list: inout [ClosedRange<Timestamp>]) {
    var range = range
    var first = list.count
    while first > 0, list[first - 1].upperBound >= range.lowerBound { first -= 1 }
    var last = first
    while last < list.count, list[last].lowerBound <= range.upperBound {
      range = min(range.lowerBound, list[last].lowerBound)...max(range.upperBound, list[last].upperBound)
      last += 1
    }
    list.replaceSubrange(first..<last, with: CollectionOfOne(range))
    guard list.count > intervalsMax else { return }
    let end = list.removeLast()
    list[list.count - 1] = list[list.count - 1].lowerBound...max(list[list.count - 1].upperBound, end.upperBound)
  }
}

/// A call of `noteLoss` or `noteLeap`, to be made elsewhere.
struct GapNote: BitwiseCopyable, Sendable {
  var from: Timestamp
  var to: Timestamp
  var side: PacketReference
  var isLeap: Bool
}

/// One side's sight of a gap.
private struct Witness: Sendable {
  var from: Timestamp
  var to: Timestamp
  /// Its first packet: a name for it.
  var side: PacketReference
}

/// The latest ones, one a side.
private struct Witnesses: Sendable {
  private static var most: Int { 16 }
  private var all: [Witness] = []
  private var cursor = 0

  /// The others that fit, with the new one put to them.
  mutating func add(_ new: Witness, _ fits: (Witness) -> Bool) -> [Witness] {
    let others = all.filter { $0.side != new.side && fits($0) }
    if let place = all.firstIndex(where: { $0.side == new.side && fits($0) }) {
      all[place] = new
    } else if all.count < Witnesses.most {
      all.append(new)
    } else {
      all[cursor] = new
      cursor = (cursor + 1) % Witnesses.most
    }
    return others
  }
}
