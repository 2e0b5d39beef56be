// Written by tools/pages from Pages/transfer-truncated.md.
extension Page {
  static var transferTruncated: String {
    #"""
    # transfer-truncated

    Data under way were lost when a RST ended the connection.

    """#
  }
}
