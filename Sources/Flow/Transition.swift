/// What can happen to one end of a connection, in the words of RFC 9293 §3.10.
public enum TCPEvent: UInt8, CaseIterable, Sendable {
  /// OPEN call, active: the SYN is sent.
  case activeOpen
  /// OPEN call, passive: waits for a SYN.
  case passiveOpen
  /// SYN without an ACK of ours arrives.
  case receiveSYN
  /// SYN arrives that acknowledges our SYN.
  case receiveSYNACK
  /// Our SYN is acknowledged by a segment without SYN.
  case receiveACKOfSYN
  /// CLOSE call: the FIN is sent.
  case close
  /// Our FIN is acknowledged.
  case receiveACKOfFIN
  /// The peer's FIN arrives, all before it too.
  case receiveFIN
  /// An acceptable RST arrives, or ABORT is called.
  case reset
  /// Two maximum segment lifetimes have passed (Linux: 60 s, TCP_TIMEWAIT_LEN).
  case timeWaitTimeout
}

extension TCPState {
  /// The state after `event`, or nil where RFC 9293 has the event change nothing or calls it an error.
  public func after(_ event: TCPEvent) -> TCPState? {
    switch self {
    case .closed: afterInClosed(event)
    case .listen: afterInListen(event)
    case .synSent: afterInSYNSent(event)
    case .synReceived: afterInSYNReceived(event)
    case .established: afterInEstablished(event)
    case .finWait1: afterInFINWait1(event)
    case .finWait2: afterInFINWait2(event)
    case .closeWait: afterInCloseWait(event)
    case .closing: afterInClosing(event)
    case .lastAck: afterInLastACK(event)
    case .timeWait: afterInTimeWait(event)
    }
  }

  private func afterInClosed(_ event: TCPEvent) -> TCPState? {
    switch event {
    // §3.10.1: "If active and the remote socket is specified, issue a SYN segment … enter SYN-SENT state".
    case .activeOpen: .synSent
    // §3.10.1: "If passive, enter the LISTEN state and return."
    case .passiveOpen: .listen
    // §3.10.7.1: "all data in the incoming segment is discarded."
    case .receiveSYN, .receiveSYNACK, .receiveACKOfSYN, .receiveACKOfFIN, .receiveFIN, .reset: nil
    // §3.10.4: "return 'error: connection does not exist'".
    case .close, .timeWaitTimeout: nil
    }
  }

  private func afterInListen(_ event: TCPEvent) -> TCPState? {
    switch event {
    // §3.10.7.2: "The connection state should be changed to SYN-RECEIVED."
    case .receiveSYN: .synReceived
    // §3.10.1: "Change the connection from passive to active … enter SYN-SENT state."
    case .activeOpen: .synSent
    // §3.10.4: "delete TCB, enter CLOSED state, and return."
    case .close: .closed
    // §3.10.7.2: "An incoming RST should be ignored."; "Any acknowledgment is bad".
    case .reset, .receiveSYNACK, .receiveACKOfSYN, .receiveACKOfFIN, .receiveFIN: nil
    case .passiveOpen, .timeWaitTimeout: nil
    }
  }

  private func afterInSYNSent(_ event: TCPEvent) -> TCPState? {
    switch event {
    // §3.10.7.3: "If SND.UNA > ISS (our SYN has been ACKed), change the connection state to ESTABLISHED".
    case .receiveSYNACK: .established
    // §3.10.7.3: "Otherwise, enter SYN-RECEIVED, form a SYN,ACK segment": simultaneous open.
    case .receiveSYN: .synReceived
    // §3.10.7.3: "signal the user 'error: connection reset', drop the segment, enter CLOSED state".
    case .reset: .closed
    // §3.10.4: "Delete the TCB".
    case .close: .closed
    case .activeOpen, .passiveOpen, .receiveACKOfSYN, .receiveACKOfFIN, .receiveFIN, .timeWaitTimeout: nil
    }
  }

  private func afterInSYNReceived(_ event: TCPEvent) -> TCPState? {
    switch event {
    // §3.10.7.4, fifth: "If SND.UNA < SEG.ACK =< SND.NXT, then enter ESTABLISHED state".
    case .receiveACKOfSYN, .receiveSYNACK: .established
    // §3.10.4: "form a FIN segment and send it, and enter FIN-WAIT-1 state".
    case .close: .finWait1
    // §3.10.7.4, eighth: "Enter the CLOSE-WAIT state."
    case .receiveFIN: .closeWait
    // §3.10.7.4, second: "enter the CLOSED state and delete the TCB" (a passive open returns to LISTEN, with this TCB gone).
    case .reset: .closed
    case .activeOpen, .passiveOpen, .receiveSYN, .receiveACKOfFIN, .timeWaitTimeout: nil
    }
  }

