internal import Wire

// An ACK that the capture has not. What is outstanding is sent again, by every kernel that lives, after a timeout; what was sent once,
// long before the RST, had been acknowledged. And a RST that acknowledges more than was seen of its peer shows that packets of that
// peer are missing, and with them what they acknowledged.
extension Facts {
  mutating func settleACKs() {
    guard let (resetter, reset) = abort else { return }
    for side in Side.allCases where self[side].unackedBytes > 0 && wasAcknowledged(side, resetter, reset) {
      self[side].ackMissed = true
      if side == resetter {
        self[resetter].resets?.effective?.ownAcked = reset.ownSent
      } else {
        self[resetter].resets?.effective?.peerAcked = reset.peerSent
      }
    }
  }

  private func wasAcknowledged(_ side: Side, _ resetter: Side, _ reset: Reset) -> Bool {
    let own = self[side]
    guard let data = own.lastNewData else { return false }
    let age = reset.moment.time.since(data.time)
    if side == resetter, acknowledgesMore(reset, than: self[side.other]) {
      // What left a moment before can't have been acknowledged by anything.
      return age >= (side == .client ? serverLeg : clientLeg) ?? Plausible.leastTimeout
    }
    guard own.retransmittedPackets == 0, own.unanswered.map({ $0.sent.count > 1 }) != true,
      self[side.other].zeroWindowPackets == 0
    else { return false }
    // Each ACK that comes starts the timer anew (RFC 6298 §5.3).
    let last = max(data.time, self[side.other].lastAlive?.time ?? data.time)
    return reset.moment.time.since(last) > longestTimeout
  }

  /// Longer than any kernel waits before it sends again the first time, ns: 3 s at first with stacks of before RFC 6298 (§2.1), and after
  /// a handshake that was repeated (§5.7); then the round trip and four times its variance.
  private var longestTimeout: Int64 {
    var trip = handshake.ack.map { max(0, $0.time.since(start.time)) } ?? 0
    if let near = clientLeg, let far = serverLeg { trip = near + far }
    return max(3 * Plausible.answer, 3 * min(trip, .max / 4)) + Plausible.answer / 2
  }

  private func acknowledgesMore(_ reset: Reset, than peer: SideFacts) -> Bool {
    guard reset.flags.contains(.ack), let origin = peer.origin, peer.packets > 0 else { return false }
    let beyond = reset.acknowledgment.distance(from: origin.advanced(by: Int(truncatingIfNeeded: peer.sndNxt)))
    return beyond > 1 && Int64(beyond) <= Plausible.jump
  }
}
