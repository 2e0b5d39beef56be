internal import Audit
internal import Flow

/// `sk_acceptq_is_full`: Linux lets one more wait than the limit says, and lets handshakes fall while it is so.
let acceptOverflow = SocketRule(
  id: "accept-overflow", title: "the queue of connections that wait for accept() is full", severityOfMany: nil,
  judge: { socket, _ in
    guard socket.state == .listen, socket.receiveQueue > socket.sendQueue else { return nil }
    return Suspicion(.error, .certain, lasting: 0, amount: UInt64(socket.receiveQueue))
  },
  meaning: { group in
    "\(Numeral.count(group.amount, "connection waits", "connections wait")) for accept(), and no more may: new ones are let fall, "
      + "and their clients wait for an answer."
  },
  mend:
    "find out why the application does not call accept() (stopped, out of descriptors or threads); a larger backlog takes "
    + "listen(2)'s argument and net.core.somaxconn")
