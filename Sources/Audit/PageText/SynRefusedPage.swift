// Written by tools/pages from Pages/syn-refused.md.
extension Page {
  static var synRefused: String {
    #"""
    # syn-refused

    A SYN answered by RST: connection refused.

    ## What it means

    The server's kernel has no socket that listens on this port. The client's `connect()` fails at once
    with ECONNREFUSED. That is how TCP says no, so it is a note: it is a defect only if the service
    should be there.

    ## How it shows

        0.000  client → server  SYN
        0.080  server → client  RST+ACK   sequence number 0, acknowledges the SYN

    Windows asks three times, half a second apart, before it believes it.

    ## Told from its look-alikes

    - *A firewall that rejects with RST* speaks in the server's name. Where the RST fails the tests of
      `reset-forged` (its TTL, its speed), the path is at fault and that finding stands beside.
    - *A RST that does not acknowledge the SYN* is ignored by the client (RFC 9293 §3.10.7.3) and is no
      refusal.
    - *SYN, SYN-ACK, RST* is a scan or a load balancer's health check: harmless.
    - *A full accept queue* drops by default (`accept-overflow`); with
      `net.ipv4.tcp_abort_on_overflow=1` it resets, but only after the handshake.

    ## What to do

    On the server: `ss -ltnp 'sport = :PORT'`. Nothing listed: the service is not running. Listed with
    `127.0.0.1` or another address: it listens where the client does not ask. Inside containers: the
    port may not be published.

    ## What it cannot tell

    Whether the service has crashed, is restarting, or was never meant to be there; and whether a firewall at the
    server, or right before it, refuses in its name: its reset looks the same. So it is `likely`, and no more.

    ## Recorded

    `captures/refused/client.pcapng` shows it; `captures/refused/scenario` says what was done.

    """#
  }
}
