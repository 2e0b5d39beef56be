internal import Flow

extension Rule {
  static let handshakeUnfinished = Rule(
    id: "handshake-unfinished", section: .silence, severity: .warning, when: .synAckRepeated,
    title: "SYN-ACK repeated, and the client's ACK never seen"
  ) { facts, surroundings, thresholds in
    guard let synAck = facts.server.syn, facts.handshake.synAck != nil, facts.handshake.ack == nil,
      !facts.handshake.simultaneousOpen, synAck.count >= thresholds.synAckTransmissions,
      // Nothing but SYNs on either side; a RST of the client is an answer (a scan, a health check).
      facts.client.packets == facts.client.synPackets,
      facts.server.packets == facts.server.synPackets + facts.server.rstPackets,
      surroundings.recorded(since: synAck, thresholds) >= thresholds.silentSpan,
      // Of one direction, which lacks the SYN too, nobody knows what the other one said.
      facts.client.packets > 0 || surroundings.bothDirectionsSeen
    else { return nil }
    let ample = synAck.count >= thresholds.synAckTransmissions + 2
    var confidence = facts.confidence(
      ample ? .certain : .likely, from: synAck.first.time, to: synAck.last.time, losing: [], surroundings)
    // Without the client's side in the capture its ACK may have gone unseen, and been ignored (accept-overflow).
    if facts.client.packets == 0 { confidence = min(confidence, .possible) }
    let asksAgain = facts.client.syn.map { synAck.first.precedes($0.last) } ?? false
    return Finding(
      rule: "handshake-unfinished", severity: .warning, confidence: confidence,
      suspects: facts.suspectsOfUnfinishedHandshake(asksAgain: asksAgain),
      summary: "\(count(synAck.count, "SYN-ACK")) over \(duration(synAck.span)), never acknowledged"
        + (asksAgain ? "; the client repeats its SYN: they do not reach it" : ""),
      evidence: (facts.client.syn.map { [Evidence($0.first, .client, "SYN")] } ?? []) + [
        Evidence(synAck.first, .server, "SYN-ACK"),
        Evidence(synAck.last, .server, "the same SYN-ACK, the \(ordinal(synAck.count)) time, and no ACK"),
      ],
      facts: [
        NamedFact("transmissions", Int64(synAck.count)), NamedFact("span", duration: synAck.span),
        NamedFact("last_gap", duration: synAck.lastGap), NamedFact("syn_packets", Int64(facts.client.synPackets)),
      ],
      mend: facts.standsAt(.client)
        ? "The SYN-ACKs arrive at the client, or next to it: look at its firewall, and whether it sent the SYN at all."
        : "Capture at the client's side: if the SYN-ACKs arrive there, the client ignores them (a scan, a forged SYN, "
          + "its firewall); if they do not, they are lost on their way, often by another route than the SYN took.")
  }
}

extension Facts {
  fileprivate func suspectsOfUnfinishedHandshake(asksAgain: Bool) -> [Party] {
    if standsAt(.client) { return asksAgain ? [.client, .path] : [.client] }
    // Who asks again meant it, and was not reached; its own firewall may be the reason.
    return asksAgain ? [.path, .client] : [.client, .path]
  }
}
