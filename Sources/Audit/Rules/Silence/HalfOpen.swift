internal import Flow
internal import Wire

extension Rule {
  static let halfOpen = Rule(
    id: "half-open", section: .silence, severity: .error, when: .abort,
    title: "the peer answers that it has no such socket"
  ) { facts, surroundings, thresholds in
    guard !facts.isAfterlife else { return nil }
    for side in Side.allCases {
      guard let reset = facts.resetOfNoSocket(side, thresholds) else { continue }
      return facts.halfOpen(side, reset, surroundings, thresholds)
    }
    return nil
  }
}

extension Facts {
  /// The RST by which a kernel without that socket answers (RFC 9293 §3.5.1), where it ended the connection.
  func resetOfNoSocket(_ side: Side, _ thresholds: Thresholds) -> Reset? {
    guard let resets = self[side].resets, let reset = resets.effective, reset.isBare, !reset.ownFin,
      // An abort beside it is the cause, and this is its echo.
      !resets.hasLive
    else { return nil }
    if let syn = self[side].strangeSYN, syn.precedes(reset.moment) { return reset }
    // Alive a moment ago: no host starts anew so fast. Its own abort, or its FIN, was lost from the capture, and this is the echo.
    if let alive = self[side].lastAlive, reset.moment.time.since(alive.time) < thresholds.fresh { return nil }
    guard reset.echoes, reset.provoked != nil, reset.delay <= max(thresholds.answer, 2 * (roundTrip ?? 0)),
      isEstablished(for: side, before: reset, thresholds)
    else { return nil }
    return reset
  }

  /// `side` had that socket once: it has spoken in it, or the handshake is a while ago, or nobody saw the beginning. A RST
  /// right after the handshake is another matter: a full accept queue, or a proxy that was too quick.
  private func isEstablished(for side: Side, before reset: Reset, _ thresholds: Thresholds) -> Bool {
    guard let ack = handshake.ack else {
      return isMetLater && (!wasNeverHeard(side) || self[side.other].looksAlive)
    }
    if !wasNeverHeard(side) { return true }
    return reset.moment.time.since(ack.time) >= thresholds.settledHandshake
  }

  fileprivate func halfOpen(
    _ side: Side, _ reset: Reset, _ surroundings: Surroundings, _ thresholds: Thresholds
  ) -> Finding {
    let syn = self[side].strangeSYN
    let idle = idle(before: reset, of: side)
    // What was sent before, and what came into the void afterwards.
    let lost = max(
      reset.peerSent - min(reset.peerSent, reset.peerAcked + reset.peerSacked),
      Int64(clamping: self[side.other].lostBytes))
    var evidence: [Evidence] = []
    if let syn { evidence.append(Evidence(syn, side, "SYN of a host that knows nothing of this connection")) }
    if let provoked = reset.provoked {
      evidence.append(
        Evidence(
          provoked, side.other, syn == nil ? "a packet of the connection" : "challenge ACK: it is still open here"))
    }
    evidence.append(
      Evidence(reset.moment, side, "bare RST, sequence number as acknowledged: no such socket"))
    let best: Confidence = syn != nil ? .certain : .likely
    if let run = givenUp(by: side, before: reset, thresholds) {
      return halfOpenAfterSilence(side, reset, run, lost, evidence, surroundings)
    }
    return Finding(
      rule: "half-open", severity: .error,
      confidence: confidence(
        best, from: (reset.provoked ?? reset.moment).time, to: reset.moment.time, losing: [side], surroundings),
      suspects: [side.party, .path],
      summary: "the \(side.name) has no such connection any more: it answers with a bare RST"
        + (syn != nil ? ", and had begun another one" : "")
        + (idle >= thresholds.mentionedSilence ? ", after \(Audit.duration(idle)) of silence on both sides" : "")
        + (lost > 0 ? "; \(Loss.text(bytes(lost), isExact: reset.peerFin)) of the \(side.other.name) lost" : ""),
      bytesLost: lost > 0 ? UInt64(lost) : nil, bytesLostExact: reset.peerFin,
      evidence: evidence.sorted { $0.moment.precedes($1.moment) },
      facts: [
        NamedFact("without_socket", side.name), NamedFact("idle", duration: idle),
        NamedFact("answered_after", duration: reset.delay), NamedFact("new_syn", syn != nil),
        NamedFact("lost_unacked", lost),
      ],
      mend: syn == nil && mayLackClose(of: side, before: reset) ? mendOfLostClose(side) : mendOfRestart(side))
  }
}

