internal import Flow
internal import Wire

extension Rule {
  /// One half is closed, the other is in use: RFC 9293 §3.6 allows it, and whoever ends such a connection by RST or by
  /// silence takes the rest of the answer away.
  static let halfCloseTruncated = Rule(
    id: "half-close-truncated", section: .truncation, severity: .error, .warning, .note, when: .answerAfterFIN,
    title: "one side sent FIN, and the answer to it was cut off"
  ) { facts, surroundings, thresholds in
    for side in Side.allCases {
      if let cut = CutAnswer(halfCloser: side, facts, surroundings, thresholds) { return cut.finding }
    }
    return nil
  }
}

/// An answer to a half-closed peer that did not arrive whole.
private final class CutAnswer {
  let halfCloser: Side
  let fin: Fin
  let ending: Ending
  let loss: Loss
  /// Of what the half-closer itself had sent before its FIN.
  let closersLoss: Loss
  let facts: Facts
  let surroundings: Surroundings
  let thresholds: Thresholds

  enum Ending {
    case abort(Abort)
    case silence(Unanswered)
  }

  var answerer: Side { halfCloser.other }
  var answer: SideFacts { facts[answerer] }

  init?(halfCloser: Side, _ facts: Facts, _ surroundings: Surroundings, _ thresholds: Thresholds) {
    guard let fin = facts[halfCloser].fin, fin.firstAfter != nil, facts[halfCloser].packets > 0 else { return nil }
    let answer = facts[halfCloser.other]
    // All of the answer and its FIN were acknowledged: whatever came then is harmless.
    if answer.fin?.acked != nil, answer.lostBytes == 0 { return nil }
    let abort = Abort(facts, surroundings, thresholds)
    // Who repeats its answer into silence and gives it up by RST has not cut it.
    let gaveUp = abort.map { $0.side == halfCloser.other && $0.endsSilence } ?? false
    if let abort, !gaveUp {
      // The rest of the answer, its FIN and their ACKs may be what the capture lost.
      if abort.reset.isBehindGap { return nil }
      // Whoever resets after its own FIN was acknowledged has not cut its own answer.
      if abort.side == halfCloser.other, answer.fin?.acked != nil, answer.lostBytes == 0 { return nil }
      ending = .abort(abort)
    } else if facts.abort == nil || gaveUp, !facts.answersWithoutSocket(halfCloser, surroundings, thresholds),
      let run = facts.silence(after: halfCloser.other, thresholds)
    {
      ending = .silence(run)
    } else {
      return nil
    }
    self.halfCloser = halfCloser
    self.fin = fin
    self.facts = facts
    self.surroundings = surroundings
    self.thresholds = thresholds
    loss = Loss(
      of: halfCloser.other, facts, reset: facts.abort, isForged: abort?.forgery.confidence != nil,
      unread: abort.map { $0.side == halfCloser ? $0.peerUnread : 0 } ?? 0, thresholds)
    closersLoss = Loss(
      of: halfCloser, facts, reset: facts.abort, unread: abort.map { $0.side == halfCloser ? 0 : $0.peerUnread } ?? 0,
      thresholds)
    // One byte that is not in the capture may have been a FIN or a question: the more so where it is all that was said before the answer.
    let lost = loss.unacked + loss.unread + closersLoss.unacked
    let isFirst = fin.offset == 0 && fin.peerSent == 0
    if fin.inferred, lost == 0 || isFirst, self.abort?.side == halfCloser { return nil }
    // It had nothing more to send: its answer was whole, though it ends by RST.
    if let abort = self.abort, abort.side == answerer, abort.forgery.confidence == nil, answer.fin == nil,
      loss.unacked == 0, closersLoss.unacked == 0, !loss.queueDestroyed
    {
      return nil
    }
  }

  private var abort: Abort? {
    if case .abort(let abort) = ending { abort } else { nil }
  }

  /// The half-closer's RSTs to an answerer that does not hear them: no silence.
  private lazy var unheard = findUnheard()

  private func findUnheard() -> UnheardReset? {
    guard case .silence = ending else { return nil }
    return UnheardReset(of: halfCloser, facts, surroundings, thresholds)
  }

  /// The half-closer hung up where something had not got through for long. (A farewell behind a silence is one for all that.)
  private var impatience: Impatience? {
    guard let abort, abort.side == halfCloser, let found = abort.impatience else { return nil }
    if case .late = found, severity == .note { return nil }
    return found
  }

  private var sentAfter: Int64 { max(0, answer.dataEnd - fin.peerSent) }
  private var ackedAfter: Int64 {
    max(0, min(answer.sndUna + Int64(clamping: answer.ackMissedBytes), answer.dataEnd) - fin.peerSent)
  }
  private var wait: Int64 { fin.firstAfter.map { max(0, $0.time.since(fin.sent.first.time)) } ?? 0 }

