internal import Wire

/// One side's stream out of two parts of the input: where each part's offsets lie in it, and what is known of it.
struct StreamJoint {
  var origin: SequenceNumber?
  /// What is added to the offsets of the earlier and of the later part.
  var earlierShift: Int64 = 0
  var laterShift: Int64 = 0
  var low: Int64 = 0
  /// One past the last data byte.
  var dataEnd: Int64 = 0
  var una: Int64 = 0
  var holes = Ranges()
  /// Offset of the FIN, where either part has it.
  var fin: Int64?

  init(_ earlier: SideFacts, _ later: SideFacts) {
    guard earlier.hasStream, let first = earlier.origin else {
      take(later.hasStream ? later : earlier)
      if later.hasStream { earlierShift = earlier.origin.flatMap(offset(of:)) ?? 0 } else { shift(later) }
      return
    }
    guard later.hasStream, let second = later.origin else {
      take(earlier)
      shift(later)
      return
    }
    origin = first
    // The later origin is the one nearest to where the earlier part stood.
    let stood = SequenceNumber(first.rawValue &+ UInt32(truncatingIfNeeded: earlier.sndNxt))
    laterShift = earlier.sndNxt + Int64(second.distance(from: stood))
    if earlier.isn == nil, later.isn != nil, laterShift <= 0 {
      // The SYN came late: the stream begins behind it.
      origin = second
      earlierShift = -laterShift
      laterShift = 0
    }
    fin = earlier.fin.map { $0.offset + earlierShift } ?? later.fin.map { $0.offset + laterShift }
    join(Coverage(earlier, earlierShift, fin), Coverage(later, laterShift, fin))
    if earlier.isn != nil || later.isn != nil { low = min(low, 0) }
    let ours = earlier.everAcked ? earlier.sndUna + earlierShift : nil
    let theirs = later.everAcked ? later.sndUna + laterShift : nil
    una = max(ours ?? .min, theirs ?? .min)
    if ours == nil, theirs == nil { una = earlier.sndUna + earlierShift }
    una = min(una, dataEnd + (fin == nil ? 0 : 1))
  }

  /// The later part has nothing but RSTs: they are counted in the earlier one's offsets.
  private mutating func shift(_ later: SideFacts) { laterShift = later.origin.flatMap(offset(of:)) ?? 0 }

  /// Only one part knows the stream.
  private mutating func take(_ part: SideFacts) {
    origin = part.origin
    let covered = Coverage(part, 0, part.fin?.offset)
    low = covered.low
    dataEnd = covered.end
    una = part.sndUna
    holes = covered.holes
    fin = part.fin?.offset
  }

  /// What neither part has seen, between what either has.
  private mutating func join(_ one: Coverage, _ other: Coverage) {
    low = min(one.low, other.low)
    dataEnd = max(one.end, other.end)
    holes = Ranges()
    for first in 0..<one.gapCount {
      guard let gap = one.gap(first, low, dataEnd) else { continue }
      for second in 0..<other.gapCount {
        guard let peer = other.gap(second, low, dataEnd) else { continue }
        let start = max(gap.start, peer.start)
        let end = min(gap.end, peer.end)
        if start < end { holes.insert(OffsetRange(start, end)) }
      }
    }
    holes.forget(one.holes)
    holes.forget(other.holes)
  }

  /// The offset of a sequence number in the whole stream, near its end.
  func offset(of sequence: SequenceNumber) -> Int64? {
    guard let origin else { return nil }
    let end = SequenceNumber(origin.rawValue &+ UInt32(truncatingIfNeeded: dataEnd))
    return dataEnd + Int64(sequence.distance(from: end))
  }
}

/// What one part has seen of a stream: from `low` to `end`, less the holes.
private struct Coverage {
  var low: Int64
  var end: Int64
  var holes: Ranges

  init(_ side: SideFacts, _ shift: Int64, _ fin: Int64?) {
    low = side.firstOffset + shift
    end = side.dataEnd + shift
    holes = side.holes
    holes.shift(by: shift)
    if side.packets > 0, side.packets == side.rstPackets {
      // Where its RSTs stand says nothing: it is known by its peer's ACKs.
      end = side.sndUna + shift
      low = end
      holes = Ranges()
    }
    // A part that does not know of the FIN takes it for a byte.
    if let fin { end = min(end, fin) }
    low = min(low, end)
  }

  /// Its holes, and all before and behind it.
  var gapCount: Int { holes.count + 2 }

  func gap(_ index: Int, _ start: Int64, _ limit: Int64) -> OffsetRange? {
    let gap: OffsetRange
    switch index {
    case 0: gap = OffsetRange(start, low)
    case holes.count + 1: gap = OffsetRange(end, limit)
    default: gap = OffsetRange(holes[index - 1].start, min(holes[index - 1].end, limit))
    }
    return gap.length > 0 ? gap : nil
  }
}

extension SideFacts {
  /// Its sequence space is known by more than a RST, which anybody can send.
  var hasStream: Bool { origin != nil && (packets > rstPackets || everAcked) }
}
