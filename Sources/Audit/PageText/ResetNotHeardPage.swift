// Written by tools/pages from Pages/reset-not-heard.md.
extension Page {
  static var resetNotHeard: String {
    #"""
    # reset-not-heard

    A side reset the connection, and its peer goes on as if nothing had happened: the RST never arrived. One end has
    no socket any more, the other is open without a partner until it speaks and is answered, or gives up.

    ## How it shows

        client → server  RST+ACK                the client's socket is gone
        server → client  data                   5 s later
        server → client  the same data          0.3 s later
        server → client  the same data          0.9 s later

    In the end the peer may give up by a RST of its own; that ended nothing any more.

    What was under way when the RST was sent does not count: the peer must still talk 3 s later or more, and repeat
    itself. The resetting side sent nothing else since, and the RST lay within the window.

    A pool may use the connection again after hours. Then what it sends is shown as a connection of its own, met
    midstream, and the RST as one of the connection before it: it goes on at the very sequence number where the RST
    found it, which no late copy does.

    ## How bad, and who

    An error. The path is at fault: something drops the RST. Where the capture stands beside the receiver the RST
    has come all the way, and the receiver's own firewall is a suspect too. So is a client that uses the connection
    again long after: it may have slept when the RST came. `likely` at most where the RST's TTL is not that of its
    sender's other packets: a device may have sent it, and who went on had no reason to heed it.

    ## Look-alikes

    - The resetting side goes on talking as well: it sent no RST. That is `reset-forged`.
    - A RST outside of the window is ignored by right.
    - A full queue that drains after the RST: it goes on without a pause, however long that takes, and nothing is
      sent twice.

    ## What to do

    - Operator: look for a firewall that drops RSTs, or that had dropped its state and takes the RST for invalid
      (conntrack: "ct state invalid drop").
    - Application developer: keepalive (SO_KEEPALIVE with TCP_KEEPIDLE) or TCP_USER_TIMEOUT on the side that stays
      open.

    ## What would prove it

    A capture at the receiver's side: the RST is in the one and not in the other.

    ## Recorded

    `captures/reset-not-heard/server.pcapng` shows it; `captures/reset-not-heard/scenario` says what was done.

    """#
  }
}
