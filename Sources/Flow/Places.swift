internal import Wire

// Inputs that were taken at different places and hold the same connection: of the client and of the server, of both sides of a
// router. Each is a view of its own: a TTL, a delay, a packet that is not there mean another thing in each, and what is told
// from both mixed is told of neither. Parts of one recording (rotated files, a file for each direction) never come to that.
extension Sender {
  /// What it sent comes from another input than before once more: as a copy that took its time or crossed a router, or as what
  /// would otherwise be a repetition. That is what happens where one file follows another; but then the first is over.
  mutating func noteCrossing(from input: Int, _ peer: inout Sender, _ troubles: inout Troubles) {
    let left = UInt32(truncatingIfNeeded: input) &+ 1
    troubles.records[troubles.of(&self)].crossedFrom = left
    troubles.records[troubles.of(&peer)].crossedFrom = left
  }

  /// Whether what another input has again is the same packet and no retransmission, such as the other link of a bond would show:
  /// Linux numbers that anew. Without a number nobody knows.
  @inline(never) func isSamePacket(_ segment: Segment, latest: UInt16, _ troubles: borrowing Troubles) -> Bool {
    let behind = Int16(bitPattern: latest &- segment.ipID)
    if segment.ipID == 0 ? !segment.checksumCoversTSval : behind >= 0 && UInt32(behind) <= packets { return true }
    // Some stacks number at random, some not at all: then it is the date that tells.
    return likeness[1].hash == likeness[0].hash || troubles.remembers(likeness[0].hash, trouble)
  }

  /// The input that was crossed from goes on: both hold the connection at once.
  @inline(__always) func comesBack(_ segment: inout Segment, _ troubles: borrowing Troubles) -> Bool {
    trouble != 0 && troubles.records[trouble].crossedFrom == UInt32(truncatingIfNeeded: segment.packet.input) &+ 1
  }

  /// Of a copy from another input: it took its time, or routers have counted down its TTL.
  func isFromElsewhere(_ segment: Segment, delay: UInt32) -> Bool {
    if segment.packet.input == last.packet.input { return false }
    // RSTs have TTLs of their own.
    let isRouted =
      !segment.flags.contains(.rst) && (segment.ttl < min(ttl, ttlLow) || segment.ttl > max(ttl, ttlHigh))
    return isRouted || delay > CopyWindow.data
  }
}