  /// The answerer sent nothing in the knowledge of the FIN: all of it may have crossed it.
  private var crossed: Bool {
    guard !fin.firstAfterAcksFin, let acked = fin.acked, let last = fin.lastAfter else { return !fin.firstAfterAcksFin }
    return last.precedes(acked)
  }

  // MARK: Whom, how bad

  private var suspects: [Party] {
    switch ending {
    case .silence:
      // What is between the capture and the host, a bridge or a firewall, is not cleared by standing beside it.
      let silent: [Party] =
        facts.standsAt(halfCloser) ? [halfCloser.party, .path] : [.path, halfCloser.party]
      // So late that nobody can be expected to be there any more.
      return wait > thresholds.linger ? silent + [answerer.party] : silent
    case .abort(let abort):
      if abort.forgery.confidence != nil { return abort.suspects }
      if let impatience { return abort.suspects(impatience) }
      if isNewRequest { return [answerer.party, halfCloser.party] }
      if isRequest { return [halfCloser.party, answerer.party] }
      guard abort.side == halfCloser, crossed || wait > thresholds.linger else { return abort.suspects }
      return [halfCloser.party, answerer.party] + abort.suspects.dropFirst()
    }
  }

  private var severity: Severity { max(severityOfAnswer, severityOfClosersLoss) }

  /// The answerer hung up on what it was receiving, as in transfer-truncated.
  private var severityOfClosersLoss: Severity {
    guard closersLoss.unacked > 0, !closersLoss.mayBeAlert, let abort, abort.side == answerer else { return .note }
    return abort.forgery.confidence == nil ? .warning : .error
  }

  private var severityOfAnswer: Severity {
    if loss.mayBeAlert, sentAfter == loss.unacked, loss.unacked == Int64(fin.firstAfterLength) { return .note }
    guard let abort, abort.forgery.confidence == nil else { return .error }
    if isGoodbye { return .note }
    if isRequest { return .warning }
    // The FIN that is missing in the capture may have acknowledged all that was sent before it.
    if fin.inferred, loss.unacked > sentAfter, sentAfter <= thresholds.goodbyeBytes { return .note }
    guard abort.side == halfCloser else { return .error }
    // The one who hung up had everything that was sent.
    if loss.unacked == 0 { return loss.finUnacked ? .note : .warning }
    return isClientLeaving ? .note : .error
  }

  /// Bytes of one, at most: a packet of the capture may hold several.
  private var segment: Int64 { min(Int64(answer.largestSent), Int64(facts[halfCloser].mss ?? 1460)) }

  /// A client that closes for good while nothing is on its way, and never asked, or is gone before the server can know, has
  /// given up what comes then: a probe that meets a banner, a browser that connected in advance. Who has had answers before
  /// may leave a segment behind (a session ticket, the answer at which a load generator ends), but not a whole answer.
  private var isClientLeaving: Bool {
    guard halfCloser == .client, ackedAfter == 0 else { return false }
    // Farewells cross (HTTP/2's GOAWAYs, the answer to a PING), the first of them before the FIN is seen.
    if fin.peerSent > 0, loss.unacked <= thresholds.goodbyeBytes { return true }
    guard fin.peerAcked == fin.peerSent else { return false }
    // (Met later, it may have had some that are not in the capture.)
    if fin.peerSent > 0 || facts.isMetLater, loss.unacked <= segment { return true }
    return fin.offset == 0 || crossed
  }

  /// What a client says to a server that has closed is a farewell where it is that short (QUIT, GOAWAY with an alert). Who
  /// is the client may be a guess.
  private var isGoodbye: Bool {
    (halfCloser == .server || !facts.rolesKnown) && fin.peerSent > 0 && sentAfter <= thresholds.goodbyeBytes
  }

  /// No answer was cut: the server had the last word and closed, and the client began anew on the same connection, or went on with the
  /// request that was answered before its end.
  private var isRequest: Bool {
    mayCloseIdle && abort?.side == halfCloser && !fin.inferred && (fin.peerSent > 0 || wasOpenedInAdvance)
      && (fin.peerAcked == fin.peerSent ? hadLastWord : answeredEarly) && !isGoodbye
      && !(loss.mayBeAlert && sentAfter == loss.unacked)
  }

