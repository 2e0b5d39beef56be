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

/// A long run of rows of one kind.
struct LadderFold {
  /// Shorter runs are shown whole.
  static var shortest: Int { 8 }
  /// Rows that stay at either end of a run.
  static var edge: Int { 2 }
  /// Shorter pauses are not worth a line, ns.
  static var silence: Int64 { 3_000_000_000 }

  var kind: LadderRow.Kind
  var segments: UInt64 = 0
  /// New bytes of the stream, by side, and the highest offset after them.
  var clientBytes: UInt64 = 0
  var serverBytes: UInt64 = 0
  var clientEnd: Int64 = 0
  var serverEnd: Int64 = 0
  var span: Int64 = 0

  init(_ rows: ArraySlice<LadderRow>) {
    kind = rows.first?.kind ?? .stream
    segments = UInt64(rows.count)
    if let first = rows.first, let last = rows.last { span = last.time.since(first.time) }
    for row in rows {
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

  /// The rows with long runs of one kind folded and long pauses told.
  static func fold(_ rows: [LadderRow]) -> [LadderLine] {
    var lines: [LadderLine] = []
    var start = 0
    while start < rows.count {
      let end = endOfRun(rows, from: start)
      if end - start < shortest {
        for place in start..<end { append(rows[place], after: place > 0 ? rows[place - 1] : nil, to: &lines) }
      } else {
        for place in start..<start + edge { append(rows[place], after: place > 0 ? rows[place - 1] : nil, to: &lines) }
        lines.append(.fold(LadderFold(rows[start + edge..<end - edge])))
        // Its own span tells of the pauses in a fold.
        lines.append(.row(rows[end - edge]))
        for place in end - edge + 1..<end { append(rows[place], after: rows[place - 1], to: &lines) }
      }
      start = end
    }
    return lines
  }

  /// Where the run that begins at `start` ends: rows of one kind that quote no finding; new data not over a pause.
  private static func endOfRun(_ rows: [LadderRow], from start: Int) -> Int {
    let first = rows[start]
    guard first.kind != .event, !first.isEvidence else { return start + 1 }
    var end = start + 1
    while end < rows.count, rows[end].kind == first.kind, !rows[end].isEvidence {
      if first.kind == .stream, rows[end].time.since(rows[end - 1].time) >= silence { break }
      end += 1
    }
    return end
  }

  private static func append(_ row: LadderRow, after previous: LadderRow?, to lines: inout [LadderLine]) {
    // Back-off shows in the times themselves.
    if let previous, row.kind != .again {
      let pause = row.time.since(previous.time)
      if pause >= silence { lines.append(.silence(pause)) }
    }
    lines.append(.row(row))
  }

  /// `… 412 segments, 596,776 bytes, all acknowledged`
  func text(_ facts: Facts) -> String {
    switch kind {
    case .again: return "… \(Wording.count(segments, "repetition")) more, over \(Wording.span(span))"
    case .probe:
      return "… \(Wording.count(segments, "probe or answer", "probes and answers")) more, over \(Wording.span(span))"
    case .stream, .event: break
    }
    let sent = [("client", clientBytes), ("server", serverBytes)].filter { $0.1 > 0 }
    var text = "… \(Wording.count(segments, "segment"))"
    if sent.count == 1 { text += ", \(Wording.count(sent[0].1, "byte")) of the \(sent[0].0)" }
    if sent.count == 2 {
      text += ", \(Wording.count(clientBytes, "byte")) of the client and \(Wording.number(serverBytes)) of the server"
    }
    guard !sent.isEmpty else { return text }
    let missing =
      unacked(clientBytes, clientEnd, facts.client) + unacked(serverBytes, serverEnd, facts.server)
    switch missing {
    case 0: return text + ", all acknowledged"
    case clientBytes + serverBytes: return text + ", none acknowledged"
    default: return text + ", \(Wording.number(missing)) never acknowledged"
    }
  }

  private func unacked(_ bytes: UInt64, _ end: Int64, _ own: SideFacts) -> UInt64 {
    bytes == 0 || end <= own.sndUna ? 0 : min(bytes, UInt64(end - own.sndUna))
  }
}
