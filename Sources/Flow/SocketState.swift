internal import Wire

// The state that each end's kernel must hold: its events as the wire proves them, run through the machine of RFC 9293.
extension Facts {
  /// How long Linux keeps TIME-WAIT, and FIN-WAIT-2 of a closed socket, ns (TCP_TIMEWAIT_LEN, tcp_fin_timeout).
  static var closingTimeout: Int64 { 60_000_000_000 }
  /// When a SYN is repeated first, ns (RFC 6298 §2.1; Linux: TCP_TIMEOUT_INIT).
  private static var firstTimeout: Int64 { 1_000_000_000 }

  /// State that this side's kernel must hold at the end of the record (`observedUntil`); nil where the wire cannot tell.
  public func socketState(of side: Side) -> TCPState? {
    guard packets(of: side) > 0, !client.headersCut, !server.headersCut, var state = openingState(of: side) else {
      return nil
    }
    var events = ClosingEvents()
    switch side {
    case .client: events.add(own: client, peer: server)
    case .server: events.add(own: server, peer: client)
    }
    var last = end.time
    for place in 0..<events.count {
      guard let next = state.after(events[place].event) else { continue }
      state = next
      last = events[place].moment.time
    }
    let age = observedUntil.since(last)
    if state == .timeWait, age >= Facts.closingTimeout { return .closed }
    // Closed by its application or only shut down: the wire does not say, and only the former has a timer.
    if state == .finWait2, observedUntil.since(end.time) >= Facts.closingTimeout { return nil }
    return state
  }

  private func packets(of side: Side) -> UInt64 { side == .client ? client.packets : server.packets }

  /// Up to the handshake's end.
  private func openingState(of side: Side) -> TCPState? {
    let saysMoreThanRST =
      side == .client ? client.packets > client.rstPackets : server.packets > server.rstPackets
    guard rolesKnown, handshake.syn != nil || handshake.synAck != nil else {
      // Midstream: whoever sends anything but a RST has a socket, and it was past its handshake.
      return saysMoreThanRST ? .established : .closed
    }
    if side == .server, repeatsSYNACKAfterACK { return handshakeMayHaveTimedOut ? nil : .synReceived }
    let isAcknowledged =
      side == .client ? client.everAcked && client.sndUna > 0 : server.everAcked && server.sndUna > 0
    if handshake.ack != nil || isAcknowledged { return .established }
    switch side {
    case .client:
      guard handshake.synAck != nil else { return icmp == nil ? .synSent : rejectedState }
      if client.packets == client.synPackets, client.synPackets > 1, let syn = client.syn,
        let answer = handshake.synAck, answer.precedes(syn.last)
      {
        return .synSent
      }
      // The SYN-ACK was seen; that it arrived was not.
      return client.packets > client.synPackets + client.rstPackets ? .established : nil
    case .server:
      guard handshake.synAck != nil else { return saysMoreThanRST ? .established : .closed }
      return client.packets > 0 || handshake.syn != nil ? .synReceived : nil
    }
  }

  /// The client's ACK was on the wire, and the server repeats its SYN-ACK longer than a round trip later and says nothing else:
  /// it has thrown the ACK away (a full accept queue), or never had it.
  private var repeatsSYNACKAfterACK: Bool {
    guard let ack = handshake.ack, let synAck = server.syn, synAck.count > 1, synAck.first.precedes(ack),
      server.packets == server.synPackets + server.rstPackets, client.sndUna <= 0
    else { return false }
    return synAck.last.time.since(ack.time) > (serverLeg ?? 0)
  }

  /// The next repetition did not come: the kernel has given up, or has let the client in at last.
  private var handshakeMayHaveTimedOut: Bool {
    guard let synAck = server.syn else { return false }
    return observedUntil.since(synAck.last.time) > 3 * min(synAck.lastGap, .max / 4)
  }

  /// After an ICMP error for the SYN. Linux ends the connection at once (tcp_v4_err, tcp_v6_err: any error but "too big" in
  /// SYN-SENT); who sends the SYN again has not; and while its next one is not due, nobody knows.
  private var rejectedState: TCPState? {
    guard let notice = icmp, notice.isRejection, notice.quoted == .client, let syn = client.syn else { return .synSent }
    // Each of its SYNs may have met one: the first came while connect() held the socket, and was no more than noted.
    if notice.first.precedes(syn.last), notice.count < syn.count { return .synSent }
    let due = max(Facts.firstTimeout, 2 * min(syn.lastGap, .max / 4))
    return observedUntil.since(syn.last.time) > due + due / 2 ? .closed : nil
  }
}

/// What closes a connection, as one end's kernel meets it, in order: five events at most, and nothing is allocated for them.
private struct ClosingEvents {
  struct Event {
    var moment: Moment
    var event: TCPEvent
  }

  private var events = InlineArray<5, Event>(
    repeating: Event(moment: Moment(time: Timestamp(nanoseconds: 0), packet: .none), event: .close))
  private(set) var count = 0

  subscript(_ place: Int) -> Event { events[place] }

  @inline(__always) mutating func add(own: borrowing SideFacts, peer: borrowing SideFacts) {
    if own.hasFIN {
      add(own.keptFIN.sent.first, .close)
      // Still repeated after the ACK: the ACK did not arrive.
      if let acked = own.keptFIN.acked, !acked.precedes(own.keptFIN.sent.last) { add(acked, .receiveACKOfFIN) }
    }
    // That a FIN arrived is proved by its ACK.
    if let acked = peer.finAcked { add(acked, .receiveFIN) }
    if own.$resets, let reset = own.resets, reset.ownAfter == nil { add(reset.first.moment, .reset) }
    if let moment = peer.effectiveReset { add(moment, .reset) }
  }

  /// Behind those that came before it. One packet may bring the peer's ACK and carry our FIN: what it answers came before.
  private mutating func add(_ moment: Moment, _ event: TCPEvent) {
    var place = count
    while place > 0 {
      let other = events[place - 1]
      let isEarlier = moment == other.moment ? event.comes(before: other.event) : moment.precedes(other.moment)
      guard isEarlier else { break }
      events[place] = other
      place -= 1
    }
    events[place] = Event(moment: moment, event: event)
    count += 1
  }
}

extension TCPEvent {
  /// Of two events of one packet, whether this one was first. A FIN that the capture has not is known by its ACK alone, and so has
  /// that one's moment.
  fileprivate func comes(before other: TCPEvent) -> Bool {
    if other == .receiveACKOfFIN || self == .receiveACKOfFIN { return self != .receiveACKOfFIN }
    return rawValue > other.rawValue
  }
}
