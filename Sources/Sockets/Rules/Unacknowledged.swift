internal import Audit
internal import Flow

/// As `peerVanished`, but the peer is heard: small packets pass. The doubled timeouts before this one are at least half of it.
let unacknowledged = SocketRule(
  id: "unacknowledged", title: "what is sent is not acknowledged, although the peer is heard", severityOfMany: nil,
  judge: { socket, surroundings in
    guard socket.timer == .retransmission, socket.isSynchronized, !isLastFIN(socket),
      socket.unanswered >= surroundings.limits.unanswered, let info = socket.info, isHeardBetween(socket)
    else { return nil }
    return Suspicion(
      .warning, .likely, lasting: Int64(info.rto) * 500, amount: UInt64(socket.unackedBytes))
  },
  meaning: { group in
    "\(Numeral.count(group.amount, "byte")) \(group.amount == 1 ? "is" : "are") sent again and again without progress, and yet something "
      + "is heard of the peer: what is lost is perhaps only what is large (path MTU), or only this direction."
  },
  mend: "try net.ipv4.tcp_mtu_probing=1; a capture here and tcpaudit read tell which packets are never acknowledged")
