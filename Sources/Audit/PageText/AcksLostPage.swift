// Written by tools/pages from Pages/acks-lost.md.
extension Page {
  static var acksLost: String {
    #"""
    # acks-lost

    Data come again and again although their ACKs are on the wire: one side does not hear the other.

    ## What it means

    The path works in one direction. The server's data arrive, the client acknowledges them, the ACKs do
    not reach the server: it repeats, backs off and gives up in the end. Everything else that the client
    sends is lost as well. In the capture at the client all seems well but for the repetitions.

    ## How it shows

        1.080  server → client  500 bytes
        1.081  client → server  ACK 501
        1.4    server → client  500 bytes      the same, though acknowledged
        1.401  client → server  ACK 501
        2.0    server → client  500 bytes
        3.2    server → client  500 bytes      the gaps grow

    The least: the data and three repetitions of what was acknowledged, a gap that grew, over 3 seconds.

    ## Told from its look-alikes

    - *A spurious retransmission* (a late ACK, a tail loss probe) comes once or twice and then the
      sender goes on.
    - *A lost last ACK*: a FIN that is repeated after both FINs were acknowledged goes away by itself.
    - *A sender whose timestamps echo newer ones of its peer* at each repetition hears it (RFC 7323 §4.3).
    - *A keepalive with a byte in it* asks for an answer, and gets it. It comes at one interval, or after
      another where an answer got lost; a single byte of data, repeated, about twice as late each time.
    - *Several such times, long apart*: new data, a keepalive or a higher ACK number between them show
      that the side hears. Only one run counts.
    - *An abort*: where the side that hears nothing gives up by a RST in the end, that is told here, and no truncation.
    - *`peer-vanished`* is the same path seen from the other side of the fault.

    ## What to do

    The fault is between the capture and the side that repeats. Capture beside it: if the ACKs arrive
    there, its own firewall drops them, or they are damaged (checksums). Typical: routes that differ by
    direction through stateful firewalls, of which one sees only half; a NAT entry that was lost for one
    direction.

    ## What it cannot tell

    Where between. Where the capture stands at the side that repeats, its host is not cleared.

    ## Recorded

    `captures/acks-lost/client.pcapng` shows it; `captures/acks-lost/scenario` says what was done.

    """#
  }
}
