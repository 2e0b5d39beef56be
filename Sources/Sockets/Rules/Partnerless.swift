internal import Audit

/// Found by comparing two hosts (`PeerComparison`), never by a socket alone.
let partnerless = SocketRule(
  id: "partnerless", title: "the other host has no such connection any more", severityOfMany: nil,
  judge: { _, _ in nil },
  meaning: { group in
    "\(sockets(group.count, "is", "are")) open here, and the other host, whose own address is at the far end, has no such socket: "
      + "nothing will ever arrive, and only something that is sent would show it."
  },
  mend:
    "switch keepalive on (SO_KEEPALIVE, TCP_KEEPIDLE below the path's idle timeout), so that the kernel finds out; look for what "
    + "ate the other end's FIN or RST: a firewall that forgot the connection, a host that was restarted")
