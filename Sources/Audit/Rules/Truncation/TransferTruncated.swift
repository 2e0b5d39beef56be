internal import Flow
internal import Wire

extension Rule {
  /// A RST while data are under way, or right behind the last of them: the stream was cut in its middle.
  static let transferTruncated = Rule(
    id: "transfer-truncated", section: .truncation, severity: .error, .warning, .note,
    title: "data under way were lost when a RST ended the connection"
  ) { abort, facts, surroundings, thresholds in
    guard abort.theirs.packets > 0, !abort.endsSilence, !abort.reset.isBehindGap else { return nil }
    let own = Loss(
      of: abort.side, facts, reset: (abort.side, abort.reset), isForged: abort.forgery.confidence != nil,
      thresholds)
    let peers = Loss(of: abort.peer, facts, reset: (abort.side, abort.reset), unread: abort.peerUnread, thresholds)
    let cutItself = abort.wasSending(thresholds) || abort.closedUnsent
    // Whether a bare RST alone cut anything that was not sent yet nobody knows, unless it is somebody else's, or comes behind whole segments.
    let tellsOfMore =
      abort.forgery.confidence != nil || !abort.isEchoAlone || facts.endsWhole(abort.side)
      || abort.own.resets?.lowestEcho.map { $0 < abort.reset.ownSent } == true
    let lostAny = own.unacked > 0 || peers.unacked > 0 || (cutItself && tellsOfMore)
    guard lostAny, cutItself || !abort.isOfNoSocket else { return nil }
    let isShort = peers.unacked <= thresholds.goodbyeBytes
    let crossed = facts.crossedClose(abort, isShort: isShort, thresholds)
    return CutTransfer(
      abort: abort, own: own, peers: peers, cutItself: cutItself,
      mayHaveCrossed: abort.own.fin.map { $0.inferred && ($0.offset > 0 || $0.peerSent > 0) } == true
        && abort.reset.ownFin,
      crossed: crossed, isGoodbye: crossed && isShort && facts.answersServer(abort))
  }
}

private struct CutTransfer: Claim {
  let abort: Abort
  /// Of the side that reset, and of its peer.
  let own: Loss
  let peers: Loss
  let cutItself: Bool
  /// The resetting side had closed, and when is not in the capture: what it received may have crossed its FIN.
  let mayHaveCrossed: Bool
  /// When is in the capture, and what it received had crossed its FIN.
  let crossed: Bool
  /// What crossed is as short as a farewell, or as an answer to HTTP/2's PING; as in half-close-truncated, which tells of the same where
  /// the capture stands nearer to the server.
  let isGoodbye: Bool

  /// The side that reset lost none of its own: it hung up on what it received.
  private var hungUp: Bool { own.unacked == 0 && !cutItself }

  /// It hung up where something had not got through for long.
  private var impatience: Impatience? { hungUp && !isGoodbye ? abort.impatience : nil }

  /// Who hangs up while nobody answers may have a reason that lies elsewhere.
  private var suspects: [Party] {
    if let impatience { return abort.suspects(impatience) }
    // Neither could know of the other's: a request and the end of a connection that was idle.
    if hungUp, crossed, abort.forgery.confidence == nil { return [abort.side.party, abort.peer.party] }
    guard !hungUp, abort.forgery.confidence == nil else { return abort.suspects }
    if abort.wasUnanswered || abort.wasNeverLetIn { return [abort.side.party, .path, abort.peer.party] }
    return abort.isBehindLoss ? [abort.side.party, .path] : abort.suspects
  }

  private var severity: Severity {
    if hungUp && (peers.mayBeAlert || mayHaveCrossed) { return .note }
    if hungUp, isGoodbye, abort.forgery.confidence == nil { return .note }
    // All that it lost of its own, and of its peer's, is the word by which it closed.
    if own.mayBeAlert, peers.unacked == 0 || peers.mayBeAlert, abort.forgery.confidence == nil { return .note }
    guard hungUp, abort.forgery.confidence == nil, !abort.wasShot else { return .error }
    return isClientLeaving ? .note : .warning
  }

