// Written by tools/pages from Pages/reset-unread.md.
extension Page {
  static var resetUnread: String {
    #"""
    # reset-unread

    A side resets in place of FIN while it holds data that it has not read.

    """#
  }
}
