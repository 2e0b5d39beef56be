internal import Audit
internal import Flow

/// Where keepalive runs the kernel finds out by itself; on loopback there is no path that could forget.
let silentPeer = SocketRule(
  id: "silent-peer", title: "open, nothing heard of the peer for long, and no keepalive", severityOfMany: .warning,
  judge: { socket, surroundings in
    guard socket.state == .established, socket.isHeld, socket.timer == .off, socket.sendQueue == 0,
      socket.receiveQueue == 0,
      !socket.isLoopback, let silence = socket.silence, silence >= surroundings.limits.idle
    else { return nil }
    return Suspicion(.note, .possible, lasting: silence)
  },
  meaning: { group in
    "Nothing was heard on \(Numeral.count(group.count, "open connection")), and without keepalive nothing will show whether the peer still "
      + "has \(group.count == 1 ? "it" : "them"). Idle pools look like this, and so do sockets without a partner."
  },
  mend:
    "tcpaudit sockets --peer FILE with the other host's list tells the two apart; keepalive (SO_KEEPALIVE, TCP_KEEPIDLE) lets the "
    + "kernel find out")
