internal import Flow
internal import Wire

extension Rule {
  static let synUnanswered = Rule(
    id: "syn-unanswered", section: .silence, severity: .error, .note, when: [.loneSYN, .abort],
    title: "SYNs without an answer of any kind"
  ) { facts, surroundings, thresholds in
    if let finding = facts.answeredTooLate(surroundings, thresholds) { return finding }
    guard let syn = facts.unansweredSYNs, syn.count >= thresholds.synTransmissions, !syn.isProvoked(thresholds)
    else { return nil }
    let recorded = surroundings.recorded(since: syn, thresholds)
    guard recorded >= thresholds.synSpan else { return nil }
    let ample = syn.count >= thresholds.synTransmissions + 2 && syn.span >= 2 * thresholds.synSpan
    // That the SYN is repeated proves that no answer came; a capture of one direction can't show where one was lost, nor whether the last
    // was refused.
    guard ample || surroundings.bothDirectionsSeen else { return nil }
    let standsAtServer = facts.seesServer(surroundings)
    // Next to the server is not in it: who is named alone is so in all likelihood.
    let confidence = facts.confidence(
      ample && !standsAtServer ? .certain : .likely, from: syn.first.time, to: syn.last.time, losing: [], surroundings)
    return Finding(
      rule: "syn-unanswered", severity: .error, confidence: confidence,
      suspects: standsAtServer ? [.server] : [.path, .server],
      summary: "\(count(syn.count, "SYN")) over \(duration(syn.span)), no answer of any kind for \(duration(recorded))",
      evidence: [
        Evidence(syn.first, .client, "the first SYN"),
        Evidence(syn.last, .client, "the same SYN, the \(ordinal(syn.count)) time, and no answer"),
      ] + (facts.client.resets.map { [Evidence($0.first.moment, .client, "gives up by RST")] } ?? []),
      facts: [
        NamedFact("transmissions", Int64(syn.count)), NamedFact("span", duration: syn.span),
        NamedFact("last_gap", duration: syn.lastGap), NamedFact("recorded", duration: recorded),
      ],
      mend: standsAtServer
        ? "The SYNs arrive at the server, or next to it: look at its firewall, and at its listen queue (nstat: ListenDrops)."
        : "Capture at the server's side: if the SYNs arrive there, the server drops them, else the path does.")
  }
}

extension Facts {
  /// The SYN-ACK comes when the client has given up: its kernel knows no such socket any more.
  fileprivate func answeredTooLate(_ surroundings: Surroundings, _ thresholds: Thresholds) -> Finding? {
    guard let syn = client.syn, let synAck = handshake.synAck, handshake.ack == nil, !handshake.simultaneousOpen,
      syn.count >= thresholds.synTransmissions, synAck.time.since(syn.first.time) >= thresholds.synSpan,
      // A scanner resets each answer at once, also to its third SYN.
      synAck.time.since(syn.last.time) >= thresholds.leastTimeout,
      let reset = client.resets?.effective, reset.isBare, reset.echoes, synAck.precedes(reset.moment),
      client.packets == client.synPackets + client.rstPackets, server.packets == server.synPackets,
      Forgery(of: reset, from: .client, self, surroundings, thresholds).confidence == nil
    else { return nil }
    let standsAtServer = seesServer(surroundings)
    let delay = synAck.time.since(syn.first.time)
    return Finding(
      rule: "syn-unanswered", severity: .error,
      confidence: confidence(.likely, from: syn.first.time, to: reset.moment.time, losing: [], surroundings),
      suspects: standsAtServer ? [.server] : [.path, .server],
      summary: "\(count(syn.count, "SYN")) over \(TimeSpan.text(syn.span)), answered \(TimeSpan.text(delay)) after the"
        + " first, when the client had given up",
      evidence: [
        Evidence(syn.first, .client, "the first SYN"), Evidence(synAck, .server, "SYN-ACK"),
        Evidence(reset.moment, .client, "RST: no such socket any more"),
      ],
      facts: [
        NamedFact("transmissions", Int64(syn.count)), NamedFact("span", duration: syn.span),
        NamedFact("last_gap", duration: syn.lastGap),
        NamedFact("recorded", duration: delay),
      ],
      mend: standsAtServer
        ? "The SYNs arrive at the server, or next to it: look at its listen queue (nstat: ListenDrops) and its load."
        : "Capture at the server's side: if the SYNs arrive there at once, the server is late, else the path is.")
  }
}

extension Burst {
  /// Sooner than a timeout and without back-off: Windows tries again half a second after each RST, and the RSTs are not in the
  /// capture.
  fileprivate func isProvoked(_ thresholds: Thresholds) -> Bool {
    growing == 0 && span < Int64(count - 1) * (thresholds.leastTimeout - thresholds.leastTimeout / 10)
  }
}

extension Facts {
  /// The server was not heard in this connection; its packets in others tell that it is next to the capture.
  func seesServer(_ surroundings: Surroundings) -> Bool {
    if standsAt(.server) { return true }
    guard let ttl = surroundings.serverHostTTL, ttl.lowerBound == ttl.upperBound, Facts.isInitialTTL(ttl.lowerBound),
      let clientTTL = client.ttl
    else { return false }
    return !Facts.isInitialTTL(clientTTL)
  }
}
