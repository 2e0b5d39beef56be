public import Flow
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
    let forged = Rule.resetForged.check?(facts, surroundings, thresholds).flatMap { $0.severity == .error ? $0 : nil }
    return refused(
      syn.first, transmissions: syn.count, by: reset.moment, refusals: facts.server.resets?.count ?? 1,
      port: facts.serverEndpoint.port, forgery: forged?.confidence)
  }

  /// Whether a kernel or a firewall beside it says no is on no wire: likely, and no more.
  fileprivate static func refused(
    _ syn: Moment, transmissions: UInt32, by reset: Moment, refusals: UInt32, port: UInt16, forgery: Confidence?
  ) -> Finding {
    let forged = forgery != nil
    let syns = count(transmissions, "SYN")
    return Finding(
      rule: synRefused.id, severity: .note, confidence: min(forgery ?? .likely, .likely),
      suspects: forged ? [.path] : [.server],
      summary: forged
        ? "refused: \(syns), answered by RST of a device in the path"
        : "refused: \(syns), answered by RST; nobody listens on port \(port), or a firewall refuses in the server's name",
      evidence: [Evidence(syn, .client, "SYN"), Evidence(reset, .server, "RST")],
      facts: [
        NamedFact("transmissions", Int64(transmissions)), NamedFact("refusals", Int64(refusals)),
        NamedFact("after", duration: reset.time.since(syn.time)),
      ],
      mend: forged ? mendForged : mendRefused)
  }

  private static let mendForged = "See reset-forged: a firewall that rejects with RST speaks in the server's name."
  // Made once: of a port scan there are as many as ports.
  private static let mendRefused =
    "See whether the service runs and on which address it listens (ss -ltn on the server); if it does,"
    + " look for a firewall rule that rejects with a reset."
}

// A port scan is made of refusals: of one that is plain it is known without its facts what they amount to.
extension Refusal {
  /// Its facts give one finding, `Finding.refused`: nothing speaks against the RST's sender (`Forgery`: of a host that says
  /// nothing else, its TTL alone can), and nothing against the clock.
  /// - Parameter surroundings: `serverHostTTL` is this server's.
  public func isPlain(_ surroundings: Surroundings) -> Bool {
    guard surroundings.leaps.isEmpty else { return false }
    guard let steady = SideFacts.steadyTTL(surroundings.serverHostTTL) else { return true }
    return SideFacts.route(of: timeToLive, steady) == .longer
      || SideFacts.sharesHops(timeToLive, steady, mayBeAnother: true) != false
  }
}

extension Finding {
  /// What is said of a plain refusal: one SYN, one RST.
  public static func refused(_ syn: Moment, by reset: Moment, port: UInt16) -> Finding {
    Rule.refused(syn, transmissions: 1, by: reset, refusals: 1, port: port, forgery: nil)
  }
}
