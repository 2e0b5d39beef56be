// Written by tools/pages from Pages/never-heard.md.
extension Page {
  static var neverHeard: String {
    #"""
    # never-heard

    The handshake is complete, or the capture begins in midstream, and nothing at all comes from the
    peer.

    ## What it means

    One side has an established socket, sends data, and repeats them with back-off. The peer has
    acknowledged nothing and said nothing. Either it is gone, or no packet gets through in one of the
    two directions. Linux gives up after about 15 minutes (`tcp_retries2` 15): for so long the
    application waits.

    ## How it shows

        0.000  client → server  SYN
        0.080  server → client  SYN-ACK
        0.080  client → server  ACK
        0.1    client → server  100 bytes
        0.4    client → server  100 bytes        1.0, 2.2, 4.6: the gaps grow
                                                 and nothing from the server

    The least: 4 transmissions of the same data with growing gaps, over 3 seconds, 5 seconds recorded.

    ## Told from its look-alikes

    - *A capture of one direction*: a side whose peer is alive moves on — new data, a rising ACK number,
      newer timestamps echoed. Then there is no finding. That the capture lacks the peer's packets
      proves nothing.
    - *What was sent before is not repeated*: then the peer has acknowledged that, where the capture does
      not see it (`peer-vanished`).
    - *The probes of a closed window*, of one byte each (Windows, BSD), come at growing gaps though they
      are answered. Where the capture may lack the answers, and no timestamps tell, there is no finding.
    - *`accept-overflow`*: the server still repeats its SYN-ACK.
    - *`peer-vanished`*: the peer was alive in this connection before.
    - *The recording ends soon*: silence at the end of a file is no death.

    ## What to do

    Capture at the silent side. If the data arrive there, look at its firewall (the handshake passed:
    rules by state or by content), its load, its socket table. If not, the path eats them: a firewall
    that lets SYNs pass, a route that works one way, a proxy that answers handshakes itself.

    ## What it cannot tell

    Whether path or host: that takes the other end. In midstream: what was before the capture began.

    ## Recorded

    `captures/never-heard/client.pcapng` shows it; `captures/never-heard/scenario` says what was done.

    """#
  }
}
