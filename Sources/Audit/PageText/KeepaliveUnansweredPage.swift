// Written by tools/pages from Pages/keepalive-unanswered.md.
extension Page {
  static var keepaliveUnanswered: String {
    #"""
    # keepalive-unanswered

    Keepalive probes without an answer: the peer, or the way to it, is gone.

    ## What it means

    Nobody has anything to say, and one kernel asks whether the other end is still there (SO_KEEPALIVE).
    At least three probes went unanswered. After the last one (Linux: 9, every 75 s) the kernel ends the
    connection and the application gets ETIMEDOUT. Without keepalive nobody would ever have noticed.

    ## How it shows

        7200  client → server  ACK, sequence number one below the next    the probe
        7275  client → server  ACK, the same
        7350  client → server  ACK, the same
        7875  client → server  RST+ACK                                    the kernel gives up

    A probe has no data, or one byte that was acknowledged long ago (RFC 9293 §3.8.4).

    ## Told from its look-alikes

    - *Window probes* are the same packet; the peer's last window was zero (`stalled-reader`).
    - *Duplicate ACKs*, and old ones out of order, come in bursts, probes a second apart and more: less than
      half a second from one to the next, on the average, is no train of probes.
    - *Answered probes* come as regularly, and so do their *answers*: one ACK again and again. Where the
      capture has one direction of the connection only they prove nothing, and there is no finding;
      echoed timestamps that rise prove that they were answered. But for two cases: the sender gives up,
      by a RST with ACK when the next probe is due (`possible`: an idle timeout may be a multiple of the
      interval; and not where data of its own are in the capture, which somebody has acknowledged); or it
      had been seen to be one byte further, and whatever else these two hosts say to each other is in the
      capture in both directions (`likely`).
    - *A capture without ACKs*: filtered by length or by flags it lacks all that stand alone, and so the
      answers. There is no finding where none of either side is there, and one at least was sent: the
      handshake's, or that of what a probe was the first to acknowledge, later than half a second, though
      it was not sent again.
    - *One or two probes without an answer* are lost packets: RFC 9293 forbids to call that death.
    - *`half-open`*: the probe is answered, by a RST.
    - *`idle-killed`*: the idle time before the first probe is long enough for a middlebox to forget,
      and no such idle time was survived before.

    ## What to do

    Capture at the silent side, or look at its socket table: a peer that still lists the connection and
    does not see the probes is behind a path that drops them. If it does not list it, it was restarted
    or closed, and its FIN was lost.

    ## What it cannot tell

    When the peer died: at any time since its last packet.

    ## Recorded

    `captures/keepalive-unanswered/client.pcapng` shows it;
    `captures/keepalive-unanswered/scenario` says what was done.

    """#
  }
}