  /// It is the server, or nobody knows who is: whoever asks and closes its half does so at once, and not after a while in which nothing was
  /// under way.
  private var mayCloseIdle: Bool {
    if facts.rolesKnown { return halfCloser == .server }
    // By the ports it is the server; else what is read behind a FIN is an answer.
    guard loss.unacked > 0, halfCloser == .server || ackedAfter == 0, !isClientLeaving else { return false }
    guard let last = facts[halfCloser].lastNewData else { return true }
    return fin.sent.first.time.since(last.time) > thresholds.midStream
  }

  /// Where answers are recorded before what they answer, the order of the last two words is not known.
  private var hadLastWord: Bool { fin.hadLastWord || isUnused || (facts.disorder > 0 && fin.offset > 0) }

  /// The client had said nothing by then, nothing of what it said later was taken, and that is no answer to a question.
  private var wasOpenedInAdvance: Bool { ackedAfter == 0 && (isUnused || wait > thresholds.midStream) }

  /// Nobody had said anything that was seen.
  private var isUnused: Bool { fin.offset == 0 && fin.peerSent == 0 }

  /// What it said last is close before its FIN, while the client was sending: not a greeting of long ago.
  private var answeredEarly: Bool {
    guard fin.offset > 0, let last = facts[halfCloser].lastNewData else { return false }
    return fin.sent.first.time.since(last.time) <= thresholds.midStream
  }

  /// And the client knew it: a pool that did not look.
  private var isNewRequest: Bool {
    isRequest && !crossed && (fin.hadLastWord || isUnused) && fin.peerAcked == fin.peerSent
  }

  // MARK: In words

  private var amount: String {
    let all = loss.unacked + loss.unread <= sentAfter ? sentAfter : answer.dataEnd - fin.peerAcked
    return "\(loss.text) of \(bytes(all))"
  }

  /// `amount` in a sentence; what a kernel took in and nobody was there to read is not lost on the way.
  private var damage: String {
    if loss.unread == 0 { return "\(amount) lost" }
    let unread = "\(bytes(loss.unread)) arrived and were probably thrown away unread"
    return loss.unacked == 0 ? unread : "\(amount) lost, \(unread)"
  }

  private var late: String { wait > thresholds.linger ? ", \(duration(wait)) after its FIN," : "" }

  private var summary: String {
    let closed = halfCloser.name
    let other = answerer.name
    switch ending {
    case .silence(let run):
      if let unheard { return deafSummary(unheard, run) }
      return
        "\(other)'s answer to the half-closed \(closed)\(late) was never acknowledged, sent \(run.sent.count) times into"
        + " silence: \(amount) lost"
    case .abort(let abort) where abort.forgery.confidence != nil:
      return "\(closed) half-closed, and a RST in the \(abort.side.name)'s name cut the answer: \(amount) lost"
    case .abort(let abort) where abort.side == halfCloser:
      if let impatience {
        return "\(closed) closed and reset the \(other)'s answer, when \(abort.circumstance(impatience)): \(damage)"
      }
      if isNewRequest {
        return
          "\(other) wrote to a connection that the \(closed) had closed \(duration(wait)) before, and was reset: \(damage)"
      }
      if isRequest, !crossed {
        return
          "\(closed) closed its half behind its last word, and reset while the \(other) was still sending: \(damage)"
      }
      if crossed { return "\(closed) closed and reset while data of the \(other) crossed its FIN: \(damage)" }
      let later = wait > thresholds.linger ? " \(duration(wait)) later" : ""
      return "\(closed) half-closed, then reset while the \(other) was answering\(later): \(damage)"
    case .abort(let abort):
      let flight = loss.inFlightAtDeath.map { " (\(commas($0)) of them under way when it closed)" } ?? ""
      if loss.isExact || answer.fin != nil {
        return "\(other) reset after its answer to the half-closed \(closed)\(flight): \(amount) lost"
      }
      let sent = sentAfter == 1 ? "1 byte was" : "\(bytes(sentAfter)) were"
      let fate =
        loss.unacked == 0 ? "sent and arrived\(flight)" : "sent\(flight), \(commas(loss.unacked)) never acknowledged"
      let end =
        abort.isEchoAlone
        ? "a bare RST of the \(other) broke off the answer to the half-closed \(closed)"
        : "\(other) broke off its answer to the half-closed \(closed) by RST instead of FIN"
      return "\(end): \(sent) \(fate); what it had not sent yet is lost, and how much that was is in no capture"
    }
  }

