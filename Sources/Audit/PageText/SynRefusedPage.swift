// Written by tools/pages from Pages/syn-refused.md.
extension Page {
  static var synRefused: String {
    #"""
    # syn-refused

    A SYN answered by RST.

    """#
  }
}
