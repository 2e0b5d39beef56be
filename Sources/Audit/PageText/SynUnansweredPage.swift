// Written by tools/pages from Pages/syn-unanswered.md.
extension Page {
  static var synUnanswered: String {
    #"""
    # syn-unanswered

    SYNs without an answer of any kind: no SYN-ACK, no RST, no ICMP error.

    ## What it means

    The client asks to connect, asks again after one second and after three, and nobody says anything.
    Something drops the SYN without a word, or drops the answer. The application waits: about two
    minutes by Linux's defaults (`tcp_syn_retries` 6), until `connect()` fails with ETIMEDOUT.

    ## How it shows

        0.000  client → server  SYN
        1.0    client → server  SYN       the same sequence number
        3.0    client → server  SYN
                                          and nothing

    An error: at least 2 SYNs, and 3 seconds recorded after the first. Likewise where the SYN-ACK comes so late, a
    second or more after the last SYN, that the client has given up, and its kernel answers it with a bare RST; that
    is `likely` at best. A lone SYN is a note, summed up per target; the many targets of one source are one note, a
    scan: lone SYNs to 32 targets or more, or SYNs that are repeated to as many hosts on one port, or ports of one
    host. Those that were given up for want of room (`--max-memory`, `--max-connections`) are counted in it, and
    said to be; nobody is accused of them.

    ## Told from its look-alikes

    - *Refused* (`syn-refused`): a RST came back. *Rejected* (`syn-rejected`): an ICMP error did. One that
      refuses nothing (too big, source quench) is no answer, and is in the evidence.
    - *A SYN that joins a connection of multipath TCP* (MP_JOIN): a note, for the connection goes on.
    - *The capture saw one direction only*: then the client goes on with an ACK, and there is no
      finding. That it repeats its SYN proves that it was not answered; but the last one may have been refused
      unseen, so it takes four SYNs there. A RST of the client that comes
      later than its next SYN would have come only says that it gave up.
    - *Repeated too soon*, by equal pauses below 0.9 seconds: that is no timeout but the answer to a RST, which
      Windows
      tries twice more, and the RSTs are not in the capture.
    - *The recording ended at once*: less than 3 seconds after the first SYN nothing is claimed.
    - *The SYN-ACKs are there and the client repeats its SYN*: `handshake-unfinished`.

    ## What to do

    1. Is the address right, and is the host up? A host that is up and has no listener refuses; it is
       not silent.
    2. Capture at the server's side. SYNs that arrive there are dropped by the server: its firewall, or
       a full listen queue (`nstat -az TcpExtListenDrops TcpExtListenOverflows`).
    3. SYNs that do not arrive are dropped on their way: security groups, network ACLs, routes.
    4. SYN-ACKs that leave the server and do not arrive come back by another way than the SYN went.

    ## What it cannot tell

    From the client's side: whether the SYN or the SYN-ACK was lost, and whether the server or the path
    did it. The server is named alone only where the capture stands beside it, and then it is `likely`: beside a
    host,
    seen by its TTL, is not in it.

    ## Recorded

    `captures/syn-unanswered/client.pcapng` shows it; `captures/syn-unanswered/scenario` says what was done.

    """#
  }
}
