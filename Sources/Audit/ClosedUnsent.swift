internal import Flow
internal import Wire

// close() while data still wait to be sent, and the FIN behind them: whatever the peer sends then nobody will read. The kernel throws its
// queue away and answers as if it had no such socket, by a bare RST that has the ACK number of what it refuses (RFC 1122 §4.2.2.13; Linux:
// tcp_rcv_state_process, TCPAbortOnData).
extension Abort {
  /// The RST is such an answer: to new data and to no packet before them, of who was alive a moment before and had more to send.
  func metDataAfterClose() -> Bool {
    guard isEcho, !wasShot, forgery.confidence == nil, !forgery.isOfUnknownOrigin, !forgery.isInDoubt,
      !reset.isBehindGap,
      !reset.peerFin, own.resets?.first.moment == reset.moment, let data = reset.peerLastData,
      reset.peerSent > reset.peerAcked + reset.peerSacked
    else { return false }
    return mayAnswer(data) && wasAlive && (shutSince != nil || mayHaveWaited)
  }

  /// As soon as its sender can have had the data, and no sooner: a RST that answers an ACK before them has another reason.
  private func mayAnswer(_ data: Moment) -> Bool {
    let delay = reset.moment.time.since(data.time)
    let leg = (side == .server ? facts.serverLeg : facts.clientLeg) ?? 0
    return data.precedes(reset.moment) && delay >= leg / thresholds.possibleAnswer
      && delay <= max(thresholds.answer, 2 * (facts.roundTrip ?? 0))
  }

  /// Its sender was heard of a moment ago, or was silent for no longer than who probes a closed window and backs off.
  private var wasAlive: Bool {
    guard let alive = own.lastAlive, alive.precedes(reset.moment) else { return false }
    let silent = reset.moment.time.since(alive.time)
    if silent < thresholds.fresh { return true }
    guard own.windowProbePackets > 0, let shut = theirs.stall?.since, shut.precedes(alive) else { return false }
    return silent < min(thresholds.idle, alive.time.since(shut.time))
  }

  /// Since when the peer's window was zero as it sent its last data: the other had filled it, and waited with the rest and its FIN.
  var shutSince: Moment? {
    guard let stall = theirs.stall, let data = reset.peerLastData, !data.precedes(stall.since) else { return nil }
    return stall.reopened.map { $0.precedes(data) } == true ? nil : stall.since
  }

  /// The last that it sent, a moment ago, was a whole segment: more waited for the window, or for an ACK. That comes within a round trip, and
  /// whoever has more then sends it.
  private var mayHaveWaited: Bool {
    guard let data = reset.ownLastData, isRecent(data, thresholds), facts.endsWhole(side) else { return false }
    guard let roundTrip = facts.roundTrip else { return true }
    return reset.moment.time.since(data.time) <= 2 * roundTrip + thresholds.delayedACK
  }

  /// What to do about one.
  var mendOfClose: String {
    "the \(side.name)'s application closed, or ended, before all was sent: it must shut down its sending half and read until end of"
      + " file before close(); nstat TcpExtTCPAbortOnData on its host counts such closes"
  }
}
