public import Wire

/// Where something happened, in the order in which one tracker would have seen it: at a packet, first what leaves because time has
/// passed, lane by lane as it waits, then what the packet itself does.
struct JournalPlace: BitwiseCopyable, Comparable, Sendable {
  /// Number of the frame over the run; behind all frames, the connections that are open at the end: by their ids.
  var ordinal: UInt64 = 0
  /// Since when that waited which leaves, or what was before it in its lane, the later of the two, ns; `.max` is the packet itself.
  var since = Int64.max
  var lane: UInt8 = 0

  /// From here on: what is learnt of open connections, and then their ends.
  static var sights: UInt64 { 1 << 62 }
  static var lastEnds: UInt64 { 1 << 63 }

  @inline(__always) static func < (left: Self, right: Self) -> Bool {
    if left.ordinal != right.ordinal { return left.ordinal < right.ordinal }
    return left.since != right.since ? left.since < right.since : left.lane < right.lane
  }
}

/// What a tracker that keeps a share of the connections writes down for who joins the shares (`JournalMerge`): everything in
/// which connections of different shares have to do with each other, with its place.
struct Journal: Sendable {
  struct Entry: BitwiseCopyable, Sendable {
    enum Kind: UInt8, BitwiseCopyable {
      /// A connection began: its ports are counted.
      case begun
      /// One has ended: it is the next of `Endings`.
      case ended
      /// One has ended, and who was the client is told by the ports of all: both ways are next, first the one in which `a` is it.
      case endedEither
      /// It is the next of `sights`; two of them, likewise.
      case sight, sightEither
    }
    var place: JournalPlace
    var kind: Kind
    var aPort: UInt16 = 0
    var bPort: UInt16 = 0
  }

  let isOn: Bool
  /// Who is taken for the client where nothing but the ports can tell; nil while that is not asked.
  var clientIsA: Bool?
  var place = JournalPlace()
  /// The last frame that was tracked.
  var tracked: UInt64 = 0
  fileprivate(set) var entries: [Entry] = []
  fileprivate(set) var sights: [OpenSight] = []
  fileprivate(set) var gaps: [(place: JournalPlace, note: GapNote)] = []
  fileprivate(set) var points: [JournalPoint] = []
  /// Something has ended since the last point.
  private(set) var hasNews = false

  init(isOn: Bool) { self.isOn = isOn }

  /// What waits in a lane leaves.
  mutating func pass(_ since: Timestamp, _ lane: Int) {
    place.since = since.nanoseconds
    place.lane = UInt8(lane)
  }

  @inline(never) mutating func begin(_ key: FlowKey) {
    entries.append(Entry(place: place, kind: .begun, aPort: key.aPort, bPort: key.bPort))
  }

  mutating func end(either: Bool) {
    hasNews = true
    entries.append(Entry(place: place, kind: either ? .endedEither : .ended))
  }

  mutating func see(_ sight: OpenSight, or other: OpenSight? = nil) {
    entries.append(Entry(place: place, kind: other == nil ? .sight : .sightEither))
    sights.append(sight)
    if let other { sights.append(other) }
  }

  @inline(never) mutating func note(_ notes: [GapNote]) { for note in notes { gaps.append((place, note)) } }

  mutating func mark(_ point: JournalPoint) {
    hasNews = false
    points.append(point)
  }
}

/// Up to where a share has come, and whether what has ended in it is to be told now.
public struct JournalPoint: Sendable {
  /// The last frame that was tracked, or as `JournalPlace` has it of what is behind all frames.
  var reach: UInt64
  /// As `Tracker.reached`.
  public var time: Timestamp
  /// Something has ended since the last point, or it is to be told though nothing has.
  public var tells: Bool
}

/// A piece of a journal, up to its last point.
public struct JournalChunk: Sendable {
  var entries: [Journal.Entry] = []
  var ended = Endings()
  var sights: [OpenSight] = []
  var gaps: [(place: JournalPlace, note: GapNote)] = []
  /// In order; the last one is where the chunk ends.
  public internal(set) var points: [JournalPoint] = []

  /// Empty, and without a point.
  public init() {}
}

extension Tracker {
  /// Writes that a connection has ended.
  @inline(__always) mutating func write(_ brief: Brief) {
    ended.append(brief)
    if journal.isOn { journal.end(either: false) }
  }

