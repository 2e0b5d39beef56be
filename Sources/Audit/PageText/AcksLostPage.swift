// Written by tools/pages from Pages/acks-lost.md.
extension Page {
  static var acksLost: String {
    #"""
    # acks-lost

    The peer repeats data whose ACKs are on the wire.

    """#
  }
}
