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
    guard let side = abortMoment?.side else { return nil }
    return (side == .client ? client.resets : server.resets)?.effective.map { (side, $0) }
  }

  /// Whose it is, and when it came: of RSTs, which are large, nothing is copied but that.
  @inline(__always) private var abortMoment: (side: Side, moment: Moment)? {
    guard client.wasReset || server.wasReset else { return nil }
    return switch (client.effectiveReset, server.effectiveReset) {
    case (let moment?, nil): (.client, moment)
    case (nil, let moment?): (.server, moment)
    case (let ours?, let theirs?): theirs.precedes(ours) ? (.server, theirs) : (.client, ours)
    case (nil, nil): nil
    }
  }

  /// interface.md: the first that fits.
  public var state: ConnectionState { derivedState }

  /// Inlined, with what it asks: of facts that are being written, each call would work on a copy.
  @inline(__always) private var derivedState: ConnectionState {
    let answered = server.isn != nil
    let bothFinsAcked = client.finIsAcked && server.finIsAcked
    if let abort = abortMoment {
      // Who sends data has let the client in, whether or not the capture has its SYN-ACK.
      if abort.side == .server, handshake.syn != nil, !answered, server.payloadBytes == 0,
        !isEstablished(before: abort.moment)
      {
        return .refused
      }
      guard bothFinsAcked, let ours = client.finAcked, let theirs = server.finAcked,
        ours.precedes(abort.moment), theirs.precedes(abort.moment)
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
  public func isEstablished(before reset: Reset) -> Bool { isEstablished(before: reset.moment) }

  @inline(__always) private func isEstablished(before reset: Moment) -> Bool { handshake.ack?.precedes(reset) ?? false }

  /// Says why the record ends. (A function that changes them: facts that are being written are copied for any other.)
  mutating func end(_ reason: EndReason) { endedBecause = reasonOfEnd(reason) }

  /// Why the record ends: a close or a RST wins over `reason`.
  @inline(__always) private func reasonOfEnd(_ reason: EndReason) -> EndReason {
    switch derivedState {
    case .closed: .closed
    case .reset, .refused: .reset
    default: reason == .closed || reason == .reset ? .endOfInput : reason
    }
  }

  /// The side of the first FIN or effective RST; both where the FINs crossed.
  public var closedBy: ClosedBy? {
    if finsCrossed { return .both }
    var first = client.finSent.map { (side: Side.client, moment: $0) }
    func consider(_ side: Side, _ moment: Moment) {
      if let known = first, !moment.precedes(known.moment) { return }
      first = (side, moment)
    }
    if let theirs = server.finSent { consider(.server, theirs) }
    if let abort = abortMoment { consider(abort.side, abort.moment) }
    return first.map { $0.side == .client ? .client : .server }
  }

  /// Simultaneous close: each FIN was sent before the other was acknowledged.
  private var finsCrossed: Bool {
    guard let ours = client.finSent, let theirs = server.finSent, let oursAcked = client.finAcked,
      let theirsAcked = server.finAcked
    else { return false }
    return !oursAcked.precedes(theirs) && !theirsAcked.precedes(ours)
      && oursAcked.packet != theirs.packet && theirsAcked.packet != ours.packet
  }
}

extension SideFacts {
  /// The peer acknowledged its FIN.
  @inlinable public var finIsAcked: Bool { finAcked != nil }
  var wasReset: Bool { $resets }
  /// The first transmission of its FIN.
  var finSent: Moment? { hasFIN ? keptFIN.sent.first : nil }
  /// The peer's packet that acknowledged it.
  @inlinable var finAcked: Moment? { hasFIN ? keptFIN.acked : nil }
  /// When the RST came that ended the connection.
  var effectiveReset: Moment? { $resets ? resets?.effective?.moment : nil }
}
