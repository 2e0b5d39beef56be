// Written by tools/pages from Pages/capture-clock.md.
extension Page {
  static var captureClock: String {
    #"""
    # capture-clock

    Time runs backwards in the capture by a tenth of a second or more: within one interface a packet bears an
    earlier time than the one before it.

    ## How it shows

        #41  10:00:03.120000
        #42  10:00:01.870000        1.25 s back

    ## What follows

    The order of packets within one file is kept as it was recorded. Durations across the step are not to be
    trusted: idle times, round trips, and thresholds in seconds. No negative duration is reported.

    ## Where it comes from

    The capturing host's clock was set while it captured (NTP step, resume of a virtual machine), or files of
    several hosts were concatenated. Several queues of one interface deliver out of order by microseconds only: that
    is not reported.

    ## What to do

    Let the clock be slewed, not stepped, while you capture (`chronyd` does by default). Give files of several hosts
    as several inputs instead of joining them.

    ## What it cannot tell

    A leap forward looks like silence. It is told where at least two connections go on in the middle of an exchange:
    data that were sent once, not repeated for two minutes or longer, and acknowledged by the first packet after that.
    No kernel waits so long; the time has passed on the capture's clock alone, and no silence across it is counted.
    Where all connections were idle when the clock leapt, it can't be told from a quiet night.

    ## Recorded

    `captures/capture-troubles/clock.pcapng` shows it; `captures/capture-troubles/scenario` says what was done.

    """#
  }
}
