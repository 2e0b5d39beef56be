internal import Flow
internal import Wire

extension Rule {
  /// close() with unread data sends RST in place of FIN (RFC 1122 §4.2.2.13, RFC 2525 §2.17). The wire shows that the data
  /// arrived and were not answered; that nobody read them is the likeliest reason for a RST there.
  static let resetUnread = Rule(
    id: "reset-unread", section: .closing, severity: .error,
    title: "a side resets in place of FIN while it holds data that it has not read"
  ) { facts, surroundings, thresholds in
    guard let abort = Abort(facts, surroundings), abort.reset.flags.contains(.ack), !abort.reset.ownFin,
      abort.forgery.confidence == nil, let data = abort.unansweredData
    else { return nil }
    let side = abort.side
    let recent = abort.isRecent(data, thresholds)
    // A client that leaves an answer unread is its own affair, and one that has read it long ago resets an idle connection.
    guard recent || side == .server else { return nil }
    let isClient = side == .client
    let waited = abort.reset.moment.time.since(data.time)
    let request = "\(abort.peer.name)'s last data had arrived \(duration(waited)) before"
    let rest = isClient ? "the answer was not wanted" : "never answered"
    return Finding(
      rule: "reset-unread", severity: isClient || abort.isRoutine ? .note : .error,
      confidence: facts.confidence(
        recent ? .likely : .possible, from: data.time, to: abort.reset.moment.time, losing: [side], surroundings),
      suspects: [side.party],
      summary: "\(side.name) reset in place of FIN with data unread: the \(request), \(rest)",
      evidence: [
        Evidence(data, abort.peer, "the last data that the \(side.name) received"),
        Evidence(abort.reset.moment, side, "RST+ACK in place of FIN, nothing sent since"),
      ],
      facts: [
        NamedFact("unanswered_for", duration: waited), NamedFact("acknowledged_by_reset", abort.acknowledgesAll),
        NamedFact("echoes", abort.echoes), NamedFact("idle", duration: abort.reset.idleBefore),
      ],
      mend:
        "the \(side.name)'s application must read until end of file before close(), or shut down its sending half and"
        + " drain; nstat TcpExtTCPAbortOnClose on its host counts such closes")
  }
}
