// Written by tools/pages from Pages/accept-overflow.md.
extension Page {
  static var acceptOverflow: String {
    #"""
    # accept-overflow

    The client completes the handshake; the server goes on with its SYN-ACK as if it had not.

    ## What it means

    The server's accept queue is full: its application does not call `accept()` fast enough. Linux drops
    the client's ACK, stays in SYN-RECV and repeats the SYN-ACK. The client is ESTABLISHED and sends its
    request into nothing. If the queue gets room in time, a later packet of the client completes it;
    else the client ends with a timeout or a RST. With `tcp_abort_on_overflow` Linux answers the ACK, and
    the data behind it, by a bare RST each, at once.

    ## How it shows

        0.000  client → server  SYN
        0.080  server → client  SYN-ACK
        0.080  client → server  ACK              established, for the client
        0.081  client → server  100 bytes
        0.4    client → server  100 bytes        again, and again
        1.080  server → client  SYN-ACK          as if there had been no ACK
        1.080  client → server  ACK
        3.080  server → client  SYN-ACK

    or, with `tcp_abort_on_overflow`:

        0.081  client → server  100 bytes
        0.161  server → client  RST              bare: no ACK, sequence number as acknowledged
        0.162  server → client  RST              the data met no socket either

    ## Told from its look-alikes

    - *A listener that is just being closed*, and a load balancer that sends the ACK to another host than the SYN,
      answer
      by the same RST: it is `likely` at the server's side and `possible` elsewhere.
    - *A firewall that reads the first data* (a TLS hello, a forbidden name) resets by the same packet, but once
      where data were under way, later than the ACK could be answered, or with another TTL: then it is no full queue.
    - *A lost ACK* heals with the client's next packet: the server's next word is no SYN-ACK.
    - *`handshake-unfinished`*: there the ACK is never seen.
    - *TCP_DEFER_ACCEPT* makes Linux wait for data; a server that waits so repeats its SYN-ACK late.
      Without data of the client the finding is only `possible`.
    - *A path that lets SYNs pass and nothing else from the client* shows the same at the client's side: there the
      finding is `likely` at best.

    ## What to do

    On the server: `ss -ltn` (Recv-Q is the queue, Send-Q its limit), `nstat -az TcpExtListenOverflows`.
    Raise the backlog of `listen()` and `net.core.somaxconn` together; but first ask why the application
    does not accept.

    ## What it cannot tell

    From the client's side: whether the server ignored the ACK or the path lost it. The server is at
    fault alone only where the capture stands beside it and the ACKs are seen to arrive.

    ## Recorded

    `captures/accept-overflow/client.pcapng` shows it; `captures/accept-overflow/scenario` says what was done.

    """#
  }
}
