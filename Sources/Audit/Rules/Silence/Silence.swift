internal import Flow
internal import Wire

/// One side that repeats itself and another that does not answer: what the rules about a dead peer share.
///
/// The silence of the peer is proved by the side that is seen: it repeats the same thing and back off, and moves on with
/// nothing. That the capture has no packet of the peer proves nothing by itself.
///
/// A class: facts are large, and most connections have no such silence.
final class Silence {
  let facts: Facts
  let surroundings: Surroundings
  let thresholds: Thresholds
  /// Who repeats.
  let speaker: Side
  let run: Unanswered

  private init(_ facts: Facts, _ surroundings: Surroundings, _ thresholds: Thresholds, speaker: Side, _ run: Unanswered)
  {
    self.facts = facts
    self.surroundings = surroundings
    self.thresholds = thresholds
    self.speaker = speaker
    self.run = run
  }

  /// Who does not answer.
  var silent: Side { speaker.other }

  /// Data, or the probes of a closed window, repeated with back-off (RFC 6298 §5.5).
  static func ofData(_ facts: Facts, _ surroundings: Surroundings, _ thresholds: Thresholds) -> Silence? {
    earliest(facts, surroundings, thresholds) { run in
      (run.kind == .data || run.kind == .windowProbe) && run.isBackingOff(thresholds)
    }
  }

  /// Keepalive probes: no back-off, a fixed period (RFC 9293 §3.8.4).
  static func ofKeepalives(_ facts: Facts, _ surroundings: Surroundings, _ thresholds: Thresholds) -> Silence? {
    let silence = earliest(facts, surroundings, thresholds) { run in
      run.kind == .keepalive && run.sent.count >= thresholds.keepaliveProbes
        && run.sent.span / Int64(max(run.sent.count, 2) - 1) >= thresholds.keepaliveInterval
    }
    guard let silence, facts[silence.silent].packets > 0 || silence.isProvedByItself else { return nil }
    // Their answers are ACKs alone.
    return facts.lacksPureACKs ? nil : silence
  }

  /// Answered probes come as regularly, and so do their answers: of a connection of which one side only was seen, a train of them
  /// proves nothing. But if the capture has both directions wherever the peer speaks, and they are probes; or if their sender gives up
  /// when the next one is due.
  private var isProvedByItself: Bool {
    guard facts[silent].ackedBytes == 0 else { return false }
    return surroundings.isPairSeenWhole && !run.isAmbiguous || isGivenUp
  }

  /// How sure a train of probes can be. Of a peer that is not in the capture: what looks like its answers proves little, and an idle
  /// timeout may be a multiple of the interval.
  var surestOfProbes: Confidence {
    if facts[silent].packets > 0 { return .certain }
    return surroundings.isPairSeenWhole && !run.isAmbiguous ? .likely : .possible
  }

  /// A RST with ACK one interval after the last probe, at SND.NXT (RFC 9293 §3.8.4: the probes stand one below it).
  private var isGivenUp: Bool {
    guard let reset = facts[speaker].resets?.effective, reset.flags.contains(.ack),
      run.sent.last.precedes(reset.moment),
      reset.offset == facts[speaker].sndNxt + (run.isAmbiguous ? 1 : 0)
    else { return false }
    let delay = reset.moment.time.since(run.sent.last.time)
    // Times in a file may be anything, and their difference with them.
    guard delay >= 0, run.sent.lastGap >= 0 else { return false }
    return abs(delay - run.sent.lastGap) <= run.sent.lastGap / thresholds.keepaliveJitter
  }

  private static func earliest(
    _ facts: Facts, _ surroundings: Surroundings, _ thresholds: Thresholds, _ fits: (Unanswered) -> Bool
  ) -> Silence? {
    var found: Silence?
    for side in Side.allCases {
      guard let run = facts[side].unanswered?.silentPart, fits(run), !run.movedOn, !facts.mayBeHeard(side, run),
        !facts.mayProbe(side, run, surroundings),
        facts.isSilent(side.other, since: run, surroundings, thresholds),
        surroundings.recorded(since: run.sent, thresholds) >= facts.overdue(thresholds)
      else { continue }
      if let other = found, !run.sent.first.precedes(other.run.sent.first) { continue }
      found = Silence(facts, surroundings, thresholds, speaker: side, run)
    }
    return found
  }

  // MARK: What is said of it

  /// More than the least there was: two transmissions more, and twice the span.
  func confidence(least: UInt32, span: Int64) -> Confidence {
    let ample = run.sent.count >= least + 2 && run.sent.span >= 2 * span
    return confidence(ample ? .certain : .likely)
  }

