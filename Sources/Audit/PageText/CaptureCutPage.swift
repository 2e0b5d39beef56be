// Written by tools/pages from Pages/capture-cut.md.
extension Page {
  static var captureCut: String {
    #"""
    # capture-cut

    An input ends in the middle of a record, of its header or of its compressed data: the file is shorter than it says.

    ## How it shows

        record header   captured length 1,514
        end of file     after 600 bytes of it

    ## What follows

    All before the damage was audited and reported; the exit code is 3. Connections that were open there are judged
    as at the end of a recording: nothing is said of what may have come after.

    ## Where it comes from

    The capturing process was killed, the disk was full, or the file was copied while it was still being written.

    ## What to do

    End the capture before you copy the file (`tcpdump -U` writes packet by packet, and SIGTERM or SIGINT ends it
    cleanly). See whether the disk was full. Copy the file again; `gzip -t`, `zstd -t` and `lz4 -t` say whether a
    compressed one is whole.

    ## What it cannot tell

    How much is missing.

    ## Recorded

    `captures/capture-troubles/cut.pcapng` shows it; `captures/capture-troubles/scenario` says what was done.

    """#
  }
}
