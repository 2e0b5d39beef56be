internal import Audit
internal import Flow

let finWait2 = SocketRule(
  id: "fin-wait-2", title: "we have closed our half, and the peer does not close its own", severityOfMany: .warning,
  judge: { socket, surroundings in
    guard socket.state == .finWait2, socket.isHeld, let quiet = socket.quiet, quiet >= surroundings.limits.idle else {
      return nil
    }
    return Suspicion(.note, .likely, lasting: quiet)
  },
  meaning: { group in
    "\(sockets(group.count, "is", "are")) half closed (shutdown), and the peer neither sends nor closes: its application does not call "
      + "close(), or its FIN does not arrive. The kernel puts no end to it while the descriptor is open."
  },
  mend: "after shutdown(SHUT_WR) wait with a timeout, then close()")

/// Closed by its application: the kernel forgets it after tcp_fin_timeout.
let finWait2Orphan = SocketRule(
  id: "fin-wait-2-orphan", title: "closed connections whose peer does not close", severityOfMany: .warning,
  judge: { socket, surroundings in
    guard socket.state == .finWait2, !socket.isHeld, socket.timer == .timeWait || socket.timer == .keepalive else {
      return nil
    }
    let lasting = surroundings.namespace.finTimeout - Int64(socket.timerExpires) * 1_000_000
    guard lasting >= surroundings.limits.stall else { return nil }
    return Suspicion(.note, .certain, lasting: lasting)
  },
  meaning: { group in
    "\(sockets(group.count, "was", "were")) closed here and not by the peer, which leaks them in CLOSE-WAIT, or whose FIN does not arrive. "
      + "The kernel here forgets them (net.ipv4.tcp_fin_timeout); the peer's end stays."
  },
  mend: "look at the peer: tcpaudit sockets there")
