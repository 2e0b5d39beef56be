// Written by tools/pages from Pages/capture-duplicated.md.
extension Page {
  static var captureDuplicated: String {
    #"""
    # capture-duplicated

    The capture holds copies of packets. They are dropped before the analysis, counted as duplicates, and in no
    other count: a copy is no retransmission.

    ## How it shows

        #1  client → server  SYN   IP ID 0x3001
        #2  client → server  SYN   IP ID 0x3001      2 µs later, the same packet

    A retransmission of the sender has another IP ID or timestamp, and comes later. Fewer than one copy in
    twenty packets are only counted in the summary: networks double some too.

    ## Where it comes from

    - `tcpdump -i any` on a host with a bridge, bond, VLAN, container or tunnel: one packet passes several
      interfaces.
    - A mirror port that mirrors the receiving and the sending side of a link.
    - A router or middlebox captured on both sides: the copy's TTL is one lower.
    - Several captures of the same traffic, given together. Those of the client and of the server are two views, and
      no copies of one: about a connection that both hold, with a delay or a router between them, nothing is claimed,
      and this finding is a warning that says so. The same where both were merged into one file, once a packet comes
      again more than a tenth of a second later and with another TTL.

    ## What to do

    Where a delay or a router lies between the captures: audit each by itself. Otherwise nothing has to be done: the
    findings are those of the traffic without its copies. For smaller files capture on one interface, or mirror one
    direction of each port.

    ## What it cannot tell

    Copies that NAT has changed in between appear as a second connection. Of two captures that were merged into one
    file, and taken on one link or less than a tenth of a second apart, what is told may be less certain than of each.

    ## Recorded

    `captures/capture-troubles/twice.pcapng` shows it; `captures/capture-troubles/scenario` says what was done.

    """#
  }
}
