internal import Audit
internal import Flow

let finUnacked = SocketRule(
  id: "fin-unacked", title: "our FIN is not acknowledged", severityOfMany: .error,
  judge: { socket, surroundings in
    guard isLastFIN(socket), socket.timer == .retransmission, socket.unanswered >= surroundings.limits.unanswered,
      let silence = socket.silence
    else { return nil }
    return Suspicion(.warning, .likely, lasting: silence, amount: UInt64(socket.unanswered))
  },
  meaning: { group in
    "The FIN of \(Numeral.count(group.count, "closed connection")) is sent again and again without an ACK: the other end may stay "
      + "ESTABLISHED, without a partner once the kernel here gives up."
  },
  mend: "look at the other host with tcpaudit sockets, and for a firewall between that has forgotten these connections")
