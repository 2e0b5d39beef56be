// Written by tools/pages from Pages/capture-one-sided.md.
extension Page {
  static var captureOneSided: String {
    #"""
    # capture-one-sided

    Only one direction was captured.

    """#
  }
}
