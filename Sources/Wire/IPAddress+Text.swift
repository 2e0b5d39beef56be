extension IPAddress {
  /// Dotted decimal, or RFC 5952 where `ipVersion` is 6.
  public func text(ipVersion: UInt8) -> String {
    if ipVersion != 6 { return dotted }
    // §5: a prefix that is known to hold an IPv4 address shows it.
    if isV4Mapped { return "::ffff:" + dotted }
    let run = longestZeroRun
    var text = ""
    var index = 0
    while index < 8 {
      if !run.isEmpty, index == run.lowerBound {
        text += "::"
        index = run.upperBound
        continue
      }
      if index > 0, index != run.upperBound { text += ":" }
      text += String(group(index), radix: 16)
      index += 1
    }
    return text
  }

  private var dotted: String { "\(v4 >> 24).\(v4 >> 16 & 255).\(v4 >> 8 & 255).\(v4 & 255)" }

  /// One of the eight 16-bit groups, leftmost first.
  private func group(_ index: Int) -> UInt16 {
    UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - index % 4 * 16))
  }

  /// §4.2: the longest run of zero groups, the first of equals, at least two.
  private var longestZeroRun: Range<Int> {
    var best = 8..<8
    var start = 0
    while start < 8 {
      var end = start
      while end < 8, group(end) == 0 { end += 1 }
      if end - start >= 2, end - start > best.count { best = start..<end }
      start = end + 1
    }
    return best
  }
}
