// Written by tools/pages from Pages/reset-forged.md.
extension Page {
  static var resetForged: String {
    #"""
    # reset-forged

    A RST that its claimed sender did not send.

    """#
  }
}
