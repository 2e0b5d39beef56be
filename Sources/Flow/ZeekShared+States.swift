internal import Wire

// The states of both ends, and what they say in the end.
extension ZeekShared {
  /// Moves the sender's state, at times the receiver's. Returns whether the sender closed its side.
  @inline(__always) mutating func transition(
    _ segment: Segment, _ isOriginator: Bool, _ sender: inout ZeekEndpoint, _ receiver: inout ZeekEndpoint
  ) -> Bool {
    let flags = segment.flags
    switch sender.state {
    case .inactive:
      return awake(segment, isOriginator, &sender, &receiver)
    case .synSent, .synAckSent:
      if flags.contains(.fin) { sender.enter(.closed) }
      if flags.contains(.rst) { sender.enter(.reset) }
    case .established, .partial:
      if flags.isDisjoint(with: [.syn, .fin, .rst]) { return false }
      return leaveEstablished(flags, &sender, &receiver)
    case .closed:
      // A RST after both FINs is of no interest any more.
      guard flags.contains(.rst), receiver.state != .closed else { return false }
      sender.enter(.reset)
      return true
    case .reset:
      return false
    }
    return !flags.isDisjoint(with: [.fin, .rst])
  }

  private mutating func awake(
    _ segment: Segment, _ isOriginator: Bool, _ sender: inout ZeekEndpoint, _ receiver: inout ZeekEndpoint
  ) -> Bool {
    let flags = segment.flags
    if flags.contains(.syn) {
      if isOriginator {
        sender.enter(flags.contains(.ack) ? .synAckSent : .synSent)
      } else {
        awakeBySYN(flags, &sender, &receiver)
      }
    }
    if flags.contains(.fin) { sender.enter(.closed) }
    if flags.contains(.rst) { sender.enter(.reset) }
    if sender.state == .inactive {
      if !isOriginator, segment.payloadLength == 0, receiver.state == .synSent {
        // Some stacks acknowledge a SYN before they send their own.
      } else if flags.contains(.ack), receiver.state == .established {
        // The responder's SYN-ACK was seen and the SYN was not.
        sender.enter(.established)
        isPartial = false
      } else {
        sender.enter(.partial)
      }
    }
    return !flags.isDisjoint(with: [.fin, .rst])
  }

  private mutating func awakeBySYN(_ flags: TCPFlags, _ sender: inout ZeekEndpoint, _ receiver: inout ZeekEndpoint) {
    if !flags.contains(.ack), receiver.state == .synAckSent {
      // SYN and SYN-ACK in the wrong order.
      isFlipped.toggle()
      isPartial = false
      history.appendFlip()
      receiver.enter(.established)
    }
    if receiver.state == .synSent { receiver.enter(.established) }
    sender.enter(.established)
  }

  private mutating func leaveEstablished(
    _ flags: TCPFlags, _ sender: inout ZeekEndpoint, _ receiver: inout ZeekEndpoint
  ) -> Bool {
    if flags.contains(.syn), !flags.contains(.ack), sender.state == .partial, receiver.state == .inactive {
      sender.enter(.synSent)
    }
    if flags.contains(.fin), !flags.contains(.rst) {
      sender.enter(.closed)
      // A FIN, then a RST, and now the answer to the FIN: a normal end.
      if receiver.state == .reset, receiver.previous == .closed { receiver.enter(.closed) }
    }
    if flags.contains(.rst) { sender.enter(.reset) }
    return !flags.isDisjoint(with: [.fin, .rst])
  }

  /// A SYN-ACK came first, and now an ACK or data: no scan, but a connection whose SYN the capture lacks.
  mutating func flipSYNACK(fromFirst: Bool, _ sender: inout ZeekEndpoint, _ receiver: inout ZeekEndpoint) {
    isFlipped.toggle()
    isPartial = false
    history.flipLoneSYNACK()
    if fromFirst { sender.enter(.established) } else { receiver.enter(.established) }
  }

  /// `conn_state`: the first that fits.
  func connState(_ originator: ZeekEndpoint, _ responder: ZeekEndpoint) -> String {
    switch (originator.state, responder.state) {
    case (.synSent, .reset), (.synAckSent, .reset): "REJ"
    case (.reset, .reset)
    where originator.size(peer: .reset) == 0 && responder.size(peer: .reset) == 0:
      "REJ"
    case (let state, .reset): state.isInactive ? "RSTRH" : "RSTR"
    case (.reset, let state):
      if state.isInactive { history.isSYNThenRST ? "RSTOS0" : "OTH" } else { "RSTO" }
    case (.closed, .closed): "SF"
    case (.closed, let state): state.isInactive ? "SH" : "S2"
    case (let state, .closed): state.isInactive ? "SHR" : "S3"
    case (.synSent, .inactive): "S0"
    case (.established, .established): "S1"
    default: "OTH"
    }
  }
}
