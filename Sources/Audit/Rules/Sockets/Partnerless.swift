internal import Flow
internal import Wire

extension Rule {
  /// Two witnesses: the wire, on which one end left, and the kernel of this host, which holds the other end as if nothing had happened.
  static let partnerless = Rule(
    id: "partnerless", section: .sockets, severity: .error, when: [.reset, .unanswered],
    title: "a socket of this host is open, and the wire shows that its peer has none any more"
  ) { facts, surroundings, thresholds in
    for side in Side.allCases {
      guard let socket = surroundings.sockets[side],
        let departure = Departure(of: side.other, facts, surroundings, thresholds),
        departure.leavesOpen(socket, thresholds),
        // Where both ends are on this host and both have their sockets, nobody has left: the RST was somebody else's.
        !departure.isReset || surroundings.sockets[side.other] == nil
      else { continue }
      let since = socket.seen.since(departure.first.time)
      return Finding(
        rule: "partnerless", severity: .error, confidence: departure.confidence,
        // What was seen here on the wire may still have been dropped before the socket: by this host's own firewall.
        suspects: [.path, side.party],
        summary:
          "the \(side.other.name) \(departure.words), and \(duration(since)) later the \(side.name)'s socket is "
          + "still \(socket.state.name)",
        evidence: (departure.evidence + [
          Evidence(
            Moment(time: socket.seen, packet: .none), side,
            "this host's kernel holds the socket: \(socket.state.name)" + (socket.holder.map { ", \($0.text)" } ?? ""))
        ]).sorted { $0.moment.time < $1.moment.time },
        facts: [
          NamedFact("left_by", departure.isReset ? "rst" : "fin"), NamedFact("socket_state", socket.state.name),
          NamedFact("open_for", duration: since),
          NamedFact("unheard_for", duration: socket.heard.map { max(0, socket.seen.since($0)) }),
        ],
        mend:
          "look for what drops the \(side.other.name)'s \(departure.isReset ? "RST" : "FIN") on its way into this host (nft list "
          + "ruleset, a firewall before it); keepalive on the socket (SO_KEEPALIVE, TCP_KEEPIDLE) lets its kernel find out"
      )
    }
    return nil
  }
}

/// What on the wire says that one end of a connection is gone, though the other may not know.
private struct Departure {
  let isReset: Bool
  /// When it left.
  let first: Moment
  let evidence: [Evidence]
  let confidence: Confidence
  /// `closed, and its FIN was never acknowledged`
  let words: String

  init?(of side: Side, _ facts: Facts, _ surroundings: Surroundings, _ thresholds: Thresholds) {
    // A FIN that is repeated in vain, and a RST that nobody heeds, are findings of their own: this is what they mean at this host.
    for (rule, words) in [
      (Rule.finUnacked, "closed, and its FIN was never acknowledged"), (.resetNotHeard, "reset the connection"),
    ] {
      guard let finding = rule.check?(facts, surroundings, thresholds), finding.severity == .error,
        let first = finding.evidence.first, first.side == side
      else { continue }
      isReset = rule.id == Rule.resetNotHeard.id
      self.first = first.moment
      evidence = finding.evidence
      confidence = finding.confidence
      self.words = words
      return
    }
    // A RST that its kernel should have taken, by a peer that is silent since; none that somebody else may have sent.
    guard let abort = Abort(facts, surroundings, thresholds), abort.side == side, abort.forgery.confidence == nil,
      !abort.forgery.isOfUnknownOrigin
    else { return nil }
    isReset = true
    first = abort.reset.moment
    evidence = [Evidence(first, side, abort.what)]
    confidence = facts.confidence(
      facts[side].resets.map { $0.count > 1 } == true ? .certain : .likely, from: first.time,
      to: facts[side].resets?.last.time ?? first.time, losing: [side.other], surroundings)
    words = "reset the connection"
  }

  /// The kernel had time to take it in, and the socket is as open as before.
  func leavesOpen(_ socket: HostSocket, _ thresholds: Thresholds) -> Bool {
    // Of a FIN it has had several chances by then; one that has had it is no longer ESTABLISHED, and only its ACKs get lost.
    guard isReset else {
      return socket.state == .established && socket.seen.since(first.time) >= thresholds.silentSpan
    }
    guard socket.seen.since(first.time) >= thresholds.settledSocket else { return false }
    switch socket.state {
    case .established, .closeWait, .finWait2: break
    default: return false
    }
    // Who was heard after it is there: the RST was refused, and rightly.
    return socket.heard.map { $0.since(first.time) <= thresholds.heardWith } ?? false
  }
}
