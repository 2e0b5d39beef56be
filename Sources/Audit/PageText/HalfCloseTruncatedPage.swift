// Written by tools/pages from Pages/half-close-truncated.md.
extension Page {
  static var halfCloseTruncated: String {
    #"""
    # half-close-truncated

    One side sent FIN, and the answer to it was cut off.

    """#
  }
}
