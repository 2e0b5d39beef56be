// Written by tools/pages from Pages/syn-rejected.md.
extension Page {
  static var synRejected: String {
    #"""
    # syn-rejected

    A SYN answered by an ICMP or ICMPv6 error.

    ## What it means

    Something on the way did not let the SYN through and said so. The finding gives the error's name,
    type and code, and the address of who sent it. Linux gives up at once on some of them (EHOSTUNREACH,
    ENETUNREACH, ECONNREFUSED).

    ## How it shows

        0.000  client → server   SYN
        0.012  10.0.0.254 → client   ICMP: communication administratively prohibited, quoting the SYN

    ## The errors

    | ICMP (RFC 792, 1122, 1812) | ICMPv6 (RFC 4443) | usually |
    | --- | --- | --- |
    | 3/0, 3/6 network unreachable | 1/0 no route to destination | a router without a route |
    | 3/1, 3/7 host unreachable | 1/3 address unreachable | the last router finds no such host: it is off |
    | 3/2, 3/3 protocol, port unreachable | 1/4 port unreachable | a firewall that rejects (iptables REJECT) |
    | 3/9, 3/10, 3/13 prohibited | 1/1, 1/5, 1/6 prohibited | a filter rule |
    | 11/0 time to live exceeded | 3/0 hop limit exceeded | a routing loop |

    ## Told from its look-alikes

    - The error must quote this connection's SYN, sequence number included: others are ignored (RFC
      5927).
    - *Too big* (3/4, 2/0) is no rejection, nor are source quench and redirect.
    - An error, and a SYN-ACK all the same: no finding.

    ## What to do

    Ask whoever runs the reporter: its rule or its routing table is the cause. Where the reporter is the
    server itself, look at the server's firewall first; but a firewall before it may use its address.

    ## What it cannot tell

    Whether the reporter is who it says: ICMP is not authenticated.

    ## Recorded

    `captures/syn-rejected/client.pcapng` shows it; `captures/syn-rejected/scenario` says what was done.

    """#
  }
}