  private var evidence: [Evidence] {
    var list = [
      Evidence(
        fin.sent.first, halfCloser,
        (fin.inferred ? "FIN (not captured; acknowledged here)" : "FIN after \(bytes(fin.offset))")
          + (closersLoss.unacked > 0 ? ", \(commas(closersLoss.unacked)) of them never acknowledged" : ""))
    ]
    if let first = fin.firstAfter {
      list.append(Evidence(first, answerer, "\(bytes(fin.firstAfterLength)), first data after the FIN"))
    }
    switch ending {
    case .silence(let run):
      list.append(Evidence(run.sent.first, answerer, "sent, never acknowledged"))
      list.append(Evidence(run.sent.last, answerer, "transmission \(run.sent.count) of the same"))
      if let unheard { list += sights(of: unheard) }
    case .abort(let abort):
      if let impatience { list += abort.evidence(impatience) }
      let what =
        abort.side == halfCloser
        ? "\(abort.what), " + unacknowledged
        : "\(abort.what) \(answer.fin == nil ? "instead of" : "after its") FIN"
      list.append(Evidence(abort.reset.moment, abort.side, what))
    }
    return unheard == nil && impatience == nil ? list : list.sorted { $0.moment.precedes($1.moment) }
  }

  private func deafSummary(_ unheard: UnheardReset, _ run: Unanswered) -> String {
    let later = wait > thresholds.linger ? " \(duration(wait)) later" : ""
    let rsts = unheard.count == 1 ? "its RST" : "its \(commas(unheard.count)) RSTs"
    return
      "\(halfCloser.name) half-closed, then reset while the \(answerer.name) was answering\(later); \(rsts) never arrived,"
      + " and the answer was sent \(run.sent.count) times: \(amount) lost"
  }

  private func sights(of unheard: UnheardReset) -> [Evidence] {
    guard unheard.count > 1, let last = facts[halfCloser].resets?.last else { return [unheard.sight] }
    return [unheard.sight, Evidence(last, halfCloser, "RST, the \(ordinal(unheard.count)) one")]
  }

  private var unacknowledged: String {
    let peer = answerer.name
    if loss.unread == 0 { return "\(bytes(loss.unacked)) of the \(peer) unacknowledged" }
    return "acknowledges \(bytes(loss.unread)) of the \(peer) that nothing else does"
      + (loss.unacked == 0 ? "" : "; \(bytes(loss.unacked)) unacknowledged")
  }

  private var confidence: Confidence {
    var best = Confidence.certain
    let end: Timestamp
    switch ending {
    case .silence(let run):
      end = run.sent.last.time
      if unheard?.hasAnotherTTL == true { best = .likely }
    case .abort(let abort):
      end = abort.reset.moment.time
      if fin.inferred || facts.mayLackACKs(of: answerer) && loss.unacked > 0 { best = .likely }
      if impatience != nil { best = .likely }
      // What it said unasked may have been a question.
      if isRequest, fin.peerSent == 0, fin.offset > 0 { best = .likely }
      best = min(best, abort.surest)
    }
    return facts.confidence(best, from: fin.sent.first.time, to: end, losing: [answerer], surroundings)
  }

  private var mend: String {
    guard let abort, abort.forgery.confidence == nil else {
      if unheard != nil {
        return
          "the \(halfCloser.name) must read until end of file before close(); a capture at the \(answerer.name)'s side would"
          + " show whether its RSTs arrive there"
      }
      return
        "a capture at the \(halfCloser.name)'s side would show whether the answer arrives there; a firewall that takes a"
        + " FIN for the end of the connection forgets it too soon"
    }
    if let impatience { return abort.mend(impatience) }
    if abort.isEchoAlone { return abort.mendOfEcho }
    if abort.side == answerer {
      return
        "the \(answerer.name)'s application must read until end of file before close(), so that its kernel does not"
        + " throw its answer away"
    }
    if isNewRequest {
      return
        "the \(answerer.name) must look for end of file before it uses a connection again, or close idle ones before the"
        + " \(halfCloser.name) does, and send again what was not answered"
    }
    return "the \(halfCloser.name) must read until end of file before close(): shutdown(SHUT_WR) alone closes one half"
  }

  private var closersDamage: String {
    closersLoss.unacked > 0 ? "; \(closersLoss.textOfBytes()) that the \(halfCloser.name) had sent lost too" : ""
  }

  var finding: Finding {
    Finding(
      rule: "half-close-truncated", severity: severity, confidence: confidence, suspects: suspects,
      summary: summary + closersDamage, bytesLost: UInt64(loss.unacked + closersLoss.unacked),
      bytesLostExact: loss.isExact && (closersLoss.unacked == 0 || closersLoss.isExact), evidence: evidence,
      facts: [NamedFact("sent_after_fin", sentAfter), NamedFact("acked_after_fin", ackedAfter)]
        + loss.facts(with: closersLoss) + [
          NamedFact("peer_lost_unacked", closersLoss.unacked),
          NamedFact("crossed", crossed), NamedFact("wait", duration: wait), NamedFact("echoes", abort?.echoes ?? 0),
        ],
      mend: mend)
  }
}