  func confidence(_ best: Confidence) -> Confidence {
    let best = best.lowered(by: provokedReset == nil ? 0 : 1)
    // A byte that may be a probe, behind an ACK that is not in the capture: nor may others be.
    let mayProbe = run.isAmbiguous && run.isBehindUnseenACK && run.kind == .data
    return facts.confidence(
      strangeReset == nil && !mayProbe ? best : min(best, .likely), from: run.sent.first.time, to: run.sent.nextDue,
      losing: facts[silent].packets > 0 ? [silent] : [],
      surroundings)
  }

  /// A RST of the silent side that did not fit: it may have been its own all the same, and what was sent before it not have come this far.
  private var strangeReset: Reset? {
    guard facts[silent].$resets, let first = facts[silent].resets?.first else { return nil }
    // Where it lived on, that was nobody's end.
    let isFollowedByLife = facts[silent].lastAlive.map { first.moment.precedes($0) } ?? false
    return first.verdict == .challenged && !isFollowedByLife ? first : nil
  }

  /// A RST without ACK, with which the speaker has ended: a kernel without a socket answers so, and what it answers is not in the capture.
  private var provokedReset: Reset? {
    guard let reset = facts[speaker].resets?.effective, run.sent.last.precedes(reset.moment) else { return nil }
    return reset.flags.contains(.ack) ? nil : reset
  }

  /// Where the capture stands beside the silent side, its host is the likelier one; what is between them, a bridge or a
  /// firewall, is not cleared by that.
  var suspects: [Party] {
    facts.standsAt(silent) ? [silent.party, .path] : [.path, silent.party]
  }

  /// Bytes on the wire that never arrived, as far as the silent side has said.
  var lostBytes: UInt64 { facts[speaker].lostBytes }

  /// `1,448 bytes sent 6 times over 6.2 s`.
  var repetition: String {
    let over = "over \(duration(run.sent.span))"
    switch run.kind {
    case .keepalive: return "\(commas(run.sent.count)) keepalive probes \(over)"
    case .windowProbe: return "\(commas(run.sent.count)) window probes \(over)"
    default: return "\(bytes(run.length)) sent \(commas(run.sent.count)) times \(over)"
    }
  }

  /// The last sign of life, the first packet without an answer, its last repetition.
  var evidence: [Evidence] {
    var all: [Evidence] = []
    if let last = facts[silent].lastAlive {
      all.append(Evidence(last, silent, "the last packet of the \(silent.name)"))
    }
    if let strangeReset {
      all.append(Evidence(strangeReset.moment, silent, "a RST that does not fit its numbers: its receiver asks again"))
    }
    let what = run.what
    let idle =
      run.idleBefore >= thresholds.mentionedSilence
      ? ", after \(duration(run.idleBefore)) of silence on both sides" : ""
    let start = run.sinceHeard == nil ? "the first time\(idle)" : "sent again, and from here on no answer"
    all.append(Evidence(run.sent.first, speaker, "\(what), \(start)"))
    all.append(Evidence(run.sent.last, speaker, "the same, the \(ordinal(run.sent.count)) time, and no answer"))
    if let reset = facts[speaker].resets?.effective, run.sent.last.precedes(reset.moment) {
      let isProvoked = provokedReset != nil
      all.append(
        Evidence(
          reset.moment, speaker,
          isProvoked ? "RST without ACK: it has given up, and something not in the capture asks" : "RST: it gives up"))
    }
    return all.sorted { $0.moment.precedes($1.moment) }
  }

  var namedFacts: [NamedFact] {
    var all = [
      NamedFact("silent", silent.name), NamedFact("transmissions", Int64(run.sent.count)),
      NamedFact("span", duration: run.sent.span), NamedFact("last_gap", duration: run.sent.lastGap),
      NamedFact("idle", duration: run.idleBefore),
      NamedFact("silent_for", duration: surroundings.recorded(after: facts[silent].lastAlive ?? run.sent.first)),
    ]
    if run.kind != .keepalive { all += losses }
    return all
  }

  private var losses: [NamedFact] {
    let gaveUp = facts[speaker].resets?.effective.map { (side: speaker, reset: $0) }
    return Loss(of: speaker, facts, reset: gaveUp, thresholds).facts
  }

  /// What would tell the path from the host.
  var proof: String {
    facts.standsAt(silent)
      ? "The packets arrive at the \(silent.name), where the capture stands, and are not answered: look at its firewall, "
        + "its load and its socket table."
      : "Capture at the \(silent.name)'s side too: if these packets arrive there, its host is at fault, else the path."
  }
}

extension Unanswered {
  /// Enough transmissions, over enough time, and at least one gap that grew.
  func isBackingOff(_ thresholds: Thresholds) -> Bool {
    sent.count >= thresholds.dataTransmissions && sent.span >= thresholds.silentSpan && sent.growing >= 1
  }

