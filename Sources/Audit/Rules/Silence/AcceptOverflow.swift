internal import Flow
internal import Wire

extension Rule {
  static let acceptOverflow = Rule(
    id: "accept-overflow", section: .silence, severity: .warning, when: [.synAckRepeated, .abort],
    title: "the handshake is complete for the client and never for the server: its accept queue is full"
  ) { facts, surroundings, thresholds in
    if let finding = facts.refusalAfterHandshake(surroundings, thresholds) { return finding }
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
  /// The server answers the client's ACK, or the data behind it, as if it had no such socket, and has said nothing else since its SYN-ACK:
  /// with tcp_abort_on_overflow Linux does so where the accept queue is full (tcp_check_req), and where its listener has gone.
  fileprivate func refusalAfterHandshake(_ surroundings: Surroundings, _ thresholds: Thresholds) -> Finding? {
    guard handshake.synAck != nil, let ack = handshake.ack, let reset = server.resets?.effective,
      server.resets?.hasLive != true, reset.isBare,
      reset.echoes, reset.provoked != nil, server.packets == server.synPackets + server.rstPackets, client.sndUna <= 0,
      reset.moment.time.since(ack.time) < thresholds.settledHandshake, answersHandshake(reset, ack, thresholds),
      // Data that were sent behind the ACK meet no socket either; who reads them on their way resets once.
      reset.peerSent == 0 || (server.resets?.count ?? 0) > 1,
      Forgery(of: reset, from: .server, self, surroundings, thresholds).confidence == nil
    else { return nil }
    let lost = client.lostBytes
    return Finding(
      rule: "accept-overflow", severity: .warning,
      confidence: confidence(
        standsAt(.server) ? .likely : .possible, from: ack.time, to: reset.moment.time, losing: [.server], surroundings),
      suspects: [.server, .path],
      summary:
        "the server answers the end of the handshake by a bare RST: for the client the connection was established, the server"
        + " has none" + (lost > 0 ? "; \(bytes(Int64(clamping: lost))) of the client thrown away" : ""),
      bytesLost: lost > 0 ? lost : nil, bytesLostExact: client.fin != nil,
      evidence: [
        Evidence(ack, .client, "ACK: the connection is established for the client"),
        Evidence(reset.moment, .server, "bare RST, sequence number as acknowledged: no such socket"),
      ],
      facts: [
        NamedFact("syn_acks", Int64(clamping: server.synPackets)), NamedFact("answered_after", duration: reset.delay),
        NamedFact("lost_unacked", Int64(clamping: lost)),
      ],
      mend:
        "On the server: sysctl net.ipv4.tcp_abort_on_overflow, and nstat ListenOverflows: its accept queue was full. If neither, its"
        + " listener was being closed, or a load balancer sent the ACK to another host than the SYN.")
  }

  /// A full queue is told to the ACK itself, once the server has it. What comes later is said to the data, as a firewall does that reads
  /// them, and what comes much sooner is not from there.
  private func answersHandshake(_ reset: Reset, _ ack: Moment, _ thresholds: Thresholds) -> Bool {
    guard let serverLeg else { return true }
    let delay = reset.moment.time.since(ack.time)
    if serverLeg >= thresholds.tellingLeg, delay < serverLeg / thresholds.impossibleAnswer { return false }
    return delay <= max(thresholds.slowAnswer, thresholds.answerLegs * serverLeg)
  }

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
