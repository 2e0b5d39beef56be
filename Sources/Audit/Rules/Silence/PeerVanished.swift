internal import Flow

extension Rule {
  static let peerVanished = Rule(
    id: "peer-vanished", section: .silence, severity: .error, when: .unanswered,
    title: "data repeated with back-off, and nothing more from a peer that was alive before"
  ) { facts, surroundings, thresholds in
    guard let silence = Silence.ofData(facts, surroundings, thresholds), !facts.wasNeverHeard(silence.silent),
      !facts.repeatsSYNACK(silence.silent)
    else { return nil }
    let own = facts[silence.speaker]
    let lost = silence.lostBytes
    let closed = silence.run.kind == .windowProbe ? " with its window closed" : ""
    return Finding(
      rule: "peer-vanished", severity: .error,
      // Of a peer whose ACKs the capture never had, only their effect tells that they came, once.
      confidence: silence.confidence(least: thresholds.dataTransmissions, span: thresholds.silentSpan)
        .lowered(
          by: facts[silence.silent].packets == 0 || (silence.run.isBehindUnseenACK && own.sndUna <= 0) ? 1 : 0),
      suspects: silence.suspects,
      summary: "the \(silence.silent.name) fell silent\(closed): \(silence.repetition), no answer"
        // They may have arrived, and only the ACKs not.
        + (lost > 0 ? "; \(bytes(lost)) never acknowledged" : ""),
      bytesLost: lost, bytesLostExact: own.fin != nil, evidence: silence.evidence, facts: silence.namedFacts,
      mend: silence.proof + silence.sizeHint
    )
  }
}

extension Facts {
  /// The server goes on with its SYN-ACK: alive, and in a class of its own.
  func repeatsSYNACK(_ side: Side) -> Bool {
    guard side == .server, let ack = handshake.ack, let synAck = server.syn, synAck.count > 1 else { return false }
    return ack.precedes(synAck.last) && server.packets == server.synPackets + server.rstPackets
  }
}

extension Silence {
  /// Nothing that large ever arrived: it may be the size, but a dead peer looks the same.
  fileprivate var sizeHint: String {
    let own = facts[speaker]
    guard run.kind == .data, run.length >= thresholds.largeSegment, own.largestAcked < run.length else { return "" }
    return " No segment of that size was ever acknowledged (the largest: \(bytes(own.largestAcked))): see also "
      + "big-packets-lost; a ping of that size with DF set tells."
  }
}
