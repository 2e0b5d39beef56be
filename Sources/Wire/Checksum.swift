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
    let pseudo = ends(ip.source, ip.destination, version: ip.version)
    let length = UInt64(truncatingIfNeeded: end &- start)
    if sum(bytes, from: start, to: end, adding: pseudo &+ length) == 0xffff { return .right }
    return isUnfinished(field, pseudo, length: length) ? .unfinished : .wrong
  }

  /// What of the pseudo-header (RFC 9293 §3.1, RFC 8200 §8.1) is the same for all that goes from one end to the other:
  /// addresses and protocol.
  fileprivate static func ends(_ source: IPAddress, _ destination: IPAddress, version: UInt8) -> UInt64 {
    if version == 6 {
      return 6 &+ halves(source.high) &+ halves(source.low) &+ halves(destination.high) &+ halves(destination.low)
    }
    return 6 &+ UInt64(source.v4) &+ UInt64(destination.v4)
  }

  /// Cards that cut large segments themselves are given it without the length (Windows, older drivers of Linux).
  fileprivate static func isUnfinished(_ field: UInt16, _ pseudo: UInt64, length: UInt64) -> Bool {
    UInt64(field) == folded(pseudo &+ length) || UInt64(field) == folded(pseudo)
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

extension Segment {
  /// Two like it with equal checksums bear the same TSval: it has timestamps, and its checksum is of the whole segment, not left
  /// to a network card behind the capture. Told by lengths, which a snaplen leaves: the options need not be there.
  public var checksumCoversTSval: Bool {
    let length = Int(wireLength) - (ipVersion == 6 ? 40 : 20)
    // NOP, NOP and timestamps are twelve bytes; a SACK block in their place is rare, and seen where it was captured.
    guard length - Int(payloadLength) >= 32, !options.isDisjoint(with: [.timestamps, .notCaptured]) else {
      return false
    }
    let pseudo = Checksum.ends(source, destination, version: ipVersion)
    return !Checksum.isUnfinished(checksum, pseudo, length: UInt64(length))
  }
}