  @inline(__always) mutating func write(_ facts: consuming Facts) {
    ended.append(facts)
    if journal.isOn { journal.end(either: false) }
  }

  @inline(__always) mutating func write(_ connection: inout Connection, index: UInt32, _ reason: EndReason) {
    if journal.isOn {
      writeForOthers(&connection, index: index, reason)
    } else {
      append(&connection, index: index, reason)
    }
  }

  @inline(never) private mutating func writeForOthers(
    _ connection: inout Connection, index: UInt32, _ reason: EndReason
  ) {
    guard isUndecided(connection) else {
      append(&connection, index: index, reason)
      return journal.end(either: false)
    }
    for isA in [true, false] {
      journal.clientIsA = isA
      append(&connection, index: index, reason)
    }
    journal.clientIsA = nil
    journal.end(either: true)
  }

  @inline(__always) private mutating func append(_ connection: inout Connection, index: UInt32, _ reason: EndReason) {
    if options.brief {
      var brief = Brief()
      let clientIsA = connection.isClientA(journal.clientIsA, servicePorts)
      if connection.writeIfInOrder(&brief, clientIsA: clientIsA, troubles) { return ended.append(brief) }
    }
    appendFacts(of: &connection, index: index, reason)
  }

  /// Which end is the client is told by the ports of all connections of the run.
  private func isUndecided(_ connection: borrowing Connection) -> Bool {
    if connection.shared.has(.rolesKnown) { return false }
    return connection.key.aPort != connection.key.bPort
  }

  /// Something has ended that no point has told of.
  public var hasNews: Bool { journal.hasNews }
  /// How much waits to be handed over: endings and sights.
  public var journalLength: Int { ended.count + journal.sights.count }

  /// All packets so far have been taken in: what has ended is to be told as things stand now.
  /// - Parameter tells: also where nothing has ended.
  public mutating func mark(tells: Bool = false) {
    journal.mark(JournalPoint(reach: journal.tracked, time: reached, tells: tells || journal.hasNews))
  }

  /// Hands over what was written up to the last point.
  public mutating func takeJournal() -> JournalChunk {
    var chunk = JournalChunk()
    swap(&chunk.entries, &journal.entries)
    swap(&chunk.ended, &ended)
    swap(&chunk.sights, &journal.sights)
    swap(&chunk.gaps, &journal.gaps)
    swap(&chunk.points, &journal.points)
    journal.entries.reserveCapacity(chunk.entries.count)
    journal.sights.reserveCapacity(chunk.sights.count)
    ended.reserve(as: chunk.ended)
    return chunk
  }

  /// Writes what is to be learnt of `most` more connections that are open at the end, in order of their beginnings. Says whether
  /// there are others left.
  public mutating func writeSights(_ from: inout Int, most: Int) -> Bool {
    if from == 0 { listOpen() }
    let end = min(from + most, remaining.count)
    while from < end {
      let place = remaining.count - 1 - from
      let open = remaining[place]
      prefetchRemaining(behind: place)
      from += 1
      journal.tracked = JournalPlace.sights + open.id
      journal.place = JournalPlace(ordinal: journal.tracked)
      journal.clientIsA = true
      let sight = sight(of: open)
      journal.clientIsA = false
      if let sight {
        let isUndecided = open.index < Tracker.quietBit && isUndecided(records[open.index])
        journal.see(sight, or: isUndecided ? self.sight(of: open) : nil)
      }
      journal.clientIsA = nil
    }
    let isDone = from >= remaining.count
    if isDone { journal.tracked = JournalPlace.lastEnds - 1 }
    mark(tells: true)
    return !isDone
  }

  /// Writes the ends of `most` more of them, likewise; after `finish(_:)`.
  public mutating func writeEnds(most: Int) -> Bool {
    var left = most
    while left > 0, let open = remaining.popLast() {
      left -= 1
      prefetchRemaining(behind: remaining.count)
      journal.tracked = JournalPlace.lastEnds + open.id
      journal.place = JournalPlace(ordinal: journal.tracked)
      retireRemaining(open.index, ending ?? .endOfInput)
    }
    if remaining.isEmpty { journal.tracked = .max }
    mark(tells: true)
    return !remaining.isEmpty
  }
}