extension Facts {
  /// It may have closed the idle connection, and its FIN, or a RST, did not come as far as the capture: it owed nothing.
  private func mayLackClose(of side: Side, before reset: Reset) -> Bool {
    !standsAt(side) && reset.ownAckKnown && reset.ownAcked >= reset.ownSent
  }

  private func mendOfRestart(_ side: Side) -> String {
    "See whether the \(side.name)'s host was restarted, or whether another host has its address (a failover, a "
      + "load balancer); a capture there shows who sends the RST. Keepalives find such a connection before data do."
  }

  private func mendOfLostClose(_ side: Side) -> String {
    "Its FIN or RST may have been lost on the way, if it closed the idle connection (a keep-alive timeout): then the"
      + " \(side.other.name) must give up idle connections sooner than that. Or the \(side.name)'s host was restarted, or another host"
      + " has its address (a failover, a load balancer). A capture there shows which."
  }

  /// What `side` had repeated without an answer until it gave up: that is why it has no socket any more.
  private func givenUp(by side: Side, before reset: Reset, _ thresholds: Thresholds) -> Unanswered? {
    guard let run = self[side].unanswered, run.kind == .data || run.kind == .fin,
      run.sent.count >= thresholds.dataTransmissions, run.sent.span >= thresholds.silentSpan,
      run.sent.last.precedes(reset.moment)
    else { return nil }
    return run
  }

  private func halfOpenAfterSilence(
    _ side: Side, _ reset: Reset, _ run: Unanswered, _ peersLost: Int64, _ evidence: [Evidence],
    _ surroundings: Surroundings
  ) -> Finding {
    let lost = UInt64(peersLost) + self[side].lostBytes
    let repeated = [
      Evidence(run.sent.first, side, "\(run.what), never acknowledged"),
      Evidence(run.sent.last, side, "the same, the \(ordinal(run.sent.count)) time"),
    ]
    return Finding(
      rule: "half-open", severity: .error,
      confidence: confidence(.likely, from: run.sent.first.time, to: reset.moment.time, losing: [side], surroundings),
      suspects: [.path, side.other.party],
      summary:
        "the \(side.name) has no such connection any more: it had sent \(run.what) \(count(run.sent.count, "time"))"
        + " over \(Audit.duration(run.sent.span)) without an answer, and given up"
        + (lost > 0 ? "; \(bytes(Int64(clamping: lost))) never acknowledged" : ""),
      bytesLost: lost > 0 ? lost : nil, bytesLostExact: false,
      evidence: (repeated + evidence).sorted { $0.moment.precedes($1.moment) },
      facts: [
        NamedFact("without_socket", side.name), NamedFact("answered_after", duration: reset.delay),
        NamedFact("transmissions", Int64(run.sent.count)), NamedFact("span", duration: run.sent.span),
        NamedFact("lost_unacked", Int64(clamping: lost)),
      ],
      mend:
        "What it repeated did not arrive, or the ACKs did not: capture at the \(side.other.name)'s side. Where small segments pass and"
        + " large ones never do, it is their size (big-packets-lost); a ping of that size with DF set tells.")
  }
}

extension SideFacts {
  /// As a socket of a connection does and a scanner does not, who sends a lone ACK to see what comes: it has data, or asks again.
  fileprivate var looksAlive: Bool { payloadBytes > 0 || packets - rstPackets > 1 }
}
