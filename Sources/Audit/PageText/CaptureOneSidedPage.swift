// Written by tools/pages from Pages/capture-one-sided.md.
extension Page {
  static var captureOneSided: String {
    #"""
    # capture-one-sided

    Of some connections only one direction was captured, and that direction proves that the other lives: its ACK
    numbers rise, or it sends new data where an answer was needed.

    ## How it shows

        server → client  ACK 101, bytes 1 to 1,000
        server → client  ACK 201, bytes 1,001 to 2,000      the client must have acknowledged, and sent 100 more

    ## What follows

    Silence of the direction that is not seen is not claimed. Its bytes are known from the ACKs alone; its FINs and
    RSTs are mostly unknown.

    ## What to do

    Capture where both directions pass: at one of the hosts, or on both links where routing is asymmetric. Mirror
    both directions of the port. See whether the filter names one direction only (`src host`, `dst port`).

    Where the capture cut the headers of packets (`not decoded: … header cut` in the summary), these may be the other
    direction, and the finding is only `possible`: capture more of each packet (`tcpdump -s 0`, `live --snaplen`).

    ## What it cannot tell

    Who ended a connection by a packet of the direction that is missing.

    ## Recorded

    `captures/capture-troubles/up.pcapng` shows it; `captures/capture-troubles/scenario` says what was done.

    """#
  }
}
