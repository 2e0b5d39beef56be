// Written by tools/pages from Pages/capture-duplicated.md.
extension Page {
  static var captureDuplicated: String {
    #"""
    # capture-duplicated

    The capture holds packets twice.

    """#
  }
}
