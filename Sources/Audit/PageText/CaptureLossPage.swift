// Written by tools/pages from Pages/capture-loss.md.
extension Page {
  static var captureLoss: String {
    #"""
    # capture-loss

    The capture lost packets.

    """#
  }
}
