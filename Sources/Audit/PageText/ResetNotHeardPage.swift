// Written by tools/pages from Pages/reset-not-heard.md.
extension Page {
  static var resetNotHeard: String {
    #"""
    # reset-not-heard

    A RST was sent and the peer goes on as if nothing had happened.

    """#
  }
}
