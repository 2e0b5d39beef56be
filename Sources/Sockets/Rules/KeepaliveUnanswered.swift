internal import Audit
internal import Flow

/// One probe may be on its way; two without an answer are not.
let keepaliveUnanswered = SocketRule(
  id: "keepalive-unanswered", title: "keepalive probes are not answered", severityOfMany: nil,
  judge: { socket, _ in
    guard socket.timer == .keepalive, socket.unanswered >= 2, let silence = socket.silence,
      socket.state == .established || socket.state == .closeWait
    else { return nil }
    return Suspicion(.error, .likely, lasting: silence, amount: UInt64(socket.unanswered))
  },
  meaning: { group in
    "\(Numeral.count(group.amount, "keepalive probe is", "keepalive probes are")) without an answer: the connection is dead on the "
      + "path or at the peer, and the kernel is about to find it so."
  },
  mend:
    "look for an idle timeout on the path that is shorter than the keepalive time; probe before it ends (TCP_KEEPIDLE)")
