internal import Flow

extension Rule {
  /// A FIN that is repeated with back-off proves by itself that no ACK arrives: its sender would stop.
  static let finUnacked = Rule(
    id: "fin-unacked", section: .closing, severity: .error, .note, when: .unanswered,
    title: "a FIN that no packet of the peer ever acknowledges"
  ) { facts, surroundings, thresholds in
    guard !facts.isAfterlife else { return nil }
    for side in Side.allCases {
      let peer = facts[side.other]
      guard let fin = facts[side].fin, fin.acked == nil, !fin.inferred, let run = facts[side].unanswered,
        run.kind == .fin, !run.movedOn || run.peerPackets > 0, fin.sent.count >= thresholds.finTransmissions,
        fin.sent.span >= thresholds.silentSpan,
        // A RST that comes after them all, of the same side, only says that it gave up.
        facts.abort.map({ $0.side == side && !run.isAlive(thresholds) && fin.sent.last.precedes($0.reset.moment) })
          ?? true
      else { continue }
      // No longer than what counts at the end of a recording, and then the capture was blind.
      if fin.sent.span < facts.overdue(thresholds), surroundings.isBlind(from: fin.sent.last.time, to: fin.sent.nextDue)
      {
        continue
      }
      let alive = run.isAlive(thresholds)
      // The peer has closed as well and waits for nothing: a last ACK that does not arrive harms nobody.
      let harmless = peer.fin?.acked != nil || peer.lacksOneUnit
      let tries = count(fin.sent.count, "transmission")
      let silence =
        alive
        ? "though the \(side.other.name) goes on talking"
        : run.peerPackets > 0 ? "and the \(side.other.name) has fallen silent" : "and nothing else came back"
      return Finding(
        rule: "fin-unacked", severity: harmless ? .note : .error,
        confidence: facts.confidence(
          atMost(isProved: alive || fin.sent.growing > 0, mayHaveClosed: peer.endsInHole && !harmless, alive),
          from: fin.sent.first.time, to: fin.sent.nextDue, losing: [side], surroundings),
        // Its ACKs of other things arrive: the host lives, and the FIN does not reach it.
        suspects: alive ? [.path] : facts.suspects(forSilenceOf: side.other),
        summary: "\(side.name)'s FIN was never acknowledged in \(tries) over \(duration(fin.sent.span)), \(silence)",
        evidence: ([
          Evidence(fin.sent.first, side, "FIN after \(bytes(fin.offset))"),
          Evidence(fin.sent.last, side, "the same FIN, transmission \(fin.sent.count)"),
        ]
          + (run.lastPeer.map {
            [Evidence($0, side.other, alive ? "still does not acknowledge it" : "its last packet")]
          } ?? [])).sorted { $0.moment.precedes($1.moment) },
        facts: [
          NamedFact("transmissions", Int64(fin.sent.count)), NamedFact("span", duration: fin.sent.span),
          NamedFact("fin_unacked", true), NamedFact("peer_packets", Int64(run.peerPackets)),
        ],
        mend: harmless
          ? "nothing to mend: the \(side.other.name) had closed as well"
          : "look for a socket that is still ESTABLISHED on the \(side.other.name)'s host (ss -tn); a capture there, or"
            + " keepalive on that socket, would prove whether the FIN arrives")
    }
    return nil
  }
}

/// Where what the peer sent last is not in the capture, a FIN may have been part of that, and one that lives may yet answer.
private func atMost(isProved: Bool, mayHaveClosed: Bool, _ isAlive: Bool) -> Confidence {
  if mayHaveClosed { return isAlive ? .likely : .possible }
  return isProved ? .certain : .likely
}

extension SideFacts {
  /// Of its stream the last unit, and nothing else at its end: a FIN.
  fileprivate var lacksOneUnit: Bool { fin == nil && endsInHole && holes[holes.count - 1].length == 1 }
}

extension Unanswered {
  /// The peer was heard meanwhile, and has not fallen silent since.
  fileprivate func isAlive(_ thresholds: Thresholds) -> Bool {
    guard peerPackets > 0 else { return false }
    guard let part = silentPart else { return true }
    return part.sent.count < thresholds.finTransmissions || part.sent.span < thresholds.silentSpan
  }
}
