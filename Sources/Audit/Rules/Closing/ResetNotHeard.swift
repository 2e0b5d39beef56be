internal import Flow
internal import Wire

extension Rule {
  /// What was under way when the RST came ends within a round trip; whoever still talks seconds later has not heard it.
  static let resetNotHeard = Rule(
    id: "reset-not-heard", section: .closing, severity: .error, when: .reset,
    title: "a RST was sent and the peer goes on as if nothing had happened"
  ) { facts, surroundings, thresholds in
    guard facts.abort == nil, facts.wasEstablished else { return nil }
    if let finding = Afterlife(facts, thresholds)?.finding(surroundings) { return finding }
    for side in Side.allCases {
      guard let resets = facts[side].resets, resets.peerMovedOn, resets.ownAfter == nil, let after = resets.peerAfter,
        resets.first.verdict == .unknown, !resets.first.isAfterClose, !resets.first.isMalformed
      else { continue }
      let told = resets.first
      let deafFor = after.last.time.since(told.moment.time)
      let peer = side.other
      // It repeats itself to nobody: what had been sent by then may take its time, and clocks may leap.
      guard deafFor >= thresholds.silentSpan, let run = facts[peer].unanswered, run.sent.count > 1,
        told.moment.precedes(run.sent.last)
      else { continue }
      return Finding(
        rule: "reset-not-heard", severity: .error,
        confidence: facts.confidence(
          after.count > 1 ? .certain : .likely, from: told.moment.time, to: after.last.time, losing: [side],
          surroundings),
        // Captured beside its receiver it has come all the way: then its own firewall may have dropped it.
        suspects: facts.standsAt(peer) ? [.path, peer.party] : [.path],
        summary:
          "\(side.name) reset the connection, and the \(peer.name) goes on for \(duration(deafFor)) as if nothing had"
          + " happened: the RST never arrived",
        evidence: [
          Evidence(told.moment, side, told.flags.contains(.ack) ? "RST+ACK" : "RST"),
          Evidence(after.first, peer, "goes on"),
          Evidence(after.last, peer, "still does, \(duration(deafFor)) later (\(count(after.count, "packet")) since)"),
        ],
        facts: [
          NamedFact("resets", Int64(resets.count)), NamedFact("packets_after", Int64(after.count)),
          NamedFact("deaf_for", duration: deafFor),
        ],
        mend: mend(peer))
    }
    return nil
  }
}

/// A connection that a RST had ended, and whose other end uses it again, long after: from a pool, say, that had it idle.
private struct Afterlife {
  let facts: Facts
  let reset: EarlierReset
  let first: Moment
  let run: Unanswered

  /// nil unless the RST's receiver repeats itself for long enough, and is not answered.
  init?(_ facts: Facts, _ thresholds: Thresholds) {
    guard let reset = facts.earlierReset, facts[reset.side].packets == 0, !facts.isMixed,
      let run = facts[reset.side.other].unanswered, run.sent.count > 1, !run.movedOn,
      let first = facts[reset.side.other].first, run.sent.last.time.since(first.time) >= thresholds.silentSpan
    else { return nil }
    self.facts = facts
    self.reset = reset
    self.first = first
    self.run = run
  }

  /// The resetter was heard and known in the connection before; its answers may be what the capture lost since.
  private func confidence(_ surroundings: Surroundings) -> Confidence {
    let mayLack = surroundings.hasDoubts(from: first.time, to: run.sent.last.time)
    return mayLack || !surroundings.bothDirectionsSeen ? .likely : .certain
  }

  func finding(_ surroundings: Surroundings) -> Finding {
    let peer = reset.side.other
    let pause = first.time.since(reset.moment.time)
    let count = facts[peer].packets
    return Finding(
      rule: "reset-not-heard", severity: .error,
      confidence: confidence(surroundings),
      // A client may have slept when it came.
      suspects: peer == .client || facts.standsAt(peer) ? [.path, peer.party] : [.path],
      summary:
        "\(reset.side.name) had reset the connection, and \(duration(pause)) later the \(peer.name) uses it as if"
        + " nothing had happened, and is not answered: the RST never arrived",
      evidence: [
        Evidence(reset.moment, reset.side, reset.isBare ? "RST" : "RST+ACK"),
        Evidence(first, peer, "goes on, \(duration(pause)) later"),
        Evidence(
          run.sent.last, peer, "\(run.what), the \(ordinal(run.sent.count)) time, and no answer"),
      ],
      facts: [
        NamedFact("reset_connection", Int64(clamping: reset.connection)),
        NamedFact("packets_after", Int64(clamping: count)),
        NamedFact("deaf_for", duration: run.sent.last.time.since(reset.moment.time)),
      ],
      mend: mend(peer))
  }
}

private func mend(_ deaf: Side) -> String {
  "a capture at the \(deaf.name)'s side would show whether the RST arrives; look for a firewall that drops RSTs;"
    + " keepalive on the \(deaf.name)'s socket ends such connections"
}
