// Written by tools/pages from Pages/handshake-unfinished.md.
extension Page {
  static var handshakeUnfinished: String {
    #"""
    # handshake-unfinished

    The SYN-ACK is repeated, and the client's ACK is never seen.

    ## What it means

    The server has answered and waits for the third packet. It holds a half-open socket (SYN-RECV) and
    repeats the SYN-ACK with back-off: five times, for a minute, by Linux's default
    (`tcp_synack_retries`). Many at a time fill the SYN queue.

    ## How it shows

         0.00  client → server  SYN
         0.00  server → client  SYN-ACK
         1.00  server → client  SYN-ACK
         3.00  server → client  SYN-ACK     three at least, and no ACK

    ## Told from its look-alikes

    - *One lost ACK*: the SYN-ACK comes twice and the handshake completes.
    - *The ACK is there and the SYN-ACK comes all the same*: `accept-overflow`.
    - *A scan or a health check* answers with RST: harmless.
    - *A SYN flood with forged addresses* looks exactly like this, many times over, from addresses that
      never spoke.

    ## What to do

    1. Does the client repeat its SYN? Then it wants the connection and the SYN-ACK does not reach it: a
       one-way path, or its own firewall. If it does not, it may never have sent the SYN (a forged
       address, a scanner).
    2. Capture at the client's side: SYN-ACKs that arrive there and are not answered are dropped by the
       client's host.
    3. In a flood: `net.ipv4.tcp_syncookies=1`.

    ## What it cannot tell

    At the server's side: whether the SYN-ACK was lost on its way or ignored. Where the client's packets are
    missing, its SYN with them: whether its ACK was there. The confidence is lower then, and in a capture of one
    direction there is no finding.

    ## Recorded

    `captures/handshake-unfinished/server.pcapng` shows it;
    `captures/handshake-unfinished/scenario` says what was done.

    """#
  }
}
