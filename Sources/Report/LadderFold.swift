internal import Flow
internal import Wire

/// What a ladder shows: a row, or what stands for many.
enum LadderLine {
  case row(LadderRow)
  /// Rows left out, which one of a kind follow one another.
  case fold(LadderFold)
  /// Nanoseconds in which nobody sent anything.
  case silence(Int64)
}

/// Rows of a long run in which nothing happens: data and ACKs, ACKs said again, retransmissions but for the ends of each
/// burst; or probes and their answers.
struct LadderFold {
  /// Shorter runs are shown whole.
  static var shortest: Int { 8 }
  /// Rows that stay at either end of a run.
  static var edge: Int { 2 }
  /// Fewer rows are shown: a line that stands for them saves too little.
  static var fewest: Int { 4 }
  /// Retransmissions that are no more rows apart, with no pause between, are one burst: its first and last are shown.
  static var burst: Int { 8 }
  /// Of more bursts in a run the first and the last ones are shown.
  static var burstsEach: Int { 4 }
  /// Shorter pauses are not worth a line, ns.
  static var silence: Int64 { 3_000_000_000 }

  private var counts: [LadderRow.Kind: UInt64] = [:]
  private var hasReset = false
  private var segments: UInt64 = 0
  /// New bytes of the stream, by side, and the highest offset after them.
  private var clientBytes: UInt64 = 0
  private var serverBytes: UInt64 = 0
  private var clientEnd: Int64 = 0
  private var serverEnd: Int64 = 0
  private var span: Int64 = 0

  init(_ rows: ArraySlice<LadderRow>) {
    segments = UInt64(rows.count)
    if let first = rows.first, let last = rows.last { span = last.time.since(first.time) }
    for row in rows {
      counts[row.kind, default: 0] += 1
      if row.flags.contains("RST") { hasReset = true }
      guard let bytes = row.newBytes else { continue }
      if row.side == .client {
        clientBytes += UInt64(bytes.count)
        clientEnd = max(clientEnd, bytes.upperBound)
      } else {
        serverBytes += UInt64(bytes.count)
        serverEnd = max(serverEnd, bytes.upperBound)
      }
    }
  }

  /// The rows with long runs folded and long pauses told.
  static func fold(_ rows: [LadderRow]) -> [LadderLine] {
    var lines: [LadderLine] = []
    var start = 0
    while start < rows.count {
      let end = endOfRun(rows, from: start)
      let kept = end - start < shortest ? Array(start..<end) : keptRows(rows, start..<end)
      // What stands between two kept rows, and the second of them.
      var next = start
      for place in kept {
        if place - next >= fewest {
          lines.append(.fold(LadderFold(rows[next..<place])))
          // Its own span tells of the pauses in a fold.
          lines.append(.row(rows[place]))
          next = place + 1
        }
        while next <= place {
          append(rows[next], after: next > 0 ? rows[next - 1] : nil, to: &lines)
          next += 1
        }
      }
      start = end
    }
    return lines
  }

  /// Ascending; the last row is among them.
  private static func keptRows(_ rows: [LadderRow], _ run: Range<Int>) -> [Int] {
    var kept = Set(run.prefix(edge)).union(run.suffix(edge))
    var bursts: [ClosedRange<Int>] = []
    for place in run where rows[place].kind == .again || rows[place].kind == .late {
      if let last = bursts.last, place - last.upperBound <= burst,
        rows[place].time.since(rows[last.upperBound].time) < silence
      {
        bursts[bursts.count - 1] = last.lowerBound...place
      } else {
        bursts.append(place...place)
      }
    }
    if bursts.count > 2 * burstsEach { bursts = Array(bursts.prefix(burstsEach) + bursts.suffix(burstsEach)) }
    for burst in bursts { kept.formUnion([burst.lowerBound, burst.upperBound]) }
    return kept.sorted()
  }

  /// Where the run that begins at `start` ends: rows that fold with one another and quote no finding. A pause ends it, but
  /// for probes and retransmissions, which are made of pauses.
  private static func endOfRun(_ rows: [LadderRow], from start: Int) -> Int {
    let first = rows[start]
    guard first.kind != .event, !first.isEvidence else { return start + 1 }
    let isOfProbes = first.kind == .probe
    var end = start + 1
    while end < rows.count, rows[end].kind != .event, (rows[end].kind == .probe) == isOfProbes, !rows[end].isEvidence {
      let isPaced = rows[end].kind == .probe || rows[end].kind == .again
      if !isPaced, rows[end].time.since(rows[end - 1].time) >= silence { break }
      end += 1
    }
    return end
  }

  private static func append(_ row: LadderRow, after previous: LadderRow?, to lines: inout [LadderLine]) {
    // Back-off shows in the times themselves.
    if let previous, row.kind != .again, row.kind != .echo {
      let pause = row.time.since(previous.time)
      if pause >= silence { lines.append(.silence(pause)) }
    }
    lines.append(.row(row))
  }

  /// `… 412 segments, 596,776 bytes of the server, all acknowledged; among them 3 retransmissions`
  /// - Parameter isOpen: what is not acknowledged may yet be.
  func text(_ facts: Facts, isOpen: Bool = false) -> String {
    if let probes = counts[.probe] {
      return "… \(Wording.count(probes, "probe or answer", "probes and answers")) more, over \(Wording.span(span))"
    }
    let words: [(LadderRow.Kind, String, String)] = [
      (.again, hasReset ? "repetition" : "retransmission", hasReset ? "repetitions" : "retransmissions"),
      (.late, "segment out of order", "segments out of order"), (.echo, "repeated ACK", "repeated ACKs"),
    ]
    let others = words.compactMap { kind, one, many in counts[kind].map { Wording.count($0, one, many) } }
    if counts[.stream] == nil { return "… \(Wording.list(others)) more, over \(Wording.span(span))" }
    return "… \(Wording.count(segments, "segment"))" + carried(facts, isOpen)
      + (others.isEmpty ? "" : "; among them ") + others.joined(separator: ", ")
  }

  /// `, 596,776 bytes of the server, all acknowledged`
  private func carried(_ facts: Facts, _ isOpen: Bool) -> String {
    guard clientBytes + serverBytes > 0 else { return "" }
    let missing =
      unacked(clientBytes, clientEnd, facts.client) + unacked(serverBytes, serverEnd, facts.server)
    let sent = [("client", clientBytes), ("server", serverBytes)].filter { $0.1 > 0 }
    let text = sent.map { "\(Wording.count($0.1, "byte")) of the \($0.0)" }.joined(separator: " and ")
    switch missing {
    case 0: return ", \(text), all acknowledged"
    case clientBytes + serverBytes: return ", \(text), none acknowledged\(isOpen ? " so far" : "")"
    default: return ", \(text), \(Wording.number(missing)) \(Wording.unacknowledged(isOpen))"
    }
  }

  private func unacked(_ bytes: UInt64, _ end: Int64, _ own: SideFacts) -> UInt64 {
    bytes == 0 || end <= own.sndUna ? 0 : min(bytes, UInt64(end - own.sndUna))
  }
}
