// Written by tools/pages from Pages/fin-unacked.md.
extension Page {
  static var finUnacked: String {
    #"""
    # fin-unacked

    A FIN, repeated with back-off, that no packet of the peer ever acknowledged. The closing side gives up in the
    end; the peer's socket stays ESTABLISHED without a partner, and a pool of such sockets only grows.

    ## How it shows

        server → client  FIN                    0 s
        server → client  FIN                    0.3 s
        server → client  FIN                    0.9 s
        server → client  FIN                    2.1 s …
                                                and no ACK of it

    At least 4 transmissions over at least 3 s. That its sender repeats it proves that no ACK reached it, whatever
    the capture may have lost. Not where that sender acknowledges new data of a peer that the capture does not show.

    ## How bad, and who

    An error. Where the peer still sends other packets that do not acknowledge the FIN, the path is at fault:
    something lets data through and eats FINs. Else (also where it was heard meanwhile and fell silent since)
    suspects are the path and the peer's host; the host alone where the capture stands beside it. A note where the
    peer's own FIN had been acknowledged, or is the one unit that the capture lacks at the end of its stream: it has
    closed as well and waits for nothing. `possible` where more of that end is missing: a FIN may have come with it;
    `likely` where the peer lives.

    ## Look-alikes

    - Data unacknowledged as well: `peer-vanished`, `idle-killed`, or `half-close-truncated`.
    - The last ACK of a close that is lost, and the recording ends: fewer than 4 transmissions.
    - A FIN that is answered by RST: the other end had closed.

    ## What to do

    - Operator: look for a firewall that drops FINs or forgot the connection; `ss -tn` on the peer's host shows
      sockets that are still ESTABLISHED.
    - Application developer: keepalive on pooled connections, and a limit of their age.

    ## What would prove it

    A capture at the peer's side shows whether the FIN arrives; a keepalive of that socket is answered by a RST or
    not at all.

    ## Recorded

    `captures/fin-unacked/server.pcapng` shows it; `captures/fin-unacked/scenario` says what was done.

    """#
  }
}
