internal import Flow
internal import Wire

/// What of one side's stream did not arrive, in the three kinds that a capture can tell apart.
struct Loss {
  /// On the wire, never acknowledged and not selectively acknowledged, bytes; less `unread`.
  let unacked: Int64
  /// Acknowledged by the RST alone: they arrived, and were thrown away unread.
  let unread: Int64
  /// The FIN was sent and not acknowledged.
  let finUnacked: Bool
  /// The sender's kernel threw away what it had not sent, if anything: a RST from the data's own sender and no FIN, at a moment
  /// when something may have waited to be sent.
  let queueDestroyed: Bool
  /// Nothing unsent can exist: the sender had sent its FIN.
  let isExact: Bool
  /// Some of `unacked` may have been selectively acknowledged by options that are not in the capture.
  let mayHaveArrived: Bool
  /// What the sender had under way when it aborted, from the echoes; nil where they do not tell.
  let inFlightAtDeath: Int64?

  /// The RST was not its claimed sender's: what that one's kernel did is not known from it.
  private let isForged: Bool

  init(
    of side: Side, _ facts: Facts, reset: (side: Side, reset: Reset)?, isForged: Bool = false, unread: Int64 = 0,
    _ thresholds: Thresholds
  ) {
    self.isForged = isForged
    let own = facts[side]
    self.unread = unread
    unacked = max(0, Int64(clamping: own.lostBytes) - unread)
    mayBeAlert = TLSAlert.isLengthOfOne(unacked) && !own.lastNewDataIsNoAlert
    finUnacked = own.fin.map { $0.acked == nil } ?? false
    queueDestroyed =
      own.fin == nil && reset.map { $0.side == side && !facts.hadSentAll(side, before: $0.reset, thresholds) } ?? false
    isExact = own.fin != nil && !own.mayLackACKs
    mayHaveArrived = own.mayHaveArrived
    inFlightAtDeath = reset?.side == side && !isForged ? facts.inFlightAtDeath(of: side) : nil
  }

  /// It may be no more than a TLS alert, by which an end says that it closes: as long as one, and where its bytes were captured
  /// they are those of one.
  let mayBeAlert: Bool

  /// "9,144", "at least 9,144"; with SACKs that were not captured "up to 9,144", "about 9,144".
  var text: String { text(isExact: isExact) }

  /// - Parameter isExact: of all that the finding counts.
  func text(isExact: Bool) -> String {
    mayHaveArrived ? (isExact ? "up to " : "about ") + commas(unacked) : Loss.text(commas(unacked), isExact: isExact)
  }

  /// The same with its unit: `at least 1 byte`.
  func textOfBytes(isExact: Bool? = nil) -> String {
    (isExact.map { text(isExact: $0) } ?? text) + (unacked == 1 ? " byte" : " bytes")
  }

  /// An amount that was lost, in words: more may have been lost unless it is exact.
  static func text(_ amount: String, isExact: Bool) -> String { (isExact ? "" : "at least ") + amount }

  var facts: [NamedFact] { facts(with: nil) }

  /// - Parameter peer: what the other side lost by the same end: `lost_unacked` is of both.
  func facts(with peer: Loss?) -> [NamedFact] {
    [
      NamedFact("lost_unacked", unacked + (peer?.unacked ?? 0)), NamedFact("fin_unacked", finUnacked),
      NamedFact("sender_queue_destroyed", queueDestroyed && !isForged),
      NamedFact("in_flight_at_death", inFlightAtDeath),
    ] + (unread > 0 ? [NamedFact("arrived_unread", unread)] : [])
  }
}

extension Facts {
  /// A socket that is gone answers each ACK that still arrives by a RST with that ACK's number. The lowest of them is the
  /// first ACK that the live socket did not see: the one before was the last, and all beyond it was under way.
  fileprivate func inFlightAtDeath(of side: Side) -> Int64? {
    guard let resets = self[side].resets, let abort = resets.effective, let lowest = resets.lowestEcho,
      lowest <= abort.ownSent
    else { return nil }
    guard let fin = self[side.other].fin else {
      // Seen from beside the abort: the ACKs before it are those that the live socket saw. Seen from elsewhere, later ones
      // had passed already.
      return !abort.echoes && abort.ownAckKnown && abort.ownAcked < lowest ? abort.ownSent - abort.ownAcked : nil
    }
    var known = 0
    var lastSeen = fin.peerAcked < lowest ? fin.peerAcked : Int64.min
    for place in 0..<16 where fin.recentAcks[place] >= 0 {
      known += 1
      if fin.recentAcks[place] < lowest { lastSeen = max(lastSeen, fin.recentAcks[place]) }
    }
    // The ring is full of later ones: what came before is forgotten.
    if known == 16, lastSeen == fin.peerAcked { return nil }
    return lastSeen >= 0 ? abort.ownSent - lastSeen : nil
  }

  /// What `side` repeats into a silence that has lasted long enough to be one; nil where the peer lives.
  func silence(after side: Side, _ thresholds: Thresholds) -> Unanswered? {
    guard let run = self[side].unanswered?.silentPart, run.kind == .data || run.kind == .fin, !run.movedOn,
      run.sent.count >= thresholds.dataTransmissions, run.sent.span >= thresholds.silentSpan
    else { return nil }
    return run
  }
}

extension Facts {
  /// Of what nobody is seen to acknowledge some may have been: by how it was sent, or the capture lacks the handshake's own ACK, and so
  /// perhaps others.
  func mayLackACKs(of side: Side) -> Bool { self[side].mayLackACKs || handshake.ackCameWithData }
}

extension SideFacts {
  /// Of the bytes that nobody acknowledged nobody knows whether they were selectively acknowledged.
  var mayHaveArrived: Bool { sackNotCaptured && unackedBytes > sackedBytes }
}