  /// A client that never asked gives up a banner: a probe does so. One that has closed gives up the farewell that crosses its FIN (to the
  /// QUIT of SMTP, FTP or POP3). More than one segment is neither.
  private var isClientLeaving: Bool {
    abort.side == .client && (abort.reset.ownSent == 0 || hasClosed) && peers.unacked <= Int64(abort.own.mss ?? 536)
  }

  /// The side that reset had sent its FIN: it closed in order, and met more.
  private var hasClosed: Bool {
    hungUp && abort.reset.ownFin && abort.forgery.confidence == nil
      && (abort.own.fin?.inferred != true || mayHaveCrossed)
  }

  private var summary: String {
    let side = abort.side.name
    let peer = abort.peer.name
    var parts: [String] = []
    if abort.closedUnsent { parts.append("what it had not sent yet is lost") }
    if own.unacked > 0 { parts.append("\(own.textOfBytes(isExact: isExact)) of the \(side) lost") }
    if peers.unacked > 0 { parts.append("\(peers.textOfBytes(isExact: isExact)) of the \(peer) lost") }
    if peers.unread > 0 {
      parts.append("\(bytes(peers.unread)) of the \(peer) arrived that only its RST acknowledges, read or not")
    }
    if own.unacked + peers.unacked == 0 {
      parts.append("all that was seen is acknowledged, what was not sent yet is lost")
    }
    return "\(event): " + parts.joined(separator: ", ")
  }

  /// Who ended it, and when.
  private var event: String {
    let side = abort.side.name
    let peer = abort.peer.name
    if abort.closedUnsent {
      return "\(side) closed in the middle of what it sent, and reset the connection at the \(peer)'s next data"
    }
    let who =
      abort.wasShot
      ? "a RST in the \(peer)'s name had ended the connection at the \(side)"
      : abort.forgery.confidence != nil
        ? "\(abort.what) ended the connection"
        : abort.isEchoAlone ? "a bare RST of the \(side) ended the connection" : "\(side) reset the connection"
    if let impatience { return "\(who) while it was receiving, when \(abort.circumstance(impatience))" }
    let when =
      hungUp && crossed
      ? "when data of the \(peer) had crossed its FIN"
      : hungUp
        ? (hasClosed ? "behind its FIN, while it was receiving" : "while it was receiving")
        : cutItself ? "in the middle of what the \(side) sent" : "with data under way"
    return "\(who) \(when)"
  }

  /// The peer sent more before it heard of it.
  private var isOvertaken: Bool { abort.theirs.dataEnd > abort.reset.peerSent }

  private var evidence: [Evidence] {
    var list: [Evidence] = []
    if let data = abort.reset.ownLastData, own.unacked > 0 || cutItself {
      list.append(Evidence(data, abort.side, "its last new data"))
    }
    if abort.wasShot, let told = abort.theirs.resets?.last {
      list.append(Evidence(told, abort.peer, "RST in the \(abort.peer.name)'s name"))
    }
    if let shut = abort.shutSince, abort.closedUnsent {
      list.append(Evidence(shut, abort.peer, "its window is zero: the rest has to wait"))
    }
    if let data = abort.peerLastData, peers.unacked > 0 {
      let what = abort.closedUnsent ? "new data, which a closed socket does not take" : "its last new data"
      list.append(Evidence(data, abort.peer, "\(what)\(isOvertaken ? " before the RST" : "")"))
    }
    if let impatience { list += abort.evidence(impatience) }
    let lost = own.unacked + peers.unacked
    list.append(
      Evidence(
        abort.reset.moment, abort.side,
        "\(abort.what), \(lost == 0 ? "no FIN" : "\(bytes(lost)) unacknowledged\(isOvertaken ? ", with what came behind it" : "")")"
          + (peers.unread > 0 ? ", \(commas(peers.unread)) more acknowledged by it alone" : "")))
    return list.sorted { $0.moment.precedes($1.moment) }
  }

  private var isExact: Bool {
    (own.unacked == 0 || own.isExact) && (peers.unacked == 0 || peers.isExact) && !cutItself && !own.queueDestroyed
  }

