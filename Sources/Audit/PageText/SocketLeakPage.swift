// Written by tools/pages from Pages/socket-leak.md.
extension Page {
  static var socketLeak: String {
    #"""
    # socket-leak

    A process opens ever more connections to one service and uses none of them again. Each holds a descriptor; when
    its limit is reached, the next `socket()`, `accept()` or `open()` fails with `Too many open files`, and the whole
    process with it.

    Found by `tcpaudit live --sockets`, which reads the kernel's table of sockets again and again: no packet shows it,
    as every one of these connections is in order, or silent. `tcpaudit sockets --watch` tells of leaks too, later and
    without the packets.

    ## How it shows

        at         open to 10.2.0.2:2181     silent    descriptors of 64
        14:03:00   12                        0         17
        14:03:05   24                        12        29
        14:03:10   37                        24        42         “Too many open files” in 8.8 s

    Connections count as silent when nothing was sent or received for 5 s. A leak is told when 10 or more that are
    silent now were opened while others to the same service lay silent already, when such never became fewer by a
    fifth, and when that has gone on for 5 s. A pool that uses its connections again, or opens many at once because it
    needs them, does not look like this. Of a service on this host only connections in CLOSE-WAIT count: there the
    peer has closed, and the process has not.

    The forecast is the time until the descriptors that are free are used up at the latest pace (of the last 20
    connections, and 10 s at least); it is told anew where it changes by more than a fifth.

    ## How bad, and who

    An error where the limit is less than an hour away, or not known; a warning otherwise. Likely once it has gone on
    for 30 s, possible before: growth alone does not say whether it will stop. In CLOSE-WAIT the process is at
    fault. ESTABLISHED ones may also be connections that the other end closed and whose FIN never arrived: suspects are
    the client and the path.

    ## Look-alikes

    - Clients that hold their connections open on purpose (message brokers, one connection a user): the growth is
      real, and so is the limit.
    - A burst: all its connections were in use at once, then all are silent.

    ## What to do

    - Application developer: the descriptors in the finding are the oldest; look what opened them. Close in the paths
      that handle errors too; a pool must be asked for a connection back.
    - Operator: a higher limit (`prlimit --nofile --pid PID`, `LimitNOFILE=`) buys time.

    ## What would prove it

    `tcpaudit sockets --peer` with the other host's list: which of the sockets have a partner there.

    """#
  }
}
