// Written by tools/pages from Pages/syn-unanswered.md.
extension Page {
  static var synUnanswered: String {
    #"""
    # syn-unanswered

    SYNs without an answer of any kind.

    """#
  }
}
