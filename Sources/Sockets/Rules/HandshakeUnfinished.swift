internal import Audit
internal import Flow

let handshakeUnfinished = SocketRule(
  id: "handshake-unfinished", title: "clients that do not complete the handshake", severityOfMany: .warning,
  judge: { socket, _ in
    guard socket.state == .synReceived, socket.unanswered >= 2 else { return nil }
    return Suspicion(.note, .likely, lasting: 3_000_000_000, amount: UInt64(socket.unanswered) + 1)
  },
  meaning: { group in
    "\(Numeral.count(group.count, "handshake hangs", "handshakes hang")): \(Numeral.count(group.amount, "SYN-ACK was", "SYN-ACKs were")) sent and "
      + "no ACK came. The answer does not reach the clients, or their addresses are forged (a SYN flood)."
  },
  mend: "one network: look at the way back to it; everywhere: net.ipv4.tcp_syncookies=1")
