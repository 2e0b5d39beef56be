// Written by tools/pages from Pages/half-close-truncated.md.
extension Page {
  static var halfCloseTruncated: String {
    #"""
    # half-close-truncated

    One side sent FIN: it sends no more, but TCP lets it go on receiving (RFC 9293 §3.6). The other side went on
    sending, and the connection ended, by a RST or in silence, before all of that answer and its FIN were
    acknowledged. The answer is cut. Often nobody notices: a client that prints what it got and exits with 0 looks
    healthy.

    ## How it shows

    The half-closer had closed its reading half too (close() instead of shutdown()):

        client → server  FIN                    the client sends no more
        server → client  ACK of the FIN
        server → client  data                   the answer begins
        client → server  RST                    no socket any more

    The answerer closed with input unread, and its kernel threw the rest of the answer away:

        client → server  "stat\n", FIN
        server → client  data …
        server → client  RST+ACK                instead of FIN; no FIN of the server anywhere

    Or the answer is repeated, at least 4 times over 3 s, and nothing comes back.

    ## What is counted

    - `lost_unacked`: bytes on the wire that were neither acknowledged nor selectively acknowledged. `bytes_lost` is
      this. What the half-closer had sent before its FIN is in it too; `peer_lost_unacked` is how much that was.
    - `arrived_unread`: bytes that only the half-closer's RST acknowledges. They arrived, and were probably thrown
      away; they are not in `bytes_lost`.
    - `fin_unacked`: the answer's own FIN was sent and not acknowledged.
    - `sender_queue_destroyed`: the answerer reset without a FIN. What it had not sent yet is in no capture, so 0
      bytes lost here means "at least 0". The number is exact only where the answerer had sent its FIN.
    - `in_flight_at_death`: a socket that is gone answers each late ACK by a RST with that ACK's number (`echoes`).
      The lowest tells which ACK the live socket saw last, and so what was under way when it closed.

    ## Who is at fault

    - A RST of the half-closer: the half-closer. Both are suspects where the answer may have crossed the FIN
      (`crossed`: all its data were sent before the FIN was acknowledged), or began later than `--linger` after it
      (`wait`). Both, and a warning, where the half-closer is a server that had answered all, or had never been asked:
      then the client used a connection that was closed, whether it knew it or their packets crossed; and where the
      server answered before the request was whole (413, 401 to an upload), closed its half and reset later. Met
      midstream, an end that closes a second or more after its last word counts as such a server.
    - A RST of a half-closer that may have lost patience: the path too, and `likely` at best. So it is where
        - its own last data, or its FIN, had to be sent again and again before they arrived, or before it heard that:
          an outage that was longer than its time limit (then the answerer is a suspect as well);
        - the answer had been sent again and again, to the end or until right before;
        - a gap in the answer had kept it waiting for a second or more;
        - every fourth byte of the answer had to be sent again;
        - the capture does not stand beside it, its last data came behind three seconds of silence, and its FIN with
          them or a round trip later, as what had been sent in vain before comes.
    - A RST of the answerer: the answerer; the path too, and `likely` at best, where it is a bare one with no
      abort and
      no FIN before it: the abort may be what the capture lost, or another host has the address now.
    - A RST that somebody forged (see `reset-forged`, which then stands beside this): the path.
    - Silence, or RSTs of the half-closer that the answerer does not hear: the path, or the half-closer's host, which
      is named first where the capture stands beside it; the answerer too where it began later than `--linger`. A RST
      by which the answerer gives up is part of the silence.

    ## Look-alikes

    A RST after both FINs were acknowledged is harmless. Notes at most: a TLS alert after the FIN (by its bytes; by
    its length where they were not captured); only the answer's FIN unacknowledged; a client that closes before the
    next answer begins and has had earlier ones, never asked, or was gone before the server could know; what a
    client says in up to 96 bytes to a server that has closed (QUIT, GOAWAY). It is a warning where everything that
    was sent was acknowledged and the half-closer then reset.

    ## What to do

    - Application at the half-closer: shutdown(SHUT_WR), then read until end of file, then close().
    - Application at the answerer: read until end of file before close(); one unread newline is enough.
    - Operator: a firewall that takes FIN for the end cuts half-closed connections (60 to 120 s).

    ## What it cannot tell

    Acknowledged is not read: the kernel took the bytes, the application may not have. What the answerer never sent.

    ## Recorded

    `captures/cut-reply/client.pcapng` shows it; `captures/cut-reply/scenario` says what was done.

    """#
  }
}
