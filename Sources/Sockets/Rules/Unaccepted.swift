internal import Audit
internal import Flow

/// Open, and no file is behind it: it is in the queue of its listener. (Without a listener it is something of the kernel's own.)
let unaccepted = SocketRule(
  id: "unaccepted", title: "connections wait for accept()", severityOfMany: .error,
  judge: { socket, surroundings in
    guard socket.state == .established || socket.state == .closeWait, !socket.isHeld,
      surroundings.isListenedOn, let silence = socket.silence,
      silence >= surroundings.limits.stall
    else { return nil }
    return Suspicion(.warning, .likely, lasting: silence, amount: UInt64(socket.unreadBytes))
  },
  meaning: { group in
    "\(Numeral.count(group.count, "connection waits", "connections wait")) to be taken over by accept(), with "
      + "\(Numeral.count(group.amount, "byte")) unread: the clients believe that they are served."
  },
  mend: "find out why the application does not call accept(): stopped, out of descriptors or threads")
