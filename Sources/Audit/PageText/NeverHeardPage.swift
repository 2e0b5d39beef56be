// Written by tools/pages from Pages/never-heard.md.
extension Page {
  static var neverHeard: String {
    #"""
    # never-heard

    Nothing at all from the peer for anything sent.

    """#
  }
}
