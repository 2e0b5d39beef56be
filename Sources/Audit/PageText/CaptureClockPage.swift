// Written by tools/pages from Pages/capture-clock.md.
extension Page {
  static var captureClock: String {
    #"""
    # capture-clock

    Time runs backwards in the capture.

    """#
  }
}
