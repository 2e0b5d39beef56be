internal import Flow
internal import Wire

extension Rule {
  /// What was under way when the RST came ends within a round trip; whoever still talks seconds later has not heard it.
  static let resetNotHeard = Rule(
    id: "reset-not-heard", section: .closing, severity: .error, when: .reset,
    title: "a RST was sent and the peer goes on as if nothing had happened"
  ) { facts, surroundings, thresholds in
    guard facts.abort == nil, facts.wasEstablished else { return nil }
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
        mend:
          "a capture at the \(peer.name)'s side would show whether the RST arrives; look for a firewall that drops RSTs;"
          + " keepalive on the \(peer.name)'s socket ends such connections")
    }
    return nil
  }
}
