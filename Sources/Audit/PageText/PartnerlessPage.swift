// Written by tools/pages from Pages/partnerless.md.
extension Page {
  static var partnerless: String {
    #"""
    # partnerless

    A socket of this host is open, and the wire shows that its peer has none any more: the peer reset the
    connection, or closed it, and this host's kernel never heard of it. Nothing will ever arrive on that socket; its
    application waits, and its descriptor is lost for as long as the process lives.

    Found by `tcpaudit live --sockets`, which asks the kernel of the host that it runs on, and names the process and
    the descriptor (a container's too, on its host, with `--all-namespaces`). `tcpaudit sockets --peer FILE` finds the
    same without a capture, from the two hosts' tables.

    ## How it shows

        on the wire                                  in the kernel of this host
        server → client  FIN                         ESTAB   python3 (4711), descriptor 7
        server → client  FIN, again and again        ESTAB
                         and no ACK of it            ESTAB

    Either a FIN of the peer as of `fin-unacked`, and the socket here is still ESTABLISHED 3 s after it was first
    sent; or a RST of the peer that its kernel should have taken (or that `reset-not-heard` tells of), and
    a second later the socket here is ESTABLISHED, CLOSE-WAIT or FIN-WAIT-2 and has heard nothing of the peer since.

    ## How bad, and who

    An error. Suspects are the path and this host: the packet reached the interface, and may have been dropped
    behind it, by a firewall of the host itself. It stands for `fin-unacked`, `reset-not-heard`, `reset-abort`,
    `reset-unread` and `half-open` of the same connection.

    ## Look-alikes

    - A RST that the kernel refused, rightly: forged, or outside of the window. Then the peer goes on, and the socket
      hears it; or it is on this host too, and its socket is there.
    - A FIN that was taken, and whose ACK is lost: the socket is in CLOSE-WAIT.
    - A new connection on the same ports: its SYN is on the wire.

    ## What to do

    - Operator: look for what drops FINs or RSTs on their way into this host (`nft list ruleset`,
      `iptables -L -v`), or forgot the connection before it.
    - Application developer: keepalive on pooled connections, and a limit of their age.

    ## What would prove it

    `tcpaudit sockets --format json` on the peer's host, given to `tcpaudit sockets --peer` here: it has no such
    socket.

    """#
  }
}
