// Written by tools/pages from Pages/reset-abort.md.
extension Page {
  static var resetAbort: String {
    #"""
    # reset-abort

    An established connection is ended by RST in place of FIN by a live socket.

    """#
  }
}
