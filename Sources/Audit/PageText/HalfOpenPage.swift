// Written by tools/pages from Pages/half-open.md.
extension Page {
  static var halfOpen: String {
    #"""
    # half-open

    The peer answers that it has no such socket.

    """#
  }
}
