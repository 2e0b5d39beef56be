internal import Flow
internal import Wire

extension Rule {
  /// close() with unread data sends RST instead of FIN (RFC 1122 §4.2.2.13, RFC 2525 §2.17). The wire shows that the data
  /// arrived and were not answered; that nobody read them is the likeliest reason for a RST there.
  static let resetUnread = Rule(
    id: "reset-unread", section: .closing, severity: .error, .note,
    title: "a side resets instead of FIN while it holds data that it has not read"
  ) { abort, facts, surroundings, thresholds in
    guard abort.reset.flags.contains(.ack), !abort.reset.ownFin,
      // Its answer, or its FIN, may be what the capture lost.
      !abort.reset.isBehindGap, abort.forgery.confidence == nil, !abort.endsSilence
    else { return nil }
    let unread = abort.windowShortBy
    let isProved = unread >= thresholds.unreadBytes
    // Told the end, and with all of it acknowledged before: nothing speaks for a client that has not read it.
    if abort.side == .client, abort.reset.peerFin, !isProved, abort.peerUnread == 0 { return nil }
    // Its buffer was full to the end, and it said so again, later than of what was under way: the word that it is open again may be what the
    // capture lost.
    let isStalled = facts.isStalled(abort.side)
    let isFull =
      isStalled
      && abort.own.stall.map { $0.last.time.since($0.since.time) > max(thresholds.overtaken, facts.roundTrip ?? 0) }
        == true
    guard let data = abort.unansweredData ?? (isProved || isFull ? abort.peerLastData : nil) else { return nil }
    let isRecent = abort.isRecent(data, thresholds)
    // A client that has read its answer resets an idle connection; so does a server to which one only talks.
    let waits =
      abort.side == .server && !facts.isOneWay(to: abort, until: data, thresholds)
      // Behind whole segments more was to come, and did not: it may have read all that did, and waited for the rest.
      && !facts.endsWhole(abort.peer)
      && abort.reset.moment.time.since(data.time) < thresholds.idle
    guard isRecent || isProved || waits || isFull else { return nil }
    // The wire shows unread data by a window that has shrunk, or by the RST's own ACK number; else it is the habit of the
    // sender's stack that speaks for them, where that is known.
    let habit = Stack.resetsOnUnread(abort.own)
    if habit == false, !isProved, abort.peerUnread == 0 { return nil }
    let isFarewell = abort.isToldGoodbye(thresholds)
    return UnreadData(
      abort: abort, data: data, isRecent: isRecent, bytes: isProved ? unread : nil, isFarewell: isFarewell,
      stall: isStalled ? abort.own.stall : nil, isHabit: habit == true)
  }
}

extension Facts {
  /// Over all that time the peer sent, and had no answer: as to a log it is sent to somebody who only listens. Met later, it sent more than
  /// once.
  fileprivate func isOneWay(to abort: Abort, until data: Moment, _ thresholds: Thresholds) -> Bool {
    let met = isMetLater && abort.theirs.lastNewOffset > 0 ? abort.theirs.first : nil
    guard abort.reset.ownSent == 0, let opened = handshake.ack ?? met else { return false }
    return abort.peerUnread == 0 && data.time.since(opened.time) > thresholds.midStream
  }
}

private struct UnreadData: Claim {
  let abort: Abort
  /// The peer's last new data.
  let data: Moment
  let isRecent: Bool
  /// In the buffer, as the window tells.
  let bytes: Int64?
  /// What is unread is no more than a goodbye.
  let isFarewell: Bool
  /// Its window was zero to the end. (The RST's own is open again: its kernel has thrown away by then what lay there.)
  let stall: Stall?
  /// Its stack is known to reset then.
  let isHabit: Bool

  private var side: Side { abort.side }
  private var isStalled: Bool { stall != nil }
  /// 0 where the data are recorded behind the RST that acknowledges them.
  private var waited: Int64 { data.precedes(abort.reset.moment) ? abort.reset.moment.time.since(data.time) : 0 }

  /// A client that leaves just when an answer comes, or has been told goodbye, is its own affair; one that lets an answer lie
  /// for long and resets is not.
  private var severity: Severity {
    if isFarewell { return .note }
    return side == .client && (isRecent || bytes == nil || abort.reset.peerFin) ? .note : .error
  }

  private var summary: String {
    let peer = abort.peer.name
    let what: String
    if let bytes {
      what = "with about \(Audit.bytes(bytes)) unread, by its window"
    } else if abort.peerUnread > 0 {
      what = "with \(Audit.bytes(abort.peerUnread)) that only its RST acknowledges, probably unread"
    } else if isStalled {
      what = "with its window full of data unread"
    } else {
      what = "probably with data unread"
    }
    let arrival =
      data.precedes(abort.reset.moment) ? "had arrived \(duration(waited)) before" : "are recorded behind it"
    return "\(side.name) reset instead of FIN, \(what): the \(peer)'s last data \(arrival)"
      + (abort.unansweredData != nil && side == .server ? " and were never answered" : "")
  }

  func finding(_ facts: Facts, _ surroundings: Surroundings) -> Finding {
    Finding(
      rule: "reset-unread", severity: severity,
      confidence: facts.confidence(
        !abort.forgery.isOfUnknownOrigin
          && (bytes != nil || abort.peerUnread > 0 || isStalled || (isRecent && isHabit)) ? .likely : .possible,
        from: data.time, to: abort.reset.moment.time, losing: [side], surroundings),
      suspects: abort.suspects, summary: summary,
      evidence: ([
        Evidence(data, abort.peer, "the last data that the \(side.name) received")
      ] + (stall.map { [Evidence($0.last, side, "its window is zero")] } ?? [])).sorted {
        $0.moment.precedes($1.moment)
      } + [
        Evidence(
          abort.reset.moment, side,
          abort.peerUnread > 0
            ? "RST+ACK instead of FIN; the first to acknowledge \(Audit.bytes(abort.peerUnread))"
            : "RST+ACK instead of FIN")
      ],
      facts: [
        NamedFact("waited", duration: waited), NamedFact("answered", abort.unansweredData == nil),
        NamedFact("window_short_by", bytes), NamedFact("acknowledged_by_reset", abort.acknowledgesAll),
        NamedFact("arrived_unread", abort.peerUnread),
        NamedFact("echoes", abort.echoes), NamedFact("idle", duration: abort.reset.idleBefore),
      ],
      mend:
        "the \(side.name)'s application must read until end of file before close(), or shut down its sending half and"
        + " drain; nstat TcpExtTCPAbortOnClose on its host counts such closes")
  }
}
