// Written by tools/pages from Pages/reset-abort.md.
extension Page {
  static var resetAbort: String {
    #"""
    # reset-abort

    An established connection was ended by RST instead of FIN, and nothing is known to be lost. The peer's
    application sees "connection reset by peer" where it expected end of file.

    ## How it shows

        client ↔ server  request and answer, all acknowledged
        client → server  RST+ACK                60 s later, by itself

    ## How bad, and who

    A note where nothing was in flight, as far as its own ACK number tells: what that covers, and was sent longer
    before than anybody waits with an ACK, is none of it. A warning where something was, and arrived all the same;
    or where a server resets right behind its FIN, and within 200 ms of its answer, which the client may not have
    read by then. At fault is the side that reset; the path and the server are suspects, too, where a client gives
    up on a server that said nothing but SYN-ACKs, the last behind what is sent once one of them has come.
    Confidence is `likely` at best: the wire shows that it reset, not why.

    ## Look-alikes

    - Data lost, or the stream cut in its middle: `half-close-truncated`, `transfer-truncated`.
    - Unanswered or unread data: `reset-unread`.
    - A bare RST that answers a packet: `half-open`.
    - A RST that the side did not send: `reset-forged`.
    - A RST after both FINs were acknowledged, or after the resetting side's own FIN, gives no finding.

    ## Common and harmless

    A browser that resets idle connections; a client that resets after the server's FIN; a proxy that cleans up;
    multipath TCP, whose subflows come and go by RST. A load balancer's health checks (connect, reset, no data; or
    a hello of up to 2 kB, and a RST within a second at the first 16 kB of its answer) are not told once their
    period is known: six of one host to one service, equally far apart; those count for it, too, that end in order
    behind as little, for who hangs up on an answer is late at times. The summary counts those that hang up.

    ## What to do

    - Application developer: where it is not meant, do not set SO_LINGER with time 0, and close() instead of
      exiting with open sockets that hold input.
    - Operator: nothing, unless the peer's log counts these as errors.

    ## What it cannot tell

    SO_LINGER 0, a killed process and a deliberate abort look the same. Whether the peer's application had read
    everything.

    ## Recorded

    `captures/reset-abort/client.pcapng` shows it; `captures/reset-abort/scenario` says what was done.

    """#
  }
}
