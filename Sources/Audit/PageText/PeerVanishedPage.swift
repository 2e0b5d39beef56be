// Written by tools/pages from Pages/peer-vanished.md.
extension Page {
  static var peerVanished: String {
    #"""
    # peer-vanished

    Data are repeated with back-off, and a peer that was alive before says nothing more.

    ## What it means

    The connection worked; from one moment on no packet of the peer arrives. Its host lost power or
    network, was moved or frozen; a firewall forgot or forbade the connection; a route broke. The sender
    repeats the oldest unacknowledged bytes at 0.2, 0.4, 0.8 … seconds and gives up after some 15
    minutes. Its socket stays open till then. The lost bytes are those on the wire that were never
    acknowledged; what the sender had queued behind is in no capture.

    ## How it shows

        10.000  client → server  100 bytes
        10.080  server → client  ACK              the last that is heard of it
        12.0    client → server  100 bytes
        12.3    client → server  100 bytes        the same again
        12.9    client → server  100 bytes        the gaps grow
        14.1    client → server  100 bytes

    The least: 4 transmissions of the same data (or of the probes of a closed window), a gap that grew,
    over 3 seconds, 5 recorded. More of it raises the confidence; losses of the capture lower it.
    A peer that was heard while they were repeated, as in a fast recovery that the path did not outlive:
    counted are the transmissions since then, and they must last as long as it was heard of before.

    ## Told from its look-alikes

    - *Loss and recovery*: the peer acknowledges in the end. An outage that healed is no finding.
    - *A tail loss probe* (RFC 8985) makes the first repetition early; it alone proves nothing.
    - *The capture misses the peer's packets*: the sender then moves on, and there is no finding.
      Where it has none of them at all, the confidence is a step lower. A FIN, or small new data up to one
      segment, is no such move where the oldest comes again as late as it would have without: whatever
      application gives up closes its socket, and no ACK is needed for that.
    - *`big-packets-lost`*: the peer still answers, only the large segments never arrive.
    - *`stalled-reader`*: the window is zero and the probes are answered.
    - *Repetitions after both FINs were acknowledged* are late duplicates: harmless.
    - *A subflow of multipath TCP* may fall silent: another carries on, and there is no finding.
    - *`idle-killed`*: the silence begins with the first packet after a long idle time.

    ## What to do

    Where an ICMP error came back it is in the evidence: it names who gave up, and why. Else
    capture at the other side: packets that arrive there clear the path. Ask whether the host was up.
    For the future: TCP_USER_TIMEOUT or shorter `tcp_retries2`, so that the application learns of it in
    seconds.

    ## What it cannot tell

    Network, firewall or host: from one end they look the same, unless one of them says so by ICMP.

    ## Recorded

    `captures/peer-vanished/client.pcapng` shows it; `captures/peer-vanished/scenario` says what was done.

    """#
  }
}
