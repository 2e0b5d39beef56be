// Written by tools/pages from Pages/handshake-unfinished.md.
extension Page {
  static var handshakeUnfinished: String {
    #"""
    # handshake-unfinished

    The SYN-ACK is repeated, and the client's ACK never seen.

    """#
  }
}
