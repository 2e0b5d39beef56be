// Written by tools/pages from Pages/stalled-reader.md.
extension Page {
  static var stalledReader: String {
    #"""
    # stalled-reader

    A zero window that does not open: the peer's application does not read.

    """#
  }
}
