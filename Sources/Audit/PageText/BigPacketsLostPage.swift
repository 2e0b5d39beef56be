// Written by tools/pages from Pages/big-packets-lost.md.
extension Page {
  static var bigPacketsLost: String {
    #"""
    # big-packets-lost

    Small segments arrive and full-sized ones never: a path-MTU black hole.

    ## What it means

    A link on the way takes no packets of that size (a tunnel, PPPoE, a VPN), the packets carry "don't
    fragment", and the ICMP error that should tell the sender is dropped or heeded by nobody. The
    handshake and small requests work; the first large answer hangs. The classic: TLS stops at the
    certificate, SSH at the key exchange.

    ## How it shows

        1.000  client → server  100 bytes
        1.000  server → client  1,448 bytes
        1.000  server → client  52 bytes
        1.080  client → server  ACK 1, SACK 1449-1501     the small one arrived, the large one did not
        1.3    server → client  1,448 bytes               again, and again

    The least: 4 transmissions with a gap that grew, over 3 seconds, of a segment larger than any that was
    acknowledged (and of 500 bytes at least), and a sign that the peer is alive: a small segment SACKed, a
    packet of it meanwhile, or an ICMP error that says how large a packet may be. Less certain: a peer that
    was heard a moment before is silent from the first large segments on, with nothing small outstanding
    that it could have answered; its host may have died in that moment, and is a suspect beside the path.

    ## Told from its look-alikes

    - *A peer that says nothing at all*, or nothing any more, may be gone: `peer-vanished`, with a hint if
      nothing of that size ever arrived.
    - *Duplicate ACKs without SACK* may answer large segments that did arrive: no sign that only small ones do.
    - *A peer that repeats what was acknowledged* does not get ACKs either, and none are smaller: `acks-lost`.
    - *A segment of that size was acknowledged before*: then it is not the size.
    - *Large segments in a capture at the sender* may be cut by its network card; what is repeated has
      the true size.

    ## What to do

    `tracepath HOST` or `ping -M do -s SIZE HOST` finds the size. Let ICMP "fragmentation needed" (3/4)
    and ICMPv6 "packet too big" (2/0) through; else clamp the MSS at the tunnel (`iptables … -j TCPMSS
    --clamp-mss-to-pmtu`). On the sender `net.ipv4.tcp_mtu_probing=1` works around it.

    ## What it cannot tell

    Which link it is, unless an ICMP error names the router.

    ## Recorded

    `captures/big-packets-lost/client.pcapng` shows it; `captures/big-packets-lost/scenario` says what was done.

    """#
  }
}
