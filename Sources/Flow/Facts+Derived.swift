public import Wire

// What follows from facts and is not stored: one definition for every reader.
extension Facts {
  /// Both legs, ns: the round trip as the wire showed it at its quickest.
  public var roundTrip: Int64? {
    guard let serverLeg, let clientLeg else { return nil }
    return serverLeg + clientLeg
  }

  /// The capture gives its packets no times (pcapng's simple packet blocks).
  public var isUndated: Bool {
    start.time.nanoseconds == 0 && end.time.nanoseconds == 0 && observedUntil.nanoseconds == 0
  }

  /// Its packets by which the inputs are known that hold it: the first and the last of each side.
  public var outermostPackets: [PacketReference] {
    [client.first, client.last, server.first, server.last].compactMap { $0?.packet }
  }

  /// Seconds from SYN to the ACK that completes the handshake are `handshakeRTT` nanoseconds here; nil if either was
  /// repeated or not seen.
  public var handshakeRTT: Int64? {
    guard let syn = handshake.syn, let ack = handshake.ack, handshake.synAck != nil, !handshake.simultaneousOpen,
      client.syn?.count == 1, server.syn?.count == 1, ack.time >= syn.time
    else { return nil }
    return ack.time.since(syn.time)
  }

  /// The effective RST that came first, and whose it is.
  public var abort: (side: Side, reset: Reset)? {
    guard client.wasReset || server.wasReset else { return nil }
    return switch (client.resets?.effective, server.resets?.effective) {
    case (let reset?, nil): (.client, reset)
    case (nil, let reset?): (.server, reset)
    case (let ours?, let theirs?): theirs.moment.precedes(ours.moment) ? (.server, theirs) : (.client, ours)
    case (nil, nil): nil
    }
  }

  /// interface.md: the first that fits.
  public var state: ConnectionState {
    let answered = server.isn != nil
    let bothFinsAcked = client.finIsAcked && server.finIsAcked
    if client.wasReset || server.wasReset, let abort {
      // Who sends data has let the client in, whether or not the capture has its SYN-ACK.
      if abort.side == .server, handshake.syn != nil, !answered, server.payloadBytes == 0,
        !isEstablished(before: abort.reset)
      {
        return .refused
      }
      guard bothFinsAcked, let ours = client.fin?.acked, let theirs = server.fin?.acked,
        ours.precedes(abort.reset.moment), theirs.precedes(abort.reset.moment)
      else { return .reset }
    }
    if bothFinsAcked { return .closed }
    switch (client.hasFIN, server.hasFIN) {
    case (true, true): return .closing
    case (true, false), (false, true): return .halfClosed
    case (false, false): break
    }
    if handshake.ack != nil { return .established }
    // Nothing of the client was captured: a server that goes on after its SYN-ACK has had the ACK.
    if handshake.synAck != nil, client.packets == 0, server.packets > server.synPackets + server.rstPackets {
      return .established
    }
    if handshake.synAck != nil || answered { return .answered }
    if handshake.syn != nil { return .attempted }
    return .midstream
  }

  /// The client had acknowledged a SYN-ACK, seen or not, when this RST came.
  public func isEstablished(before reset: Reset) -> Bool { handshake.ack?.precedes(reset.moment) ?? false }

  /// Why the record ends: a close or a RST wins over `reason`.
  func reasonOfEnd(_ reason: EndReason) -> EndReason {
    switch state {
    case .closed: .closed
    case .reset, .refused: .reset
    default: reason == .closed || reason == .reset ? .endOfInput : reason
    }
  }

  /// The side of the first FIN or effective RST; both where the FINs crossed.
  public var closedBy: ClosedBy? {
    var first: (side: Side, moment: Moment)?
    func consider(_ side: Side, _ moment: Moment?) {
      guard let moment else { return }
      if let known = first, !moment.precedes(known.moment) { return }
      first = (side, moment)
    }
    consider(.client, client.fin?.sent.first)
    consider(.server, server.fin?.sent.first)
    if let abort { consider(abort.side, abort.reset.moment) }
    guard let first else { return nil }
    if let ours = client.fin, let theirs = server.fin, finsCrossed(ours, theirs) { return .both }
    return first.side == .client ? .client : .server
  }

  /// Simultaneous close: each FIN was sent before the other was acknowledged.
  private func finsCrossed(_ ours: Fin, _ theirs: Fin) -> Bool {
    guard let oursAcked = ours.acked, let theirsAcked = theirs.acked else { return false }
    return !oursAcked.precedes(theirs.sent.first) && !theirsAcked.precedes(ours.sent.first)
      && oursAcked.packet != theirs.sent.first.packet && theirsAcked.packet != ours.sent.first.packet
  }
}

// By patterns, not by comparison: what is compared with nil is copied for it, and these are large.
extension SideFacts {
  var hasFIN: Bool { if case .some = fin { true } else { false } }
  var finIsAcked: Bool { if case .some(.some) = fin?.acked { true } else { false } }
  var wasReset: Bool { $resets }
}