  /// Of it what came since the peer was last heard, as a run of its own. nil where that is nothing, or where the peer had been heard
  /// meanwhile for longer than it has been silent since: it may be heard again.
  var silentPart: Unanswered? {
    guard let sinceHeard else { return peerPackets == 0 ? self : nil }
    guard sinceHeard.span >= sinceHeard.first.time.since(sent.first.time) else { return nil }
    var part = self
    part.sent = sinceHeard
    part.idleBefore = 0
    return part
  }

  /// One transmission, in the field's words.
  var what: String {
    switch kind {
    case .syn: "SYN"
    case .synAck: "SYN-ACK"
    case .data: bytes(length)
    case .fin: "FIN"
    case .keepalive: "keepalive probe"
    case .windowProbe: "window probe"
    }
  }
}

extension Facts {
  /// Whether nothing but silence came from `side` since the other one repeats `run`: no close, no RST of either.
  func isSilent(
    _ side: Side, since run: Unanswered, _ surroundings: Surroundings, _ thresholds: Thresholds
  ) -> Bool {
    guard state != .closed, !isAfterlife else { return false }
    // A RST is no silence: what it means is for the rules about RSTs.
    if self[side].$resets, let resets = self[side].resets {
      if resets.effective != nil { return false }
      let isFollowedByLife = self[side].lastAlive.map { resets.last.precedes($0) } ?? false
      guard isFollowedByLife || isNobodys(resets, side, surroundings, thresholds) else { return false }
    }
    // The side that repeats may give up with a RST, but does not go on after one.
    if let own = self[side.other].resets?.effective, own.moment.precedes(run.sent.last) { return false }
    return true
  }

  /// Of its peer nothing at all is in the capture, and it sent new data while it repeated the oldest: something let them out.
  fileprivate func mayBeHeard(_ side: Side, _ run: Unanswered) -> Bool {
    self[side.other].packets == 0 && run.ahead.map { self[side].dataEnd > $0 } == true
  }

  /// `side` may ask whether a window is still closed, and be answered where the capture does not see it.
  fileprivate func mayProbe(_ side: Side, _ run: Unanswered, _ surroundings: Surroundings) -> Bool {
    guard run.kind == .data, run.isAmbiguous else { return false }
    if self[side.other].packets == 0 { return !surroundings.isPairSeenWhole }
    return run.isBehindUnseenACK && mayFillWindow(side)
  }

  /// Behind what `side` has outstanding there may be no room for a segment in the window that its peer said last: as far as its scale is known.
  private func mayFillWindow(_ side: Side) -> Bool {
    let peer = self[side.other]
    // The window of a SYN is never scaled (RFC 7323 §2.2).
    let isScaled = self[side].windowScale != nil && peer.packets > peer.synPackets
    let scale = isScaled ? min(peer.windowScale ?? 0, 14) : 0
    let outstanding = self[side].dataEnd - max(self[side].sndUna, 0)
    return outstanding + Int64(peer.mss ?? 1460) > Int64(peer.lastWindow) << Int64(scale)
  }

  /// One RST that its receiver's kernel dropped by right, or that somebody else sent: it says nothing of `side`.
  private func isNobodys(
    _ resets: Resets, _ side: Side, _ surroundings: Surroundings, _ thresholds: Thresholds
  ) -> Bool {
    guard resets.count == 1 else { return false }
    if resets.first.verdict == .ignored || resets.first.verdict == .challenged { return true }
    return Forgery(of: resets.first, from: side, self, surroundings, thresholds).confidence != nil
  }

  /// Met without its beginning, and the 4-tuple was used before: what comes late of a connection that is over, and of which
  /// more is known than this record has.
  var isAfterlife: Bool { tupleReused && isMetLater }

  /// `side` said nothing but its part of the handshake, or nothing at all where the capture begins in midstream, and
  /// acknowledged nothing that the other one sent.
  func wasNeverHeard(_ side: Side) -> Bool {
    let own = self[side]
    if let run = self[side.other].unanswered, run.isBehindUnseenACK { return false }
    let spoken = own.packets - own.rstPackets
    guard let ack = handshake.ack else {
      return isMetLater && spoken == 0
    }
    if own.payloadBytes > 0 || own.fin != nil || self[side.other].sndUna > 0 { return false }
    if side == .client { return spoken <= own.synPackets + 1 }
    // A SYN-ACK that comes again after it was answered is a sign of life. (A lone one was recorded behind its answer.)
    if let synAck = own.syn, synAck.count > 1, ack.precedes(synAck.last) { return false }
    return spoken == own.synPackets
  }
}
