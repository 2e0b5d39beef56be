internal import Wire

// A RST above all that was seen of its sender: the capture lost what came before it, or somebody guesses. What follows
// decides (field.md, trap 29), and in the end that is silence.
extension Facts {
  /// A RST that knew its peer's sequence space, and after which nobody said a word: it was taken.
  mutating func settleResets() {
    settleClosed()
    for side in Side.allCases where (side == .client ? client.wasReset : server.wasReset) && isSettled(side) {
      guard var resets = self[side].resets else { continue }
      resets.first.verdict = .effective
      resets.effective = resets.first
      self[side].resets = resets
    }
  }

  /// Who answers the ACK of its own FIN as a socket that is gone does had closed it, where the peer's FIN was acknowledged too: its RSTs
  /// came after that, wherever the ACKs are. So had who answers another ACK that is not in the capture, which may have come late.
  private mutating func settleClosed() {
    let isTimed = !handshake.ackCameWithData
    guard client.finArrived(isTimed), server.finArrived(isTimed) else { return }
    for side in Side.allCases where self[side].answersAsClosed(isTimed) {
      self[side].resets?.first.comeAfterClose()
      self[side].resets?.effective?.comeAfterClose()
    }
  }

  private func isSettled(_ side: Side) -> Bool {
    guard let resets = self[side].resets, resets.count == 1, resets.effective == nil, resets.ownAfter == nil,
      resets.peerAfter == nil, !self[side.other].$resets, !client.headersCut, !server.headersCut
    else { return false }
    let reset = resets.first
    let round = (serverLeg ?? 0) + (clientLeg ?? 0)
    guard reset.isBehindGap, !reset.ownFin, isInWindow(reset, of: side.other), knowsPeer(reset, side.other) else {
      return false
    }
    return observedUntil.since(reset.moment.time) >= max(Plausible.settling, 6 * round)
  }

  /// Where the window's scale is not known, 64 KiB (field.md §2.5).
  private func isInWindow(_ reset: Reset, of receiver: Side) -> Bool {
    reset.verdict == .challenged || (reset.verdict == .unknown && reset.offset < self[receiver].window64K(reset))
  }

  /// Its ACK number is one that its claimed sender may have sent: who does not see the connection does not hit it.
  private func knowsPeer(_ reset: Reset, _ peer: Side) -> Bool {
    guard reset.flags.contains(.ack), let origin = self[peer].origin, self[peer].packets > 0 else { return false }
    let ack = reset.peerSent + Int64(reset.acknowledgment.distance(from: origin.advanced(by: Int(reset.peerSent))))
    return ack >= reset.peerAcked && ack <= reset.peerSent + (reset.peerFin ? 1 : 0)
  }
}

extension SideFacts {
  /// Its FIN was acknowledged, or it answers its ACK as a socket that is gone does.
  fileprivate func finArrived(_ isTimed: Bool) -> Bool { fin?.acked != nil || answersAsClosed(isTimed) }

  /// All its RSTs are those of a kernel that has no such socket, behind its FIN, and one answers the ACK of that, or one that nobody saw.
  /// - Parameter isTimed: how long its peer takes to answer is known, and so what comes too soon for an ACK of the last that it sent.
  fileprivate func answersAsClosed(_ isTimed: Bool) -> Bool {
    guard let fin, $resets, let resets, resets.first.isBare, !resets.hasLive,
      fin.inferred || fin.sent.first.precedes(resets.first.moment), resets.first.offset <= fin.offset + 1,
      let echo = resets.highestEcho ?? (isTimed ? nil : resets.first.offset)
    else { return false }
    return echo > fin.offset || (fin.acked == nil && !fin.inferred && echo > sndUna)
  }

  fileprivate func window64K(_ reset: Reset) -> Int64 {
    reset.ownAcked + max(Int64(lastWindow), Plausible.unscaledWindow)
  }
}

extension Reset {
  fileprivate mutating func comeAfterClose() { (ownFin, ownFinAcked, peerFin, peerFinAcked) = (true, true, true, true) }

  /// Its sequence number lies beyond all that was seen of its sender: what came before it is not in the capture.
  public var isBehindGap: Bool { offset > ownSent + (ownFin ? 1 : 0) }
}
