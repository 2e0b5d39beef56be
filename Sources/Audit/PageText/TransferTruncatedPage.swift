// Written by tools/pages from Pages/transfer-truncated.md.
extension Page {
  static var transferTruncated: String {
    #"""
    # transfer-truncated

    A RST ended an established connection while data were under way, or right behind the last of them: the stream
    was cut in its middle. Unlike `half-close-truncated` no answer after a FIN is concerned. An end in silence is
    told by `peer-vanished` and its kin, with the same byte counts.

    ## How it shows

        server → client  data
        server → client  data
        client → server  ACK of the first
        server → client  RST+ACK                4,000 bytes unacknowledged, no FIN

    It is found where data of either side were neither acknowledged nor selectively acknowledged, or where neither
    side had sent FIN, the resetting side's data were the newest, they were younger than max(1 s, 2 round trips),
    and something may have waited to be sent. Nothing had, where all was acknowledged and the window open, and
    either the last segment was not a full one or the ACK had had the time to reach its sender: what waits for an
    ACK is sent then. Such a RST is `reset-abort`. Where its echoes show that ACKs were still under way (a bare RST
    answers each of them, with its number), something may have waited for these, behind a short segment too.

    Or the side that reset had closed with data still queued, and its FIN behind them. New data of the peer then meet a
    socket that nobody reads any more: its kernel throws the queue away, and answers with a bare RST that has their ACK
    number (Linux counts it as TCPAbortOnData), as a host does that never had that socket. It is told by what came
    before: that side had been heard of less than a second ago, or was probing a closed window and the next probe was
    not due; the RST is no answer to a packet before those data; and more waited, for the peer's window was zero, or
    the last that was sent, a moment ago, was a whole segment. Then that side alone is at fault, and the finding is
    `likely`: how much was queued is in no capture.

    ## What is counted

    `bytes_lost` is what was on the wire and not acknowledged, of both sides (`lost_unacked`). `lost_by` says who
    lost more of it, and `peer_lost_unacked` how much of it the other side lost. It is a lower bound unless the
    sender's FIN was seen. Where the data's own sender reset while something may have waited
    (`sender_queue_destroyed`), its kernel threw that away: "all that was seen is acknowledged" is then no proof of
    delivery. What only the RST itself acknowledges has arrived (`arrived_unread`): it was not lost on the way, and
    as a rule nobody read it. (An application that reads at once, and closes with SO_LINGER 0 before its kernel's
    delayed ACK, shows the same: a load balancer's health check does so.) Where that is all, this is `reset-unread`.

    ## How bad, and who

    An error where the sender cut its own stream; a warning where the receiver hung up, or a server had closed an
    idle connection just when the client used it again (`crossed`: the request was sent less than the way there and
    back before the server's FIN was seen; both are suspects, for neither knew of the other). A note for a subflow of
    multipath TCP, where no more than a TLS alert was lost, for a client that never asked, or resets when the next of
    several answers has just come, and for one that has sent its FIN and gives up no more than a segment: the farewell
    that answers QUIT in SMTP, FTP or POP3 crosses the FIN.

    At fault is the side that reset; the path where the RST is forged, and then `reset-forged` stands beside this.
    The finding is `likely` at best, and others are suspects too, where something else may have been the reason:

    - The side that reset was repeating itself unanswered, or is a client whose server said nothing but SYN-ACKs, the
      last behind what is sent once one has come: the path, and the peer.
    - The receiver hung up and may have lost patience: its peer had sent the same for the third time, or more, into a
      silence, or again and again until right before; its own data, or its FIN, had been sent again and again before
      they arrived; a gap in what it received had kept it waiting for a second; every fourth byte had to be sent again:
      the path.
    - What the peer waits for never came as far as the capture; nothing of the side that reset was captured but RSTs;
      the RST's TTL was begun from another value; or it is a bare one that answers a packet though that side was heard
      of less than a second before, and nothing shows that it had more to send (its own abort, or its FIN, may be what
      the capture lost, or another host has its address now): the path.

    It is `likely` too where the data may have been acknowledged by an ACK that the capture has not, as where it lacks
    the handshake's, and `possible` where it is known to lack one byte in a hundred. What waited for a second, or three
    round trips, and was not sent again, had been acknowledged; before any round trip was measured three and a half,
    unless the capture has no ACK that stands alone.

    Where the capture has packets behind their own answers (a SYN behind its SYN-ACK, data behind their ACK), what
    stands no farther apart than twice that may have come in another order: then this and the other findings about an
    end are notes that count no bytes, and `possible`. Where the RST's own number stands behind what nobody has
    acknowledged, that was lost in any order, and the finding stays; it is `likely`, as the one ACK that would tell
    otherwise may be missing.

    ## Look-alikes

    - A bare RST that answers a packet, with no abort before it, of a side that was silent for a second or more: the
      peer had no such socket any more. That is `half-open`.
    - An idle connection that is reset: `reset-abort`, a note.
    - A side that repeats itself into silence and gives up by RST: the silence is the cause (`peer-vanished`).
    - Bytes that the capture lost: they were acknowledged, and are not counted.

    ## What to do

    - Application developer: close() without SO_LINGER 0, and with nothing unread; a proxy must drain before it
      closes.
    - Operator: look for the resetting side's log at this moment: a crash, a kill, a time limit, a memory limit.
      `nstat TcpExtTCPAbortOnClose TcpExtTCPAbortOnData` on its host says which kind of close it was.

    ## What it cannot tell

    Why the application reset. Whether a reply that was acknowledged was also read. How much was never sent.

    ## Recorded

    `captures/transfer-aborted/client.pcapng` shows it; `captures/transfer-aborted/scenario` says what was done.

    """#
  }
}
