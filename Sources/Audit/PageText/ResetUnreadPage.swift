// Written by tools/pages from Pages/reset-unread.md.
extension Page {
  static var resetUnread: String {
    #"""
    # reset-unread

    A side reset the connection instead of FIN while it held data of its peer that it had not read. Kernels do so
    when an application calls close() with unread input (RFC 1122 §4.2.2.13, RFC 2525 §2.17): the peer shall learn
    that its data were not taken. What the closing side had still to send is thrown away too.

    ## How it shows

        client → server  request
        server → client  ACK                    its kernel has it
        server → client  RST+ACK                no answer, no FIN

    It needs a RST+ACK without a FIN before it, and one of these:

    - the peer's last data are newer than anything the resetting side sent (never answered), and they are younger
      than max(1 s, 2 round trips), or `--idle` (60 s) where it is the server; but not one that never said a word to a
      client that wrote for more than 1 s (a log is only listened to), nor where the last of these data are whole
      segments (more was to come, and the path may have eaten it);
    - the window in the RST is smaller, by at least 256 bytes, than the widest that this side ever offered: unread
      data close the window, and reading opens it again (`window_short_by`; only where both SYNs were captured);
    - its window was zero up to the end, and it said so again more than a round trip later: a full buffer that nobody
      reads, however long ago the data came. (Said once, the word that opened it may be what the capture lost.)

    The RST's own ACK number may be the first to acknowledge data (`arrived_unread`): they came to a socket that was
    closing or gone. (Or they were read before the kernel's delayed ACK, by who closes with SO_LINGER 0.) Those that
    are recorded behind it count, too. A client that was told the end, and had acknowledged all of it before, has
    read it for all that the wire shows: that is `reset-abort`.

    ## How bad, and who

    At fault is the side that reset. An error; a note for a client that resets just when an answer comes, whose
    window does not prove it, or whose server had closed before, and for a server to which a client said goodbye: in
    up to 96 bytes right before its FIN that only the RST acknowledges; or after an answer of the server,
    acknowledged or not, by what may be a TLS alert, by up to 96 bytes before its FIN, or by 4 at most. Confidence
    is `likely` at best: where the window (smaller in the RST, or zero up to it) or the RST's own ACK number proves
    unread data, or the data are younger than max(1 s, 2 round trips) and the side's stack is recognised as one that
    resets for them (Linux, by its SYN); else `possible`.

    ## Look-alikes

    - `reset-abort`: nothing unread, as far as the wire tells (SO_LINGER 0, a killed process).
    - `half-open`: a bare RST of a kernel that has no such socket.
    - `reset-forged`: a RST that this side did not send.
    - A browser that resets an idle connection: its window is open, and it had its answer.

    ## What to do

    - Application developer: read until end of file before close(); or shutdown(SHUT_WR), drain, close(). A protocol
      that leaves a trailing newline unread is enough to cause this.
    - Operator: `nstat TcpExtTCPAbortOnClose` counts such closes on Linux.

    ## What it cannot tell

    A process that was killed, or SO_LINGER 0, at the moment when a request arrived looks the same. Whether the
    application had read the request and only gave up on the answer: without the window's proof and after a long
    wait the confidence is `possible`.

    ## Recorded

    `captures/reset-unread/client.pcapng` shows it; `captures/reset-unread/scenario` says what was done.

    """#
  }
}
