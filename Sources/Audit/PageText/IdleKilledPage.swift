// Written by tools/pages from Pages/idle-killed.md.
extension Page {
  static var idleKilled: String {
    #"""
    # idle-killed

    The first packet after a long idle time gets no proper answer: a device in the path forgot the
    connection.

    ## What it means

    Firewalls, NATs and load balancers keep a table of connections and forget what has been idle for too
    long. The two ends are not told. The next packet is dropped in silence, or answered by a RST in the
    other end's name. Connection pools meet this all the time.

    ## How it shows

          1.08  server → client  500 bytes      the last that is heard of it
                                                400 s of idleness
        401.0   client → server  100 bytes
        401.3   client → server  100 bytes      again and again, no answer

    or keepalives without an answer after such a time, or a RST that fails the tests of `reset-forged`.
    The idle time is at least `--idle` (60 s) and longer than any that this connection has survived
    before.

    ## Default timeouts

    60 s AWS Classic Load Balancer · 120 s Linux conntrack after a FIN · 240 s Azure Load Balancer, NAT
    gateway · 350 s AWS Network Load Balancer, NAT gateway, Network Firewall, EC2 (Nitro V6) · 600 s
    Google Cloud firewall, nginx stream · 900 s Linux IPVS (Docker swarm, kube-proxy) · 1,200 s Google
    Cloud NAT · 7,440 s RFC 5382 · 432,000 s Linux conntrack

    `facts.products` lists those that fit between the idle time that was survived and the one that
    killed.

    ## Told from its look-alikes

    - *An idle time as long was survived before*: then it is no timeout, and the plain finding stands
      (`peer-vanished`, `keepalive-unanswered`).
    - *A shorter idle time*: the plain finding, with `facts.idle`.
    - *A bare RST that is not forged*: `half-open`.
    - *The packets arrive beside the silent host*: no device between; `peer-vanished`.

    ## What to do

    Keepalives more often than the timeout (SO_KEEPALIVE with TCP_KEEPIDLE, or in the protocol); or
    close idle connections first; or raise the device's timeout.

    ## What it cannot tell

    Whether the host died in that time: one connection alone never shows more than `likely`. Many that
    die at the same idle time prove it. Where it is the client that does not answer, its host is suspected
    beside the path: a notebook goes to sleep, or home, without a word.

    ## Recorded

    `captures/idle-killed/client.pcapng` shows it; `captures/idle-killed/scenario` says what was done.

    """#
  }
}
