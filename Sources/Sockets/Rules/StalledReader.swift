internal import Audit
internal import Flow

let stalledReader = SocketRule(
  id: "stalled-reader", title: "the peer's window is closed: its application does not read", severityOfMany: nil,
  judge: { socket, surroundings in
    guard socket.timer == .windowProbe, socket.isSynchronized, socket.unanswered < surroundings.limits.unanswered,
      let info = socket.info, Int64(info.sinceDataSent) * 1_000_000 >= surroundings.limits.stall
    else { return nil }
    return Suspicion(
      .warning, .likely, lasting: Int64(info.sinceDataSent) * 1_000_000, amount: UInt64(socket.sendQueue))
  },
  meaning: { group in
    "\(Numeral.count(group.amount, "byte")) \(group.amount == 1 ? "waits" : "wait") here because the peer's receive window is closed; it answers "
      + "the probes, so its kernel lives and its application does not read."
  },
  mend: "look at the peer's application: tcpaudit sockets there shows its unread queue")
