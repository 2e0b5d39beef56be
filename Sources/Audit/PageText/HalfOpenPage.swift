// Written by tools/pages from Pages/half-open.md.
extension Page {
  static var halfOpen: String {
    #"""
    # half-open

    A packet of an established connection is answered by a kernel that has no such socket.

    ## What it means

    One end still holds the connection; the other does not know it (RFC 9293 §3.5.1). Its host was
    restarted; or another host has its address now (a failover, a load balancer that sends elsewhere);
    or it gave up long ago and its RST or FIN never arrived. Whatever the survivor had sent since is
    lost. Where that host is seen to have repeated its own data until it gave up, the finding says so: then
    nothing was
    restarted, and what it repeated, or its ACKs, did not pass.

    ## How it shows

        600.00  client → server  100 bytes
        600.08  server → client  RST           bare: no ACK, window 0, no options, sequence number = its ACK

    or, where the host that lost the connection opens a new one from the same port:

         60.00  client → server  SYN           another sequence space
         60.00  server → client  ACK           a challenge (RFC 5961): here it is still open
         60.08  client → server  RST           bare: I know nothing of that

    ## Told from its look-alikes

    - *An abort of a live socket* is a RST+ACK with a real window and timestamps (`reset-unread`,
      `reset-abort`). The bare RSTs that follow it are echoes of that abort, not this.
    - *After the peer's own FIN* a bare RST says that both halves were closed: see the truncations.
    - *At once after the handshake* a bare RST means a full accept queue (`tcp_abort_on_overflow`) or a
      proxy.
    - *A forged RST* fails the tests of `reset-forged`.
    - *A SYN that is challenged, and nothing more* is an injection or a stray: no finding.
    - *A peer that was alive a second before* has not been restarted: its own abort or its FIN is missing in
      the capture, and the bare RST is the echo.
    - *A peer that probed a closed window* and whose next probe was not due is `transfer-truncated`: it had closed with
      data still queued, and new data met it.
    - *A scanner's lone ACK*, without data and not asked again, is no connection.

    ## What to do

    Had it closed the idle connection (a keep-alive timeout), and its FIN or RST was lost on the way? From the other end
    that looks the same: who keeps connections for later must give them up sooner than its peer does, and ask again
    where one proves dead.

    Was the host restarted? Does a load balancer or a virtual address stand between, and did it fail
    over? `facts.idle` is how long nobody had spoken: a time like 350 s speaks for a middlebox that
    answers with RST. Keepalives find a dead connection before the next request does.

    ## What it cannot tell

    Whether the RST was made by the host or by a device that imitates one well.

    ## Recorded

    `captures/half-open/client.pcapng` shows it; `captures/half-open/scenario` says what was done.

    """#
  }
}
