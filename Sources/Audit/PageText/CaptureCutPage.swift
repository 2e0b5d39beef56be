// Written by tools/pages from Pages/capture-cut.md.
extension Page {
  static var captureCut: String {
    #"""
    # capture-cut

    The file ends in the middle of a record.

    """#
  }
}
