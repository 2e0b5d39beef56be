// Written by tools/pages from Pages/big-packets-lost.md.
extension Page {
  static var bigPacketsLost: String {
    #"""
    # big-packets-lost

    Small segments are acknowledged and full-sized ones never.

    """#
  }
}