  private func afterInEstablished(_ event: TCPEvent) -> TCPState? {
    switch event {
    // §3.10.4: "form a FIN segment and send it. In any case, enter FIN-WAIT-1 state."
    case .close: .finWait1
    // §3.10.7.4, eighth: "Enter the CLOSE-WAIT state."
    case .receiveFIN: .closeWait
    // §3.10.7.4, second: "Enter the CLOSED state, delete the TCB, and return."
    case .reset: .closed
    // §3.10.7.4, fourth: a SYN in a synchronized state brings a challenge ACK and no change (RFC 5961 §4).
    case .receiveSYN, .receiveSYNACK, .receiveACKOfSYN: nil
    case .activeOpen, .passiveOpen, .receiveACKOfFIN, .timeWaitTimeout: nil
    }
  }

  private func afterInFINWait1(_ event: TCPEvent) -> TCPState? {
    switch event {
    // §3.10.7.4, fifth: "if the FIN segment is now acknowledged, then enter FIN-WAIT-2".
    case .receiveACKOfFIN: .finWait2
    // §3.10.7.4, eighth: "If our FIN has been ACKed … otherwise, enter the CLOSING state."
    case .receiveFIN: .closing
    case .reset: .closed
    case .activeOpen, .passiveOpen, .receiveSYN, .receiveSYNACK, .receiveACKOfSYN, .close, .timeWaitTimeout: nil
    }
  }

  private func afterInFINWait2(_ event: TCPEvent) -> TCPState? {
    switch event {
    // §3.10.7.4, eighth: "Enter the TIME-WAIT state. Start the time-wait timer".
    case .receiveFIN: .timeWait
    case .reset: .closed
    case .activeOpen, .passiveOpen, .receiveSYN, .receiveSYNACK, .receiveACKOfSYN, .close, .receiveACKOfFIN,
      .timeWaitTimeout:
      nil
    }
  }

  private func afterInCloseWait(_ event: TCPEvent) -> TCPState? {
    switch event {
    // §3.10.4: "send a FIN segment, enter LAST-ACK state."
    case .close: .lastAck
    case .reset: .closed
    case .activeOpen, .passiveOpen, .receiveSYN, .receiveSYNACK, .receiveACKOfSYN, .receiveACKOfFIN, .receiveFIN,
      .timeWaitTimeout:
      nil
    }
  }

  private func afterInClosing(_ event: TCPEvent) -> TCPState? {
    switch event {
    // §3.10.7.4, fifth: "if the ACK acknowledges our FIN, then enter the TIME-WAIT state".
    case .receiveACKOfFIN: .timeWait
    case .reset: .closed
    case .activeOpen, .passiveOpen, .receiveSYN, .receiveSYNACK, .receiveACKOfSYN, .close, .receiveFIN,
      .timeWaitTimeout:
      nil
    }
  }

  private func afterInLastACK(_ event: TCPEvent) -> TCPState? {
    switch event {
    // §3.10.7.4, fifth: "If our FIN is now acknowledged, delete the TCB, enter the CLOSED state, and return."
    case .receiveACKOfFIN: .closed
    case .reset: .closed
    case .activeOpen, .passiveOpen, .receiveSYN, .receiveSYNACK, .receiveACKOfSYN, .close, .receiveFIN,
      .timeWaitTimeout:
      nil
    }
  }

  private func afterInTimeWait(_ event: TCPEvent) -> TCPState? {
    switch event {
    // §3.10.8: "delete the TCB, enter the CLOSED state and return."
    case .timeWaitTimeout: .closed
    // §3.10.7.4, second: "If the RST bit is set, then enter the CLOSED state". RFC 1337 and Linux ignore it; the socket
    // belongs to nobody either way.
    case .reset: .closed
    // §3.10.7.4, fourth: with a newer timestamp or ISN a SYN may open again (RFC 6191): another connection.
    case .receiveSYN: nil
    case .activeOpen, .passiveOpen, .receiveSYNACK, .receiveACKOfSYN, .close, .receiveACKOfFIN, .receiveFIN: nil
    }
  }
}
