public import Wire

/// Joins the journals of trackers that share a capture: what has ended comes in the order, and as things stood, as from one tracker
/// that keeps all.
///
/// Where `wanted` names a share, its next chunk is to be given (`take`); then `nextStep()` goes on to the next point that any share
/// has reached, and `next()` gives what there is to tell up to it.
public struct JournalMerge: Sendable {
  /// What there is to tell next: to be taken by the function of that name. No sum of the three, which would be as large as the largest.
  public enum Kind: Sendable { case brief, facts, sight }

  /// Up to where the shares have come together.
  public struct Step: Sendable {
    /// Packets come; then open connections are learnt of, then they end.
    public enum Phase: Sendable, Comparable { case packets, sights, lastEnds }
    /// Never goes back.
    public var phase: Phase
    /// Whose point it is, and which of its last chunk.
    public var share: Int
    /// Index into `points` of that chunk.
    public var point: Int
    /// Whether any share's point there tells.
    public var tells: Bool
    /// How far that share's input had got.
    public var time: Timestamp
  }

  private struct Reader: Sendable {
    var chunk = JournalChunk()
    var entry = 0
    var sight = 0
    var gap = 0
    var point = 0
    var isDone = false

    var place: JournalPlace? { entry < chunk.entries.count ? chunk.entries[entry].place : nil }
  }

  private var readers: [Reader]
  private var reach: UInt64 = 0
  private var servicePorts = PortCounts()
  private var open = 0
  /// Whose turn it is, and whether two ways to see the connection are next.
  private var turn = 0
  private var isEither = false
  /// Most connections of all shares at a time, attempts included; as `Tracker.peakConnections` of one that keeps all.
  public private(set) var peakConnections = 0
  /// Of all shares, up to the latest step.
  public private(set) var gaps = SharedGaps()

  /// - Parameter shares: how many trackers there are; all are to hand over chunks.
  public init(shares: Int) { readers = [Reader](repeating: Reader(), count: shares) }

  /// Whose next chunk is needed; nil where all have one.
  public var wanted: Int? { readers.firstIndex { !$0.isDone && $0.point >= $0.chunk.points.count } }

  /// The next chunk of a share. All of the one before it has been told: it ended with a point.
  public mutating func take(_ chunk: JournalChunk, of share: Int) {
    readers[share] = Reader(chunk: chunk)
  }

  /// The next point; nil at the end. No chunk is wanted.
  public mutating func nextStep() -> Step? {
    var first: Int?
    for (share, reader) in readers.enumerated() where !reader.isDone {
      if let best = first,
        readers[best].chunk.points[readers[best].point].reach <= reader.chunk.points[reader.point].reach
      {
        continue
      }
      first = share
    }
    guard let first else { return nil }
    reach = readers[first].chunk.points[readers[first].point].reach
    var step = Step(
      phase: reach >= JournalPlace.lastEnds ? .lastEnds : reach >= JournalPlace.sights ? .sights : .packets,
      share: first, point: readers[first].point, tells: false,
      time: readers[first].chunk.points[readers[first].point].time)
    for share in readers.indices where !readers[share].isDone {
      while readers[share].point < readers[share].chunk.points.count,
        case let point = readers[share].chunk.points[readers[share].point], point.reach == reach
      {
        if point.tells {
          (step.share, step.point, step.time, step.tells) = (share, readers[share].point, point.time, true)
        }
        readers[share].point += 1
      }
      if reach == .max { readers[share].isDone = true }
    }
    hearOfGaps()
    return step
  }

  private mutating func hearOfGaps() {
    while true {
      var first: Int?
      for share in readers.indices {
        let (gaps, gap) = (readers[share].chunk.gaps.count, readers[share].gap)
        guard gap < gaps, readers[share].chunk.gaps[gap].place.ordinal <= reach else { continue }
        if let best = first,
          !(readers[share].chunk.gaps[gap].place < readers[best].chunk.gaps[readers[best].gap].place)
        {
          continue
        }
        first = share
      }
      guard let first else { return }
      gaps.take(readers[first].chunk.gaps[readers[first].gap].note)
      readers[first].gap += 1
    }
  }

  /// What is next to tell up to the point; nil where that is all.
  public mutating func next() -> Kind? {
    while let share = firstReader() {
      let entry = readers[share].chunk.entries[readers[share].entry]
      readers[share].entry += 1
      turn = share
      isEither = entry.kind == .endedEither || entry.kind == .sightEither
      switch entry.kind {
      case .begun:
        servicePorts.count(entry.aPort, entry.bPort)
        open += 1
        peakConnections = max(peakConnections, open)
      case .ended, .endedEither:
        open -= 1
        return readers[share].chunk.ended.isBriefNext ? .brief : .facts
      case .sight, .sightEither: return .sight
      }
    }
    return nil
  }

  /// Whose entry comes first of those up to the point.
  private func firstReader() -> Int? {
    var first: Int?
    var least = JournalPlace(ordinal: .max, since: .max, lane: .max)
    for share in readers.indices {
      let entry = readers[share].entry
      guard entry < readers[share].chunk.entries.count else { continue }
      let place = readers[share].chunk.entries[entry].place
      if place.ordinal <= reach, place < least {
        least = place
        first = share
      }
    }
    return first
  }

  /// After `next()` said so.
  public mutating func takeBrief(_ brief: inout Brief) -> Bool {
    guard isEither else { return readers[turn].chunk.ended.takeBrief(&brief) }
    let first = readers[turn].chunk.ended.nextBrief()
    guard readers[turn].chunk.ended.takeBrief(&brief) else { return false }
    if let first, clientIsA(first.client.endpoint, first.server.endpoint) { brief = first }
    return true
  }

  /// After `next()` said so.
  public mutating func takeFacts() -> Facts {
    guard isEither else { return readers[turn].chunk.ended.takeFacts() }
    let first = readers[turn].chunk.ended.takeFacts()
    let second = readers[turn].chunk.ended.takeFacts()
    return clientIsA(first.clientEndpoint, first.serverEndpoint) ? first : second
  }

  /// After `next()` said so.
  public mutating func sight() -> OpenSight {
    let place = readers[turn].sight
    readers[turn].sight += isEither ? 2 : 1
    guard isEither else { return readers[turn].chunk.sights[place] }
    let first = readers[turn].chunk.sights[place]
    guard case .seen(let brief, _) = first.kind, !clientIsA(brief.client.endpoint, brief.server.endpoint)
    else { return first }
    return readers[turn].chunk.sights[place + 1]
  }

  /// Of the two ways the first is the one in which `a` is the client.
  private func clientIsA(_ a: Endpoint, _ b: Endpoint) -> Bool { servicePorts.clientIsA(a.port, b.port) ?? true }
}
