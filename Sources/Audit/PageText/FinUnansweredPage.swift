// Written by tools/pages from Pages/fin-unanswered.md.
extension Page {
  static var finUnanswered: String {
    #"""
    # fin-unanswered

    A FIN was acknowledged by the peer's kernel, and the peer neither sends nor closes. Its socket is in CLOSE-WAIT,
    the closing side's in FIN-WAIT-2. The application there does not call close(): descriptors leak until none are
    left.

    ## How it shows

        client → server  FIN
        server → client  ACK of the FIN         the kernel has it
                                                … and nothing more, until the recording ends

    Found when nothing of the peer is outstanding and more than `--linger` (5 s; at least 3 retransmission timeouts)
    was *recorded* after the FIN's ACK and the peer's last data. The end of the file is not the end of the
    connection: a capture that ends earlier, was blind in that time, or jumps by more than a week, gives no finding;
    nor does a connection met midstream whose peer sent nothing but ACKs, for its own FIN may have gone before; nor a
    silence that is not twice as long as the longest pause after which the peer went on before (`tail -f`); nor a
    closing side whose own window is zero: the answer has to wait for room (`stalled-reader`).

    ## How bad, and who

    A warning. Suspects are the peer and the path, which may have eaten its answer (a firewall that forgets half-
    closed
    connections does); the peer alone where the capture stands beside it. Where it closed in the end, nothing is
    said; nor where another connection began on the same
    4-tuple unchallenged, or where the last that the peer sent is missing in the capture, or any RST of it followed.

    ## Look-alikes

    - A long computation before the answer looks the same until the answer comes.
    - A peer that is cut off after its ACK looks the same from here; from its own side the answer is seen repeated.
    - A subflow of multipath TCP is closed while the connection goes on: no finding.
    - A capture that lost the peer's FIN and its ACK: where one byte in a hundred is missing, or any of this
      connection, the finding is less sure.
    - A FIN that is not even acknowledged: `fin-unacked`.

    ## What to do

    - Application developer: close() when read() returns 0, also in error paths and in idle pools.
    - Operator: `ss -tnp state close-wait` on the peer's host names the process; `ls /proc/PID/fd | wc -l` its
      descriptors.

    ## What it cannot tell

    A hung process, a leaked descriptor, a path that was cut, and a request that takes that long look the same from
    one side. The process on the peer's host, or a capture there, tells.

    ## Recorded

    `captures/close-wait-leak/server.pcapng` shows it; `captures/close-wait-leak/scenario` says what was done.

    """#
  }
}
