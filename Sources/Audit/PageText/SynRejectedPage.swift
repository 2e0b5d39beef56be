// Written by tools/pages from Pages/syn-rejected.md.
extension Page {
  static var synRejected: String {
    #"""
    # syn-rejected

    A SYN answered by an ICMP error.

    """#
  }
}
