internal import Audit
internal import Flow

/// Bytes are read in their order: while any is unread, the one that came last is.
let unreadInput = SocketRule(
  id: "unread-input", title: "the application does not read what has arrived", severityOfMany: nil,
  judge: { socket, surroundings in
    guard socket.state == .established || socket.state == .finWait2, socket.isHeld, socket.receiveQueue > 0,
      let info = socket.info
    else { return nil }
    let lasting = Int64(info.sinceDataReceived) * 1_000_000
    guard lasting >= surroundings.limits.stall else { return nil }
    return Suspicion(.warning, .certain, lasting: lasting, amount: UInt64(socket.receiveQueue))
  },
  meaning: { group in
    "\(Numeral.count(group.amount, "byte")) that arrived on \(Numeral.count(group.count, "connection")) \(group.amount == 1 ? "is" : "are") not "
      + "read: the application is busy, stopped, or has forgotten them. Once the buffer is full the peer is held up as well."
  },
  mend:
    "look what the process waits for (/proc/PID/wchan, a stack dump); closed like this, the kernel answers with a RST")
