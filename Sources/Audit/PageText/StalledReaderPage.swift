// Written by tools/pages from Pages/stalled-reader.md.
extension Page {
  static var stalledReader: String {
    #"""
    # stalled-reader

    The window is zero and does not open again: the application at that end does not read.

    ## What it means

    The receiver's buffer is full. Its kernel is alive and says so: it answers every probe, with a
    window of zero. Its application has stopped calling `recv()`: it hangs, waits for something else, or
    works on what it has. The sender can do nothing but probe, and its own application blocks in
    `send()`.

    ## How it shows

        1.1   server → client  ACK, window 0
        1.3   client → server  window probe      no data, one below the next sequence number
        1.31  server → client  ACK, window 0
        1.7   client → server  window probe      0.2, 0.4, 0.8 … seconds apart
        7.3   client → server  window probe
        7.31  server → client  ACK, window 0     5 seconds and more (`--stall`), and still so at the end

    ## Told from its look-alikes

    - *A dead peer* does not answer its probes: `peer-vanished`.
    - *A busy reader* opens its window again: no finding. Nor where the sender goes on with more than a single byte: the
      capture has lost that word.
    - *Zero said once, and nobody asks*: the sender has nothing more to send; nothing is claimed.
    - *A zero window in a SYN, FIN or RST* says nothing about a reader.
    - A RST that ends the stall is a finding of its own, beside this one.

    ## What to do

    At the reader: `ss -tnp` shows Recv-Q full and which process; a stack trace shows where it waits.
    Deadlocks are common: both ends write, and neither reads.

    ## What it cannot tell

    Why the application does not read. "Acknowledged" is not "read": what lies in the buffer is lost if
    the process ends.

    ## Recorded

    `captures/stalled-reader/client.pcapng` shows it; `captures/stalled-reader/scenario` says what was done.

    """#
  }
}
