internal import Audit
internal import Flow
internal import Wire

/// Says what one segment is, beside what was read of the two streams so far. A light second look beside the tracker's:
/// where the facts know better (RSTs, copies, scales), they are asked.
struct SegmentReader {
  let facts: Facts
  /// What came before the first segment is forgotten.
  var isCut = false
  /// A number alone does not say which packet it is.
  var severalInputs = true

  func sender(of segment: Segment) -> Side {
    let client = facts.clientEndpoint
    return segment.sourcePort == client.port && segment.source == client.address ? .client : .server
  }

  func read(
    _ segment: Segment, _ sender: inout LadderSide, _ receiver: inout LadderSide, _ row: inout LadderRow
  ) {
    let own = facts[row.side]
    if segment.flags.contains(.unknown) {
      row.meaning = "its header is not in the capture"
      row.kind = .event
      return
    }
    let start = sender.offset(of: segment.sequence, moves: !segment.flags.contains(.rst))
    let isSYN = segment.flags.contains(.syn)
    // A SYN stands one before the first byte.
    row.sequence = start.map { $0 + 1 }
    if own.duplicatePackets > 0, sender.recent.isCopy(segment, peer: &receiver.recent) {
      row.kind = .echo
      row.meaning = "the same packet, captured again"
      return
    }
    let previousWindow = sender.lastWindow
    let acked = acknowledge(segment, &receiver, &row)
    sender.lastWindow = row.window
    if segment.flags.contains(.rst) { return reset(segment, &sender, &receiver, &row) }
    let probe = receiver.probe
    receiver.probe = nil
    if isSYN { return open(segment, &sender, &row) }
    guard let start else {
      row.meaning = "not of this stream"
      row.kind = .event
      return
    }
    if segment.payloadLength <= 1, !segment.flags.contains(.fin), isProbe(start, sender, receiver) {
      row.kind = .probe
      let isWindowProbe = receiver.lastWindow?.bytes == 0
      row.meaning = isWindowProbe ? "window probe" : "keepalive"
      sender.probe = isWindowProbe ? "probe" : "keepalive"
      return
    }
    if segment.flags.contains(.fin) { return close(segment, start, &sender, receiver, &row) }
    if segment.payloadLength > 0 { data(segment, start, &sender, &row) }
    note(acked, answering: probe, previousWindow: previousWindow, segment, &sender, &row)
  }

  private enum Acked { case nothing, new, same, fin }

  private func acknowledge(
    _ segment: Segment, _ receiver: inout LadderSide, _ row: inout LadderRow
  ) -> Acked {
    guard segment.flags.contains(.ack), let offset = receiver.offset(of: segment.acknowledgment, moves: false)
    else { return .nothing }
    row.acknowledgment = offset + 1
    defer { receiver.acked = max(receiver.acked ?? offset, offset) }
    if let end = receiver.finEnd, offset >= end, !receiver.finWasAcked {
      receiver.finWasAcked = true
      return .fin
    }
    return offset > receiver.acked ?? -1 ? .new : .same
  }

  private func open(_ segment: Segment, _ sender: inout LadderSide, _ row: inout LadderRow) {
    row.kind = .event
    sender.synCount += 1
    let isAnswer = segment.flags.contains(.ack)
    if sender.synCount > 1 {
      row.meaning = "\(isAnswer ? "SYN-ACK" : "SYN") again, attempt \(sender.synCount)"
      return
    }
    let options = LadderReading.options(segment)
    row.meaning = (isAnswer ? "accepts" : "asks to connect") + options
    guard segment.payloadLength > 0 else { return }
    // Fast open (RFC 7413): the data begins at offset 0.
    row.meaning += "; brings \(Wording.count(row.length, "byte"))"
    row.newBytes = 0..<Int64(segment.payloadLength)
    sender.seen.insert(0..<Int64(segment.payloadLength))
  }

  private func close(
    _ segment: Segment, _ start: Int64, _ sender: inout LadderSide, _ receiver: LadderSide, _ row: inout LadderRow
  ) {
    row.kind = .event
    let end = start + Int64(segment.payloadLength)
    if end > start, !sender.seen.overlaps(start..<end) { row.newBytes = start..<end }
    sender.seen.insert(start..<max(start, end))
    sender.finEnd = end + 1
    sender.finCount += 1
    if sender.finCount > 1 {
      row.meaning = "FIN again, \(Numeral.ordinal(sender.finCount)) time"
    } else {
      row.meaning = "the \(row.side.name) sends no more" + (receiver.finCount > 0 ? " either" : "")
    }
    if receiver.finWasAcked, receiver.finCount > 0, sender.finCount == 1 { row.meaning += "; acknowledges the FIN" }
  }

