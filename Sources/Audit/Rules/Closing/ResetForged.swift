internal import Flow
internal import Wire

extension Rule {
  /// Somebody between the ends sent a RST in one end's name.
  static let resetForged = Rule(
    id: "reset-forged", section: .closing, severity: .error, .warning, .note, when: .reset,
    title: "a RST that its claimed sender did not send"
  ) { facts, surroundings, thresholds in
    let aborter = facts.abort?.side
    for side in aborter == .server ? [Side.server, .client] : [.client, .server] {
      guard let resets = facts[side].resets else { continue }
      let ended = aborter == side ? resets.effective : nil
      for reset in resets.telling(ended)
      where !reset.isAfterClose && !reset.isDamaged && !facts.isOfSynSent(reset, side) {
        let forgery = Forgery(of: reset, from: side, facts, surroundings, thresholds)
        if facts.isOfEarlierAttempt(reset, forgery) { continue }
        let tookEffect = reset.moment == ended?.moment
        if let confidence = forgery.confidence {
          return finding(
            reset, side, forgery, confidence, tookEffect: tookEffect, facts, surroundings, thresholds)
        }
      }
    }
    return nil
  }

  private static func finding(
    _ reset: Reset, _ side: Side, _ forgery: Forgery, _ confidence: Confidence, tookEffect: Bool, _ facts: Facts,
    _ surroundings: Surroundings, _ thresholds: Thresholds
  ) -> Finding {
    // Out of the window it may as well be a late one of an earlier connection; another test may say otherwise.
    let outOfWindow =
      reset.verdict == .ignored
      && (forgery.failed.isOnly(.goesOn) || facts[side].isBeforeISN(reset) && forgery.failed.areOfNumbers)
    let mayBeOut = forgery.failed.isOnly(.goesOn) && facts.mayBeOutOfWindow(reset, side)
    let confidence = outOfWindow || mayBeOut ? min(confidence, .likely) : confidence
    let stale = outOfWindow && facts.tupleReused
    // Behind it its receiver knows of nothing any more: what that one still said was under way.
    let gone = tookEffect ? nil : facts.answerOfGone(side.other, behind: reset, of: side, thresholds)
    let effect: Effect =
      tookEffect || gone != nil
      ? .ended : facts.mayBeGone(side.other, behind: reset, of: side, thresholds) ? .unknown : .none
    let reasons = forgery.failed.list.map { reason($0, reset, side, facts) }
    let isAlone = facts.client.packets + facts.server.packets == facts.client.rstPackets + facts.server.rstPackets
    let what =
      isAlone
      ? "is all that was seen; it may not be the \(side.name)'s"
      : effect.words(facts[side].resets, of: side, to: facts[side.other])
        + "; the \(side.name) \(confidence == .possible ? "may not have sent" : "did not send") it"
    let stage = forgery.stage == "unknown" ? "" : ", \(forgery.stage),"
    var evidence = [Evidence(reset.moment, side, "RST in the \(side.name)'s name: " + reasons.joined(separator: "; "))]
    if let provoked = reset.provoked, reset.isDelayKnown, reset.delay < thresholds.answer {
      evidence.insert(Evidence(provoked, side.other, "the packet before it, \(duration(reset.delay)) earlier"), at: 0)
    }
    if forgery.failed.contains(.goesOn), let after = facts[side].ownPackets(after: reset) {
      evidence.append(Evidence(after.first, side, "goes on talking"))
    }
    if let gone {
      if let last = facts[side].resets?.last, last != reset.moment {
        evidence.append(Evidence(last, side, "the last such RST"))
      }
      evidence.append(Evidence(gone.moment, side.other, "bare RST: the \(side.other.name) has no such socket any more"))
    }
    return Finding(
      rule: "reset-forged", severity: isAlone || stale ? .note : effect == .ended ? .error : .warning,
      confidence: facts.confidence(
        confidence, from: reset.moment.time, to: reset.moment.time, losing: [side], surroundings),
      suspects: [.path],
      summary: "a RST in the \(side.name)'s name\(stage) \(what): "
        + reasons.joined(separator: "; "),
      evidence: evidence.sorted { $0.moment.precedes($1.moment) },
      facts: [
        NamedFact("stage", forgery.stage), NamedFact("tests_failed", forgery.failed.list.map(\.rawValue)),
        NamedFact("tests_passed", forgery.passed.list.map(\.rawValue)),
        NamedFact("took_effect", effect == .unknown && !isAlone ? .null : .bool(effect == .ended && !isAlone)),
        NamedFact("ttl", Int64(reset.ttl)), NamedFact("sender_ttl", facts[side].ttlRange.map { Int64($0.lowerBound) }),
        NamedFact("delay", duration: reset.isDelayKnown ? reset.delay : nil),
        NamedFact("round_trip", duration: side == .server ? facts.serverLeg : facts.clientLeg),
        NamedFact("idle", duration: reset.idleBefore),
      ],
      mend:
        "look for a firewall, load balancer or intrusion prevention between the ends; a capture at the \(side.name) that"
        + " lacks this RST would prove it")
  }

