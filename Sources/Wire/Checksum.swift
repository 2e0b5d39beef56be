/// The Internet checksum (RFC 1071).
enum Checksum {
  /// Whether the TCP segment in `start ..< end`, all of it there, carries the sum that its bytes ask for.
  static func isRight(_ bytes: RawSpan, from start: Int, to end: Int, _ ip: IPHeader) -> Bool {
    // The pseudo-header (RFC 9293 §3.1, RFC 8200 §8.1): addresses, length, protocol.
    var sum: UInt64 = 6
    sum &+= UInt64(truncatingIfNeeded: end &- start)
    if ip.version == 6 {
      sum &+= halves(ip.source.high) &+ halves(ip.source.low)
      sum &+= halves(ip.destination.high) &+ halves(ip.destination.low)
    } else {
      sum &+= UInt64(ip.source.v4) &+ UInt64(ip.destination.v4)
    }
    return self.sum(bytes, from: start, to: end, adding: sum) == 0xffff
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
    while sum > 0xffff { sum = (sum & 0xffff) &+ (sum >> 16) }
    return sum
  }

  /// Both 32-bit halves: the folding at the end makes words of them.
  private static func halves(_ word: UInt64) -> UInt64 { (word >> 32) &+ (word & 0xffff_ffff) }
}
