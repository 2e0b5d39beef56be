internal import Flow
internal import Wire

extension Rule {
  static let acceptOverflow = Rule(
    id: "accept-overflow", section: .silence, severity: .warning, when: .synAckRepeated,
    title: "the handshake is complete for the client and never for the server: its accept queue is full"
  ) { facts, surroundings, thresholds in
    guard let synAck = facts.server.syn, let ack = facts.handshake.ack,
      // An ACK before any SYN-ACK is of another life, unless the two were recorded in the wrong order.
      synAck.first.precedes(ack) || synAck.first.time.since(ack.time) < thresholds.overtaken,
      synAck.count >= 2, ack.precedes(synAck.last),
      // The server says nothing but its SYN-ACK, and has acknowledged nothing but the SYN.
      facts.server.packets == facts.server.synPackets + facts.server.rstPackets, facts.client.sndUna <= 0,
      surroundings.recorded(after: ack) >= facts.overdue(thresholds)
    else { return nil }
    let sent = facts.client.unanswered.flatMap { $0.kind == .data || $0.kind == .fin ? $0 : nil }
    guard var strength = facts.strengthOfOverflow(synAck, sent, thresholds) else { return nil }
    // Elsewhere a path that carries nothing of the client but its SYNs shows the same.
    if !facts.standsAt(.server) { strength = min(strength, .likely) }
    var evidence = [
      Evidence(ack, .client, "ACK: the connection is established for the client"),
      Evidence(synAck.last, .server, "SYN-ACK, the \(ordinal(synAck.count)) time, as if there had been no ACK"),
    ]
    if let sent {
      evidence.append(
        Evidence(sent.sent.last, .client, "\(sent.what), the \(ordinal(sent.sent.count)) time, never acknowledged"))
    }
    let waiting = sent.map { "; \($0.what) sent \(count($0.sent.count, "time")) and not acknowledged" } ?? ""
    return Finding(
      rule: "accept-overflow", severity: .warning,
      confidence: facts.confidence(
        strength, from: ack.time, to: synAck.last.time, losing: [.server], surroundings),
      suspects: facts.standsAt(.server) ? [.server] : [.server, .path],
      summary: "the server goes on with its SYN-ACK (\(commas(synAck.count)) times) after the client's ACK\(waiting)",
      bytesLost: facts.client.unackedBytes > 0 ? facts.client.unackedBytes : nil,
      bytesLostExact: facts.client.fin != nil, evidence: evidence.sorted { $0.moment.precedes($1.moment) },
      facts: [
        NamedFact("syn_acks", Int64(synAck.count)), NamedFact("span", duration: synAck.span),
        NamedFact("transmissions", Int64(sent?.sent.count ?? 0)),
        NamedFact("lost_unacked", Int64(clamping: facts.client.unackedBytes)),
      ],
      mend:
        "On the server: ss -ltn shows Recv-Q above Send-Q, nstat counts ListenOverflows. Its application accepts too "
        + "slowly, or the backlog of listen() and net.core.somaxconn are too small. If neither, the client's packets "
        + "are lost on their way: capture at the server's side.")
  }
}

extension Facts {
  /// nil where it is not enough. A lost ACK heals with the next packet of the client; TCP_DEFER_ACCEPT waits for data,
  /// so without data it takes more, and proves less.
  fileprivate func strengthOfOverflow(_ synAck: Burst, _ sent: Unanswered?, _ thresholds: Thresholds) -> Confidence? {
    let repeated = synAck.count >= thresholds.synAckTransmissions
    guard let sent else {
      let answers = client.packets - client.synPackets
      return repeated && answers >= 2 ? .possible : nil
    }
    let unheard = sent.sent.count
    if repeated, unheard >= thresholds.dataTransmissions { return .certain }
    return repeated && unheard >= 2 || sent.isBackingOff(thresholds) ? .likely : nil
  }
}
