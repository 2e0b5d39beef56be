internal import Wire

// The state that each end's kernel must hold: its events as the wire proves them, run through the machine of RFC 9293.
extension Facts {
  /// How long Linux keeps TIME-WAIT, and FIN-WAIT-2 of a closed socket, ns (TCP_TIMEWAIT_LEN, tcp_fin_timeout).
  static var closingTimeout: Int64 { 60_000_000_000 }

  /// State that this side's kernel must hold at the end of the record (`observedUntil`); nil where the wire cannot tell.
  public func socketState(of side: Side) -> TCPState? {
    let own = self[side]
    guard own.packets > 0, !own.headersCut, !self[side.other].headersCut, var state = openingState(of: side) else {
      return nil
    }
    var events = closingEvents(of: side)
    // One packet may bring the peer's ACK and carry our FIN: what it answers came before.
    events.sort {
      $0.moment == $1.moment ? $0.event.rawValue > $1.event.rawValue : $0.moment.precedes($1.moment)
    }
    var last = end.time
    for event in events {
      guard let next = state.after(event.event) else { continue }
      state = next
      last = event.moment.time
    }
    let age = observedUntil.since(last)
    if state == .timeWait, age >= Facts.closingTimeout { return .closed }
    // Closed by its application or only shut down: the wire does not say, and only the former has a timer.
    if state == .finWait2, observedUntil.since(end.time) >= Facts.closingTimeout { return nil }
    return state
  }

  /// Up to the handshake's end.
  private func openingState(of side: Side) -> TCPState? {
    let own = self[side]
    let peer = self[side.other]
    guard rolesKnown, handshake.syn != nil || handshake.synAck != nil else {
      // Midstream: whoever sends anything but a RST has a socket, and it was past its handshake.
      return own.packets > own.rstPackets ? .established : .closed
    }
    if handshake.ack != nil || own.everAcked && own.sndUna > 0 { return .established }
    switch side {
    case .client:
      guard handshake.synAck != nil else { return .synSent }
      if own.packets == own.synPackets, own.synPackets > 1, let syn = own.syn, let answer = handshake.synAck,
        answer.precedes(syn.last)
      {
        return .synSent
      }
      // The SYN-ACK was seen; that it arrived was not.
      return own.packets > own.synPackets + own.rstPackets ? .established : nil
    case .server:
      guard handshake.synAck != nil else { return own.packets > own.rstPackets ? .established : .closed }
      return peer.packets > 0 || handshake.syn != nil ? .synReceived : nil
    }
  }

  private func closingEvents(of side: Side) -> [(moment: Moment, event: TCPEvent)] {
    let own = self[side]
    let peer = self[side.other]
    var events: [(moment: Moment, event: TCPEvent)] = []
    if let fin = own.fin {
      events.append((fin.sent.first, .close))
      // Still repeated after the ACK: the ACK did not arrive.
      if let acked = fin.acked, !acked.precedes(fin.sent.last) { events.append((acked, .receiveACKOfFIN)) }
    }
    // That a FIN arrived is proved by its ACK.
    if let acked = peer.fin?.acked { events.append((acked, .receiveFIN)) }
    if let reset = own.resets, reset.ownAfter == nil { events.append((reset.first.moment, .reset)) }
    if let reset = peer.resets?.effective { events.append((reset.moment, .reset)) }
    return events
  }
}
