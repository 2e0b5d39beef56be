// Written by tools/pages from Pages/idle-killed.md.
extension Page {
  static var idleKilled: String {
    #"""
    # idle-killed

    After an idle time the first packet has no proper answer: a middlebox forgot.

    """#
  }
}
