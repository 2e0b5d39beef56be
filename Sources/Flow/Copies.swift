public import Wire

// Packets that the capture holds twice: `any`, mirror ports, both sides of a router in one file.
//
// A copy has the same sequence and ACK numbers, flags, window, checksum, payload length and IP identification, and comes
// soon. Linux gives a retransmission a new identification and a new TSval, which the checksum covers; a copy has neither.
// Options are not compared themselves: behind one VLAN tag more a snaplen cuts them from one copy and not from the other.
// Where there is no identification (IPv6, SYN-ACK with 0), only what a sender would not repeat that fast counts as a copy;
// an ACK or a RST may come again at once, and is one only where another input has it at the same time (the same file given
// twice).
extension Sender {
  /// Longest time between a packet and its copy: with an identification, FIN without, data without; µs. No kernel repeats a
  /// SYN within the first.
  private static var identifiedWindow: UInt32 { 100_000 }
  private static var closingWindow: UInt32 { 10_000 }
  private static var dataWindow: UInt32 { 1_000 }

  /// A hash of all that a copy has in common. The upper half of a sum of products has all bits of all words (Dietzfelbinger: multiply-shift).
  @inline(__always) static func likeness(_ segment: Segment) -> UInt32 {
    let size =
      UInt64(segment.payloadLength) | UInt64(segment.window) << 32 | UInt64(segment.flags.rawValue) << 48
    let look = UInt64(segment.ipID) << 32 | UInt64(segment.checksum) << 48
    let x =
      (segment.numbers &* 0x9e37_79b9_7f4a_7c15) &+ (look &* 0xbf58_476d_1ce4_e5b9) &+ (size &* 0x94d0_49bb_1331_11eb)
    return UInt32(truncatingIfNeeded: x >> 32) | 1
  }

  /// Microseconds, modulo 2^32. Without a sign: a division by a constant is a multiplication then, and a shift.
  @inline(__always) static func microseconds(_ time: Timestamp) -> UInt32 {
    UInt32(truncatingIfNeeded: UInt64(bitPattern: time.nanoseconds) / 1000)
  }

  /// How long after a packet like `segment` an equal one is its copy, µs; 0: only one of another input can be.
  @inline(__always) static func copyWindow(_ segment: Segment) -> UInt32 {
    if segment.ipID != 0 || segment.flags.contains(.syn) { return identifiedWindow }
    if segment.flags.contains(.fin) { return segment.checksumCoversTSval ? identifiedWindow : closingWindow }
    return segment.payloadLength > 0 ? dataWindow : 0
  }

  /// Whether `segment` is a copy of one of this side's latest packets; remembers it if not.
  @inline(__always) mutating func isCopy(_ segment: Segment, _ troubles: inout Troubles) -> Bool {
    let hash = Sender.likeness(segment)
    let now = Sender.microseconds(segment.time)
    let window = Sender.copyWindow(segment)
    // Two in one microsecond may be two; not so where another input has the one.
    let canBeCopy = window > 0 || segment.packet.input != last.packet.input
    if canBeCopy, packets > 0, resembles(hash, now, window, troubles) {
      let index = troubles.of(&self)
      troubles.records[index].duplicatePackets &+= 1
      return true
    }
    let displaced = likeness[1]
    remember(Likeness(hash: hash, microseconds: now))
    if trouble != 0 {
      let cursor = Int(troubles.records[trouble].likenessCursor)
      troubles.records[trouble].likeness[cursor] = displaced
      troubles.records[trouble].likenessCursor = UInt8((cursor + 1) % 14)
    }
    return false
  }

  @inline(__always) mutating func remember(_ latest: Likeness) {
    likeness[1] = likeness[0]
    likeness[0] = latest
  }

  @inline(__always) private func resembles(
    _ hash: UInt32, _ now: UInt32, _ window: UInt32, _ troubles: borrowing Troubles
  ) -> Bool {
    if likeness[0].hash == hash, now &- likeness[0].microseconds <= window { return true }
    if likeness[1].hash == hash, now &- likeness[1].microseconds <= window { return true }
    guard trouble != 0 else { return false }
    for index in 0..<14 {
      let old = troubles.records[trouble].likeness[index]
      if old.hash == hash, now &- old.microseconds <= window { return true }
    }
    return false
  }
}

/// The latest packets of one side, for who reads a connection again: what is a copy to the tracker is one here.
public struct RecentPackets: Sendable {
  /// As many as the tracker remembers.
  private static var limit: Int { 16 }
  private var recent: [(hash: UInt32, microseconds: UInt32)] = []
  private var lastInput: Int?

  public init() {}

  /// Whether `segment` is a copy of one of them; remembers it if not.
  public mutating func isCopy(_ segment: Segment) -> Bool {
    let hash = Sender.likeness(segment)
    let now = Sender.microseconds(segment.time)
    let window = Sender.copyWindow(segment)
    if window > 0 || (lastInput != nil && segment.packet.input != lastInput),
      recent.contains(where: { $0.hash == hash && now &- $0.microseconds <= window })
    {
      return true
    }
    if recent.count == RecentPackets.limit { recent.removeFirst() }
    recent.append((hash, now))
    lastInput = segment.packet.input
    return false
  }
}