  private func data(
    _ segment: Segment, _ start: Int64, _ sender: inout LadderSide, _ row: inout LadderRow
  ) {
    let range = start..<start + Int64(segment.payloadLength)
    defer { sender.seen.insert(range) }
    let known = sender.transmissions[start]
    sender.transmissions[start] = (known?.packet ?? segment.packet, (known?.count ?? 0) + 1)
    if sender.seen.contains(range) {
      row.kind = .again
      row.meaning = "retransmission"
      if let known {
        let other = severalInputs && known.packet.input != segment.packet.input
        row.meaning += other ? " of \(known.packet.input):\(known.packet.number)" : " of #\(known.packet.number)"
        if known.count > 1 { row.meaning += ", \(Numeral.ordinal(known.count + 1)) time" }
      }
      return
    }
    row.newBytes = range
    // With the SYN in the capture the stream is known to begin at 0.
    let next = sender.seen.isEmpty ? (facts[row.side].isn == nil ? start : 0) : sender.seen.end
    if sender.seen.overlaps(range) {
      row.kind = .again
      row.meaning = "retransmission, with new data"
    } else if start < next {
      row.kind = .late
      row.meaning = "out of order: fills a gap"
    } else if start > next, isCut, sender.seen.isEmpty {
      row.kind = .event
      row.meaning = "\(Wording.count(UInt64(start - next), "byte")) before it forgotten"
    } else if start > next {
      row.kind = .event
      row.meaning = "\(Wording.count(UInt64(start - next), "byte")) before it not seen yet"
    } else if sender.seen.isEmpty {
      row.kind = .event
      row.meaning = "first data of the \(row.side.name)"
    }
  }

  /// A byte or none right before what comes next, and all before is acknowledged.
  private func isProbe(_ start: Int64, _ sender: LadderSide, _ receiver: LadderSide) -> Bool {
    guard !sender.seen.isEmpty || sender.acked != nil, sender.finCount == 0 else { return false }
    let next = max(sender.seen.end, sender.acked ?? 0)
    return start == next - 1 && (sender.acked ?? 0) >= next
  }

  /// What an acknowledgment says beyond its number.
  private func note(
    _ acked: Acked, answering probe: String?, previousWindow: LadderWindow?, _ segment: Segment,
    _ sender: inout LadderSide,
    _ row: inout LadderRow
  ) {
    if acked == .fin {
      row.kind = .event
      append("acknowledges the FIN", &row)
    } else if row.side == .client, facts.handshake.ack?.packet == segment.packet {
      row.kind = .event
      append("handshake complete", &row)
    } else if segment.payloadLength == 0 {
      if sender.challenges, acked == .same {
        row.kind = .event
        row.meaning = "challenge ACK"
      } else if let probe {
        row.kind = .probe
        row.meaning = "answers the \(probe)"
      } else if acked == .same, previousWindow?.bytes != row.window?.bytes {
        // To and from zero has its own words.
        if previousWindow?.bytes != 0, row.window?.bytes != 0 { row.meaning = "window update" }
      } else if acked == .same {
        row.kind = .echo
        row.meaning = "the same ACK again"
      }
    }
    sender.challenges = false
    if segment.sackCount > 0, segment.payloadLength == 0 {
      // RFC 2883: a first block that is acknowledged already tells of a duplicate.
      let isDuplicate = segment.sack[0].end.distance(from: segment.acknowledgment) <= 0
      append(isDuplicate ? "got data twice (D-SACK)" : "has more beyond a gap (SACK)", &row)
    }
    if row.window?.bytes == 0, previousWindow?.bytes != 0 {
      row.kind = .event
      append("window 0: the \(row.side.name) takes no more", &row)
    } else if previousWindow?.bytes == 0, let window = row.window, window.bytes > 0 {
      row.kind = .event
      append("window open again", &row)
    }
  }

  private func append(_ text: String, _ row: inout LadderRow) {
    row.meaning += (row.meaning.isEmpty ? "" : "; ") + text
  }

  private func reset(
    _ segment: Segment, _ sender: inout LadderSide, _ receiver: inout LadderSide, _ row: inout LadderRow
  ) {
    row.kind = sender.aborted ? .again : .event
    row.window = segment.window == 0 ? nil : row.window
    let resets = facts[row.side].resets
    if let effective = resets?.effective, effective.moment.packet == segment.packet {
      sender.aborted = true
      if facts.state == .refused {
        row.meaning = "refuses the connection"
      } else {
        row.meaning = effective.isBare ? "ends the connection; a bare RST" : "ends the connection"
      }
    } else if sender.aborted {
      row.meaning = "RST again"
    } else if let first = resets?.first, first.moment.packet == segment.packet {
      switch first.verdict {
      case .challenged:
        row.meaning = "RST, challenged: changes nothing"
        receiver.challenges = true
      case .ignored: row.meaning = "RST out of the window: ignored"
      case .effective, .unknown: row.meaning = "RST; whether it was taken is not known"
      }
    } else {
      row.meaning = "RST again"
    }
  }
}