  private static func reason(_ test: Forgery.Test, _ reset: Reset, _ side: Side, _ facts: Facts) -> String {
    switch test {
    case .roundTrip:
      let leg = (side == .server ? facts.serverLeg : facts.clientLeg) ?? 0
      return
        "it came \(duration(reset.delay)) after the packet it answers, and the \(side.name) is \(duration(leg)) away"
    case .ttl:
      guard let ttls = facts[side].ttlRange else {
        return "its TTL is \(reset.ttl), unlike that of the host's other connections"
      }
      let theirs = ttls.count == 1 ? "\(ttls.lowerBound)" : "\(ttls.lowerBound)…\(ttls.upperBound)"
      return "its TTL is \(reset.ttl), the \(side.name)'s is \(theirs)"
    case .mac: return "its link-layer address is not that of the \(side.name)'s other packets"
    case .sequence: return "its sequence number lies below what the \(side.name) had sent"
    case .goesOn: return "the \(side.name) goes on talking"
    case .anatomy: return "it has no timestamps, which the \(side.name)'s stack puts on its RSTs"
    }
  }
}

/// What it did to its receiver.
private enum Effect {
  case ended, none
  /// Its receiver is not heard any more, and nothing tells why.
  case unknown

  /// - Parameters:
  ///   - resets: all in the same name: of others than these, which the capture may lack, nothing is said.
  ///   - receiver: `side`'s peer.
  func words(_ resets: Resets?, of side: Side, to receiver: SideFacts) -> String {
    switch self {
    case .ended: return "ended the connection"
    case .unknown: return "may have ended the connection: the \(side.other.name) is not heard any more"
    case .none:
      if resets?.effective != nil { return "had no effect, a later one ended the connection" }
      guard let resets, resets.count > 1 else { return "had no effect" }
      // Who was heard behind the last of them was there.
      let isHeard = receiver.lastAlive.map { resets.last.precedes($0) } ?? false
      if !isHeard { return "had no effect, and what the last of \(commas(resets.count)) had the capture does not show" }
      return "had no effect, nor had \(resets.count == 2 ? "another" : "\(commas(resets.count - 1)) more")"
    }
  }
}

extension Facts {
  /// In SYN-SENT a kernel answers an ACK of something else by a RST with its number (RFC 9293 §3.10.7.3): so a host that
  /// was started anew answers each challenge of the connection that its peer still holds. It goes on with its SYN then.
  fileprivate func isOfSynSent(_ reset: Reset, _ side: Side) -> Bool {
    guard side == .client, reset.isBare, reset.verdict != .effective, reset.provoked != nil, handshake.syn != nil
    else { return false }
    return handshake.ack.map { reset.moment.precedes($0) } ?? true
  }

  /// The first of the RSTs by which who was told so answers whatever comes afterwards: it has no such socket any more, and died of nothing
  /// else. nil where it said anything later, or long after these.
  func answerOfGone(_ target: Side, behind reset: Reset, of side: Side, _ thresholds: Thresholds) -> Reset? {
    guard let told = self[side].resets, let answers = self[target].resets, let alive = self[target].lastAlive,
      !reset.ownFin, reset.verdict != .ignored || told.count > 1
    else { return nil }
    let answer = answers.first
    guard answer.isBare, answer.echoes, !answer.ownFin, answers.echoCount == answers.count, answers.ownAfter == nil,
      told.last.precedes(answer.moment), alive.precedes(answer.moment),
      alive.time.since(told.last.time) <= underWay(from: target, thresholds)
    else { return nil }
    return answer
  }

  /// Whatever an end had sent before it was told comes within the way to it and back, or a little later, ns.
  private func underWay(from end: Side, _ thresholds: Thresholds) -> Int64 {
    let leg = end == .server ? serverLeg : clientLeg
    return leg.map { 2 * $0 + thresholds.overtaken } ?? max(thresholds.answer, 2 * (roundTrip ?? 0))
  }

  /// Who was told so said nothing after that but what was under way, though the other one repeats itself: this RST, or one more that is not in
  /// the capture, may be why.
  fileprivate func mayBeGone(_ target: Side, behind reset: Reset, of side: Side, _ thresholds: Thresholds) -> Bool {
    guard let told = self[side].resets, let alive = self[target].lastAlive, self[target].fin == nil,
      !self[target].$resets, told.effective == nil, reset.verdict != .ignored || told.count > 1,
      let run = self[side].unanswered?.silentPart, run.kind == .data || run.kind == .fin, run.sent.count > 1
    else { return false }
    let heard = alive.time.since(told.last.time)
    return heard <= underWay(from: target, thresholds) && told.last.precedes(run.sent.last)
  }

  /// Of an attempt of the same 4-tuple that was given up: its answer came late, and was refused, while the next attempt was under way; or it
  /// was refused itself, by a kernel that had no socket then. Of this one nobody had said anything yet, and its receiver ignores the RST.
  fileprivate func isOfEarlierAttempt(_ reset: Reset, _ forgery: Forgery) -> Bool {
    tupleReused && reset.verdict == .ignored && reset.ownSent == 0 && reset.peerSent == 0
      && forgery.failed.list.allSatisfy { $0 == .goesOn || $0 == .anatomy }
  }

  /// Ahead of what was sent, by how much of a window whose scale was cut off nobody knows: by more than it is without one.
  fileprivate func mayBeOutOfWindow(_ reset: Reset, _ side: Side) -> Bool {
    reset.offset > reset.ownSent + (reset.ownFin ? 1 : 0) + Int64(self[side.other].lastWindow)
      && Side.allCases.contains { self[$0].windowScale == nil && self[$0].optionsCut }
  }
}

extension SideFacts {
  /// Its stream begins behind it.
  fileprivate func isBeforeISN(_ reset: Reset) -> Bool { isn != nil && reset.offset < -1 }
}

extension Resets {
  /// The one that ended the connection, and the first, where that is another.
  fileprivate func telling(_ ended: Reset?) -> [Reset] {
    guard let ended else { return [first] }
    var same = first
    same.verdict = ended.verdict
    return same == ended ? [ended] : [ended, first]
  }
}
