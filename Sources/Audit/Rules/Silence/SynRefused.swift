internal import Flow
internal import Wire

extension Rule {
  static let synRefused = Rule(
    id: "syn-refused", section: .silence, severity: .note, when: .abort,
    title: "SYN answered by RST"
  ) { facts, surroundings, thresholds in
    // Only a RST that acknowledges the SYN refuses it (RFC 9293 §3.10.7.3); `state` and verdict say so.
    guard facts.state == .refused, let syn = facts.client.syn, let (side, reset) = facts.abort, side == .server else {
      return nil
    }
    let forged = Rule.resetForged.check?(facts, surroundings, thresholds).map { $0.severity == .error } ?? false
    let refusals = facts.server.resets?.count ?? 1
    return Finding(
      rule: "syn-refused", severity: .note, confidence: forged ? .likely : .certain,
      suspects: forged ? [.path] : [.server],
      summary: "refused: \(count(syn.count, "SYN")), answered by RST"
        + (forged
          ? " of a device in the path"
          : "; nobody listens on port \(facts.serverEndpoint.port), or a firewall refuses in the server's name"),
      evidence: [Evidence(syn.first, .client, "SYN"), Evidence(reset.moment, .server, "RST")],
      facts: [
        NamedFact("transmissions", Int64(syn.count)), NamedFact("refusals", Int64(refusals)),
        NamedFact("after", duration: reset.moment.time.since(syn.first.time)),
      ],
      mend: forged
        ? "See reset-forged: a firewall that rejects with RST speaks in the server's name."
        : "See whether the service runs and on which address it listens (ss -ltn on the server); if it does,"
          + " look for a firewall rule that rejects with a reset.")
  }
}
