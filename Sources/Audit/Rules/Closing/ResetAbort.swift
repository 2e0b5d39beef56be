internal import Flow
internal import Wire

extension Rule {
  /// An established connection that ends by RST: nothing is known to be lost, but the peer sees an error, not an end.
  static let resetAbort = Rule(
    id: "reset-abort", section: .closing, severity: .warning, .note,
    title: "an established connection is ended by RST instead of FIN by a live socket"
  ) { abort, facts, _, thresholds in
    guard abort.forgery.confidence == nil, !abort.wasShot, !abort.isOfNoSocket, !abort.endsSilence,
      // Bare ones and nothing else of the connection: a kernel without that socket answered what is not in the capture.
      !(abort.reset.isBare && abort.own.packets == abort.own.rstPackets && abort.theirs.packets == 0)
    else {
      return nil
    }
    // A live socket that closes with input unread, once it has shut down its sending half: whoever has not read the answer yet
    // meets an error in its place, though every byte was acknowledged. After a pause it was read, and a connection that idles is thrown away.
    let isBehindFIN =
      abort.reset.ownFin && !abort.reset.ownFinAcked && abort.reset.looksLive && !abort.reset.peerFin
      && abort.side == .server && abort.unansweredData == nil
      && abort.reset.ownLastData.map {
        abort.reset.moment.time.since((abort.own.lastProgress ?? $0).time) < thresholds.readAnswer
      } == true
    guard !abort.reset.ownFin || isBehindFIN else { return nil }
    return LiveAbort(abort: abort, isBehindFIN: isBehindFIN)
  }
}

private struct LiveAbort: Claim {
  let abort: Abort
  /// Its sender had closed, and nobody had acknowledged that.
  let isBehindFIN: Bool

  func finding(_ facts: Facts, _ surroundings: Surroundings) -> Finding {
    let side = abort.side
    let reset = abort.reset
    let inFlight =
      max(0, reset.ownSent - reset.ownAcked - reset.ownSacked)
      + (abort.acknowledgesOld ? 0 : max(0, reset.peerSent - reset.peerAcked - reset.peerSacked))
    // Of what was not captured and not acknowledged nobody knows.
    let arrived = Side.allCases.allSatisfy { side in
      let own = facts[side]
      return own.holes.total == own.holes.total(below: own.sndUna)
    }
    let isUnseen = abort.theirs.packets == 0
    let gap = reset.isBehindGap
    let quiet = inFlight == 0 || isUnseen || gap
    let state =
      isUnseen
      ? "its peer was not captured"
      : gap
        ? "\(bytes(reset.offset - reset.ownSent)) before it are not in the capture"
        : inFlight == 0
          ? "nothing was in flight"
          : "\(bytes(inFlight)) \(inFlight == 1 ? "was" : "were") in flight\(arrived ? " and arrived" : "")"
    let after =
      isBehindFIN
      ? " behind its FIN, which nobody had acknowledged"
      : reset.peerFin ? " after the \(abort.peer.name)'s FIN" : gap ? "" : " instead of FIN"
    return Finding(
      rule: "reset-abort", severity: quiet && !isBehindFIN ? .note : .warning,
      confidence: facts.confidence(
        gap ? .possible : .likely, from: reset.moment.time, to: reset.moment.time, losing: [side], surroundings),
      suspects: abort.suspects,
      summary: "\(side.name) ended the connection by RST\(after); \(state)",
      evidence: [Evidence(reset.moment, side, "\(reset.flags.contains(.ack) ? "RST+ACK" : "RST"), \(state)")],
      facts: [
        NamedFact("in_flight", gap ? nil : inFlight), NamedFact("idle", duration: reset.idleBefore),
        NamedFact("echoes", abort.echoes),
        NamedFact("after_peer_fin", reset.peerFin), NamedFact("bare", reset.isBare),
      ],
      mend: isBehindFIN
        ? "the \(side.name)'s application must read until end of file before close(): its kernel resets where input is left"
        : "harmless if meant (SO_LINGER 0, a killed process, a proxy that cleans up); else close() without SO_LINGER 0")
  }
}
