/// The Internet checksum (RFC 1071).
enum Checksum {
  /// What the checksum of a segment turned out to be.
  enum Verdict {
    case right
    /// The sum of the pseudo-header alone: the rest was left to the sender's network card, behind the capture (offload).
    case unfinished
    case wrong
  }

  /// Whether the TCP segment in `start ..< end`, all of it there, carries the sum that its bytes ask for.
  /// - Parameter field: what it carries.
  static func look(_ bytes: RawSpan, from start: Int, to end: Int, _ ip: IPHeader, field: UInt16) -> Verdict {
    // The pseudo-header (RFC 9293 §3.1, RFC 8200 §8.1): addresses, protocol, length.
    var pseudo: UInt64 = 6
    if ip.version == 6 {
      pseudo &+= halves(ip.source.high) &+ halves(ip.source.low)
      pseudo &+= halves(ip.destination.high) &+ halves(ip.destination.low)
    } else {
      pseudo &+= UInt64(ip.source.v4) &+ UInt64(ip.destination.v4)
    }
    let length = UInt64(truncatingIfNeeded: end &- start)
    if sum(bytes, from: start, to: end, adding: pseudo &+ length) == 0xffff { return .right }
    // Cards that cut large segments themselves are given it without the length (Windows, older drivers of Linux).
    let isUnfinished = UInt64(field) == folded(pseudo &+ length) || UInt64(field) == folded(pseudo)
    return isUnfinished ? .unfinished : .wrong
  }

  /// The folded one's-complement sum of `start ..< end`: 0xffff where it holds its own checksum.
  static func sum(_ bytes: RawSpan, from start: Int, to end: Int, adding initial: UInt64 = 0) -> UInt64 {
    var sum = initial
    var place = start
    while place &+ 8 <= end {
      sum &+= halves(bytes.u64(at: place))
      place &+= 8
    }
    while place &+ 2 <= end {
      sum &+= UInt64(bytes.u16(at: place))
      place &+= 2
    }
    if place < end { sum &+= UInt64(bytes.u8(at: place)) << 8 }
    return folded(sum)
  }

  private static func folded(_ sum: UInt64) -> UInt64 {
    var sum = sum
    while sum > 0xffff { sum = (sum & 0xffff) &+ (sum >> 16) }
    return sum
  }

  /// Both 32-bit halves: the folding at the end makes words of them.
  private static func halves(_ word: UInt64) -> UInt64 { (word >> 32) &+ (word & 0xffff_ffff) }
}
