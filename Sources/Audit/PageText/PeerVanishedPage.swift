// Written by tools/pages from Pages/peer-vanished.md.
extension Page {
  static var peerVanished: String {
    #"""
    # peer-vanished

    Data repeated with back-off, and nothing from a peer that was alive before.

    """#
  }
}
