// Written by tools/pages from Pages/capture-loss.md.
extension Page {
  static var captureLoss: String {
    #"""
    # capture-loss

    The capture is not complete: bytes were acknowledged that it never saw, or the file says that the kernel or the
    interface dropped packets. Such bytes reached their receiver; only the recording lacks them.

    ## How it shows

        server → client  bytes 1 to 1,448
        server → client  bytes 2,897 to 4,344   1,449 to 2,896 are not in the file
        client → server  ACK 4,345              the client has them

    ## What follows

    Bytes that the capture lost are counted as missing, never as lost by the path. A finding whose packets may be
    among those that were lost has less confidence, or is not made: the absence of a packet proves nothing in an
    interval in which packets are known to be missing.

    ## What to do

    Capture again with a larger buffer (`tcpdump -B 65536`, KiB), a filter, or a snaplen of 96: headers are enough
    for this audit. Write to a disk that keeps up. On a mirror port, see whether the switch drops: its port may be
    slower than what is mirrored.

    ## What it cannot tell

    Packets without data (an ACK, a RST) leave no gap. Where the file has no drop counters, only lost data are
    known. Two connections that have one pair of addresses and ports at the same time (a transparent proxy, seen on
    both of its sides) have nothing lost between their numbers: of them, nothing is counted and nothing claimed.

    ## Recorded

    `captures/capture-troubles/loss-10.pcapng` shows it; `captures/capture-troubles/scenario` says what was done.

    """#
  }
}
