internal import Flow
internal import Wire

extension Rule {
  /// What was under way when the RST came ends within a round trip; whoever still talks seconds later has not heard it.
  static let resetNotHeard = Rule(
    id: "reset-not-heard", section: .closing, severity: .error, when: .reset,
    title: "a RST was sent and the peer goes on as if nothing had happened"
  ) { facts, surroundings, thresholds in
    guard facts.wasEstablished else { return nil }
    if facts.abort == nil, let finding = Afterlife(facts, thresholds)?.finding(surroundings) { return finding }
    for side in Side.allCases {
      if let reset = UnheardReset(of: side, facts, surroundings, thresholds) {
        return reset.finding(facts, surroundings)
      }
    }
    return nil
  }
}

/// A RST whose receiver repeats itself to somebody who is no longer there.
struct UnheardReset {
  /// Whose it was.
  let side: Side
  let reset: Reset
  /// How many there were, the answers to what was repeated included.
  let count: UInt32
  /// What its receiver said since, a RST of its own aside.
  let after: Burst
  /// A device may have spoken in its name, to nobody: then its peer's silence has another reason.
  let hasAnotherTTL: Bool
  /// By that one: it gave up in the end.
  let giveUp: Reset?

  /// nil where there is none, or none that was deaf for long enough; and where anything but its receiver ended the connection.
  init?(of side: Side, _ facts: borrowing Facts, _ surroundings: borrowing Surroundings, _ thresholds: Thresholds) {
    // By a pattern: what is compared with nil is copied for it.
    guard facts[side].$resets, case .some = facts[side.other].unanswered, let resets = facts[side].resets,
      resets.peerMovedOn, resets.ownAfter == nil, let after = resets.peerAfter,
      resets.first.verdict == .unknown, !resets.first.isAfterClose, !resets.first.isMalformed,
      // It repeats itself to nobody: what had been sent by then may take its time, and clocks may leap.
      after.last.time.since(resets.first.moment.time) >= thresholds.silentSpan,
      let run = facts[side.other].unanswered, run.sent.count > 1, resets.first.moment.precedes(run.sent.last)
    else { return nil }
    if let abort = facts.abort {
      guard abort.side == side.other, run.sent.last.precedes(abort.reset.moment) else { return nil }
    }
    let forgery = Forgery(of: resets.first, from: side, facts, surroundings, thresholds)
    guard forgery.confidence == nil else { return nil }
    hasAnotherTTL = forgery.hasAnotherTTL
    self.side = side
    reset = resets.first
    count = resets.count
    self.after = after
    giveUp = facts.abort?.reset
  }

  private var peer: Side { side.other }
  private var deafFor: Int64 { after.last.time.since(reset.moment.time) }

  /// The RST itself.
  var sight: Evidence {
    let kind = reset.flags.contains(.ack) ? "RST+ACK" : "RST"
    return Evidence(
      reset.moment, side, hasAnotherTTL ? "\(kind), with a TTL of \(reset.ttl), unlike its other packets" : kind)
  }

  func finding(_ facts: Facts, _ surroundings: Surroundings) -> Finding {
    let lost = facts[peer].lostBytes
    return Finding(
      rule: "reset-not-heard", severity: .error,
      confidence: facts.confidence(
        after.count > 1 && !hasAnotherTTL ? .certain : .likely, from: reset.moment.time, to: after.last.time,
        losing: [side], surroundings),
      // Captured beside its receiver it has come all the way: then its own firewall may have dropped it.
      suspects: facts.standsAt(peer) ? [.path, peer.party] : [.path],
      summary:
        "\(side.name) reset the connection, and the \(peer.name) goes on for \(duration(deafFor)) as if nothing had"
        + " happened\(giveUp == nil ? "" : ", until it gives up"): the RST never arrived",
      bytesLost: lost > 0 ? lost : nil, bytesLostExact: facts[peer].fin != nil,
      evidence: [
        sight, Evidence(after.first, peer, "goes on"),
        Evidence(
          after.last, peer,
          "still does, \(duration(deafFor)) later (\(Audit.count(after.count, "packet")) since)"),
      ] + (giveUp.map { [Evidence($0.moment, peer, "RST: it gives up")] } ?? []),
      facts: [
        NamedFact("resets", Int64(count)), NamedFact("packets_after", Int64(after.count)),
        NamedFact("deaf_for", duration: deafFor),
      ],
      mend: mend(peer))
  }
}

extension Facts {
  /// It is gone, and says so to each repetition of its peer, who does not hear it: that is no silence. A live socket that hung up on what it
  /// received is another thing, whether its peer heard it or not.
  func answersWithoutSocket(_ side: Side, _ surroundings: Surroundings, _ thresholds: Thresholds) -> Bool {
    UnheardReset(of: side, self, surroundings, thresholds).map { $0.reset.isBare } ?? false
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
