// Written by tools/pages from Pages/accept-overflow.md.
extension Page {
  static var acceptOverflow: String {
    #"""
    # accept-overflow

    The client completes the handshake and the SYN-ACK is repeated all the same.

    """#
  }
}
