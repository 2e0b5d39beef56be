// Written by tools/pages from Pages/keepalive-unanswered.md.
extension Page {
  static var keepaliveUnanswered: String {
    #"""
    # keepalive-unanswered

    Keepalive probes without an answer.

    """#
  }
}
