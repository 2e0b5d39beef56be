internal import Flow
internal import Wire

extension Rule {
  static let idleKilled = Rule(
    id: "idle-killed", section: .silence, severity: .error, when: [.unanswered, .abort],
    title: "the first packet after a long idle time gets no proper answer: a middlebox forgot the connection"
  ) { facts, surroundings, thresholds in
    if let silence = Silence.ofData(facts, surroundings, thresholds)
      ?? Silence.ofKeepalives(facts, surroundings, thresholds),
      facts.isTooLong(silence.run.idleBefore, thresholds), !facts.standsAt(silence.silent),
      // Who was never heard may have been gone before the idle time, or before the capture.
      facts[silence.silent].packets > 0
    {
      return silence.killedByIdleness
    }
    guard let (side, reset) = facts.abort, facts.isTooLong(facts.idle(before: reset, of: side), thresholds),
      let forged = Rule.resetForged.check?(facts, surroundings, thresholds), forged.severity == .error
    else { return nil }
    return facts.killedByIdleness(side, reset, forged)
  }
}

extension Facts {
  /// Silence of both sides before what `side` answers with this RST, ns: before the first of several packets, where they
  /// were sent at once.
  func idle(before reset: Reset, of side: Side) -> Int64 {
    guard let run = self[side.other].unanswered, run.kind == .data, run.sent.first.precedes(reset.moment) else {
      return reset.idleBefore
    }
    return max(reset.idleBefore, run.idleBefore)
  }

  /// Long enough for a middlebox to forget, and longer than what this connection has lived through before.
  fileprivate func isTooLong(_ idle: Int64, _ thresholds: Thresholds) -> Bool {
    let lived = max(client.survivedIdle, server.survivedIdle)
    return idle >= thresholds.idle && idle - idle / thresholds.keepaliveJitter > lived
  }

  fileprivate func timeoutFacts(_ idle: Int64) -> [NamedFact] {
    let lived = max(client.survivedIdle, server.survivedIdle)
    return [
      NamedFact("idle", duration: idle), NamedFact("survived_idle", duration: lived > 0 ? lived : nil),
      NamedFact("products", IdleTimeout.between(lived, idle).map { "\($0.product): \($0.seconds) s" }),
    ]
  }

  fileprivate func timeoutMend(_ idle: Int64) -> String {
    let lived = max(client.survivedIdle, server.survivedIdle)
    let candidates = IdleTimeout.between(lived, idle).prefix(3).map { "\($0.product) (\($0.seconds) s)" }
    let least = lived >= 1_000_000_000 ? lived : idle / 2
    return
      "Send keepalives more often than every \(Audit.duration(least)) (SO_KEEPALIVE with TCP_KEEPIDLE), or close idle "
      + "connections sooner"
      + (candidates.isEmpty ? "." : ". Default timeouts that fit: \(candidates.joined(separator: ", ")).")
  }

  fileprivate func killedByIdleness(_ side: Side, _ reset: Reset, _ forged: Finding) -> Finding {
    let idle = idle(before: reset, of: side)
    var evidence = forged.evidence
    // The RST itself may have ended the silence: then nothing has provoked it.
    let isAnswer = reset.delay < idle
    if let provoked = reset.provoked, !evidence.contains(where: { $0.moment == provoked }) {
      let what = isAnswer ? "first packet after" : "last packet before"
      evidence.append(
        Evidence(provoked, side.other, "the \(what) \(Audit.duration(idle)) of silence on both sides"))
    }
    // What was recorded behind the RST that answers it counts, too.
    let lost = max(
      reset.peerSent - min(reset.peerSent, reset.peerAcked + reset.peerSacked),
      Int64(clamping: self[side.other].lostBytes))
    return Finding(
      rule: "idle-killed", severity: .error, confidence: forged.confidence, suspects: [.path],
      summary:
        "after \(Audit.duration(idle)) of idleness a device in the path \(isAnswer ? "answers with" : "sends a") RST in the "
        + "\(side.name)'s name",
      bytesLost: lost > 0 ? UInt64(lost) : nil, bytesLostExact: reset.peerFin,
      evidence: evidence.sorted { $0.moment.precedes($1.moment) },
      facts: timeoutFacts(idle) + forged.facts.filter { $0.name != "idle" } + [NamedFact("lost_unacked", lost)],
      mend: timeoutMend(idle))
  }
}

extension Silence {
  fileprivate var killedByIdleness: Finding {
    let isProbe = run.kind == .keepalive
    let base =
      isProbe
      ? confidence(run.sent.count >= thresholds.keepaliveProbes + 2 ? .certain : .likely)
      : confidence(least: thresholds.dataTransmissions, span: thresholds.silentSpan)
    return Finding(
      // The host may have died while nobody spoke: from here that looks the same. And a client's goes to sleep, or away.
      rule: "idle-killed", severity: .error, confidence: min(base, .likely),
      suspects: silent == .client ? [.path, .client] : [.path],
      summary: (silent == .client ? "forgotten or gone" : "forgotten")
        + " after \(duration(run.idleBefore)) of idleness: \(repetition), no answer of the \(silent.name)"
        + (lostBytes > 0 && !isProbe
          ? "; \(bytes(lostBytes)) never acknowledged" : ""),
      bytesLost: isProbe ? nil : lostBytes, bytesLostExact: facts[speaker].fin != nil, evidence: evidence,
      facts: facts.timeoutFacts(run.idleBefore) + namedFacts.filter { $0.name != "idle" },
      mend: facts.timeoutMend(run.idleBefore) + " " + proof)
  }
}