  func finding(_ facts: Facts, _ surroundings: Surroundings) -> Finding {
    let isOwn = (own.unacked >= peers.unacked || abort.closedUnsent) && !hungUp
    let (worse, other) = isOwn ? (own, peers) : (peers, own)
    let start = (abort.reset.ownLastData ?? abort.reset.moment).time
    let isSure =
      own.unacked + peers.unacked > 0 && impatience == nil && (hungUp || !abort.wasUnanswered)
      && abort.own.fin?.inferred != true
      && !lacksACKs
    // What a capture lacks that is known to lose packets it may lack here.
    let least: Confidence =
      isSure ? .certain : lacksACKs && surroundings.lacksPackets(abort.thresholds) ? .possible : .likely
    return Finding(
      rule: "transfer-truncated", severity: severity,
      confidence: facts.confidence(
        min(abort.surest, least), from: start, to: abort.reset.moment.time,
        surroundings),
      suspects: suspects, summary: summary, bytesLost: UInt64(own.unacked + peers.unacked),
      bytesLostExact: isExact,
      evidence: evidence,
      facts: [NamedFact("lost_by", worse.unacked == 0 || !hungUp ? abort.side.name : abort.peer.name)]
        + worse.facts(with: other) + [
          NamedFact("peer_lost_unacked", other.unacked),
          NamedFact("idle", duration: abort.reset.idleBefore), NamedFact("echoes", abort.echoes),
          NamedFact("crossed", hungUp && crossed),
        ],
      mend: mend)
  }

  /// Some of what nobody is seen to acknowledge may have been.
  private var lacksACKs: Bool {
    Side.allCases.contains { abort.facts.mayLackACKs(of: $0) && abort.facts[$0].lostBytes > 0 }
  }

  private var mend: String {
    let side = abort.side.name
    let peer = abort.peer.name
    if abort.forgery.confidence != nil {
      return "a capture at the \(side) that lacks this RST would prove that somebody between sent it"
    }
    if abort.wasShot {
      return "a capture at the \(peer) that lacks the RST in its name would prove that somebody between sent it"
    }
    if let impatience { return abort.mend(impatience) }
    if hungUp && crossed {
      if isGoodbye { return "nothing to mend where the \(peer) only said goodbye, or answered a PING" }
      return "a connection that may be closed at any time is used again: the \(peer) must close idle ones before the"
        + " \(side) does, or send once more what was not answered"
    }
    if abort.closedUnsent { return abort.mendOfClose }
    if abort.isEchoAlone { return abort.mendOfEcho }
    return hasClosed
      ? "harmless if the \(side) did not want it; else its application must read until end of file before close()"
      : "the \(side)'s application must close() without SO_LINGER 0 and with nothing unread; if it was killed"
        + " or gave up, its log says so"
  }
}

extension Facts {
  /// A server that had answered has closed, and what the client sent last before its FIN was seen came from the other direction at that
  /// time, as the way there took, or as the FIN tells that does not acknowledge it: neither knew of the other. At the server's own host
  /// nothing crosses.
  /// - Parameter isShort: no more than a farewell. More is a request where the server had nothing to say any more; who uploads has always
  ///   just sent something.
  fileprivate func crossedClose(_ abort: Abort, isShort: Bool, _ thresholds: Thresholds) -> Bool {
    guard abort.side == .server, abort.reset.ownFin, let fin = server.fin, !fin.inferred,
      let data = abort.reset.peerLastData, data.precedes(fin.sent.first), let answer = server.lastNewData,
      isShort || answer.precedes(data), !standsAt(.server)
    else { return false }
    let age = fin.sent.first.time.since(data.time)
    if rolesKnown, let leg = serverLeg, age <= leg { return true }
    // Not yet repeated: it may have been on its way for longer than any before it, in a queue.
    return fin.peerAcked <= client.lastNewOffset && age < thresholds.soonestRepetition
  }

  /// The client's last words came right behind some of the server's, as the answer to a PING does: by itself nobody says goodbye, but asks.
  fileprivate func answersServer(_ abort: Abort) -> Bool {
    guard let answer = server.lastNewData, let data = abort.reset.peerLastData else { return false }
    return !answer.precedes(data) || data.time.since(answer.time) <= (roundTrip ?? 0)
  }
}
