internal import Audit
internal import Flow

/// Data is sent again and again, or a closed window is asked about, and nothing at all is heard.
let peerVanished = SocketRule(
  id: "peer-vanished", title: "what is sent is not acknowledged, and nothing is heard of the peer", severityOfMany: nil,
  judge: { socket, surroundings in
    guard socket.timer == .retransmission || socket.timer == .windowProbe, socket.isSynchronized, !isLastFIN(socket),
      socket.unanswered >= surroundings.limits.unanswered, let silence = socket.silence, !isHeardBetween(socket)
    else { return nil }
    return Suspicion(.error, .likely, lasting: silence, amount: UInt64(socket.unackedBytes))
  },
  meaning: { group in
    "\(Numeral.count(group.amount, "byte")) \(group.amount == 1 ? "is" : "are") sent again and again without an answer of any kind: the "
      + "path or the peer's host is gone. The kernel gives up after some 15 minutes (net.ipv4.tcp_retries2)."
  },
  mend:
    "look at the path (a capture at both ends shows which one loses it); TCP_USER_TIMEOUT lets the application know sooner"
)

/// All that waits for its ACK is our own FIN.
func isLastFIN(_ socket: Socket) -> Bool {
  switch socket.state {
  case .finWait1, .closing, .lastAck: socket.unackedBytes == 0
  default: false
  }
}

/// Something was heard since the last retransmission but one: the timeout, which each of them doubles, and what is left of it tell when
/// that was. Window probes count only those since the peer was last heard.
func isHeardBetween(_ socket: Socket) -> Bool {
  guard socket.timer == .retransmission, let info = socket.info, let silence = socket.silence else { return false }
  let rto = Int64(info.rto) * 1000
  let sinceLast = max(0, rto - Int64(socket.timerExpires) * 1_000_000)
  return silence < sinceLast + rto / 2
}
