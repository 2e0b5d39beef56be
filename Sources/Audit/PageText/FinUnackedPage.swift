// Written by tools/pages from Pages/fin-unacked.md.
extension Page {
  static var finUnacked: String {
    #"""
    # fin-unacked

    A FIN that no packet of the peer ever acknowledges.

    """#
  }
}
