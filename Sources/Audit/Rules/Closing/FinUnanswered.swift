internal import Flow
internal import Wire

extension Rule {
  /// The peer's kernel took the FIN, its application does nothing: CLOSE-WAIT there, FIN-WAIT-2 here.
  static let finUnanswered = Rule(
    id: "fin-unanswered", section: .closing, severity: .warning, when: .fin,
    title: "a FIN that the peer acknowledges and never answers by its own: CLOSE-WAIT there"
  ) { facts, surroundings, thresholds in
    for side in Side.allCases {
      let peer = facts[side.other]
      // A RST of who is to answer, whatever became of it, says that there is no socket that waits: its own close is not in the
      // capture.
      if let resets = peer.resets, let fin = facts[side].fin, fin.sent.first.precedes(resets.last) { continue }
      // Who closed may have given up; if the other one did, that was its answer.
      let gaveUp = facts.abort.flatMap { $0.side == side && $0.reset.ownFinAcked ? $0.reset.moment : nil }
      guard gaveUp != nil || facts.abort == nil else { continue }
      guard let fin = facts[side].fin, let acked = fin.acked, peer.fin == nil, peer.packets > 0, peer.lostBytes == 0,
        peer.unanswered == nil, facts[side].unanswered == nil
      else { continue }
      // Its answer has to wait for room, and its FIN goes out behind it.
      if facts.isStalled(side) { continue }
      // It is there, wherever its numbers stand.
      if peer.finPackets > 0 { continue }
      // The last that the peer sent is not in the capture: its FIN may have been part of that.
      if peer.endsInHole { continue }
      // A socket that waits in CLOSE-WAIT challenges a SYN (RFC 5961 §4): who lets another connection begin had closed.
      if facts.endedBecause == .reused { continue }
      // Met midstream, and nothing of the peer but ACKs: its own FIN may have gone before the capture began.
      guard facts.handshake.syn != nil || facts.handshake.synAck != nil || peer.payloadBytes > 0 else { continue }
      let since = [acked, fin.lastAfter].compactMap { $0 }.max { $0.time < $1.time } ?? acked
      let end = gaveUp?.time ?? surroundings.captureEnd
      let silence = max(0, end.since(since.time))
      // The peer's kernel needs no more than that to deliver what its application has sent.
      let least = max(
        thresholds.linger, thresholds.overdueTimeouts * max(thresholds.leastTimeout, 2 * (facts.roundTrip ?? 0)))
      // Who has been silent for as long before, and then went on, may be about to.
      guard silence > least, silence / thresholds.survivedPauses > fin.longestPause, silence < thresholds.farthest,
        !surroundings.isBlind(from: since.time, to: end)
      else { continue }
      let answer = fin.lastAfter == nil ? "sends nothing" : "sends no more"
      // Its FIN and the ACK of that are two packets, and a gap of the capture holds both.
      let mayBeMissing = surroundings.lacksPackets(thresholds)
      // Elsewhere a firewall that forgot the half-closed connection shows the same: what its application did is not seen.
      let isSeen = facts.standsAt(side.other)
      return Finding(
        rule: "fin-unanswered", severity: .warning,
        confidence: facts.confidence(
          silence > 4 * least ? .certain : .likely, from: since.time, to: end, surroundings
        ).lowered(by: mayBeMissing ? 1 : 0),
        suspects: isSeen ? [side.other.party] : [side.other.party, .path],
        summary:
          "\(side.name) closed; the \(side.other.name)'s kernel acknowledged it, and for \(duration(silence)) "
          + (isSeen ? "its application neither sends nor closes" : "nothing more comes from there, no FIN either")
          + (gaveUp == nil ? "" : "; then the \(side.name) gave up by RST"),
        evidence: [
          Evidence(
            fin.sent.first, side,
            fin.inferred ? "FIN (not captured; acknowledged here)" : "FIN after \(bytes(fin.offset))"),
          Evidence(acked, side.other, "acknowledges the FIN"),
        ] + (fin.lastAfter.map { [Evidence($0, side.other, "its last data; \(answer)")] } ?? [])
          + (gaveUp.map { [Evidence($0, side, "RST: it gives up")] } ?? []),
        facts: [
          NamedFact("silence", duration: silence),
          NamedFact("waited", duration: max(0, end.since(fin.sent.first.time))),
          NamedFact("sent_after_fin", max(0, peer.dataEnd - fin.peerSent)),
        ],
        mend:
          "the \(side.other.name)'s application must close() when it reads end of file; ss -tnp state close-wait on its"
          + " host shows the process" + (isSeen ? "" : ", and so whether the path ate its answer"))
    }
    return nil
  }
}
