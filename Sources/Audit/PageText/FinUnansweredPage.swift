// Written by tools/pages from Pages/fin-unanswered.md.
extension Page {
  static var finUnanswered: String {
    #"""
    # fin-unanswered

    A FIN that the peer acknowledges and never answers by its own: CLOSE-WAIT there.

    """#
  }
}
