internal import Wire

// Inputs that were taken at different places and hold the same connection: of the client and of the server, of both sides of a
// router. Each is a view of its own: a TTL, a delay, a packet that is not there mean another thing in each, and what is told
// from both mixed is told of neither. Parts of one recording (rotated files, a file for each direction) never come to that.
//
// Where both were merged into one file, nothing tells the places apart but their TTLs: a packet that is there again under another TTL,
// and so late that a device which forwards it at once would have had it long before (`CopyWindow.identified`).
extension Sender {
  /// What it sent comes from another input than before once more: as a copy that took its time or crossed a router, or as what
  /// would otherwise be a repetition. That is what happens where one file follows another; but then the first is over.
  mutating func noteCrossing(from input: Int, _ peer: inout Sender, _ troubles: inout Troubles) {
    let left = UInt32(truncatingIfNeeded: input) &+ 1
    troubles.records[troubles.of(&self)].crossedFrom = left
    troubles.records[troubles.of(&peer)].crossedFrom = left
  }

  /// What would be a repetition, were it not the same packet, seen at another place.
  @inline(never) mutating func noteOtherPlace(
    _ segment: Segment, lastInput: Int, lastIPID: UInt16, _ peer: inout Sender, _ troubles: inout Troubles
  ) {
    if lastInput == segment.packet.input {
      noteSecondPlace(segment, &troubles)
    } else if isSamePacket(segment, latest: lastIPID, troubles) {
      noteCrossing(from: lastInput, &peer, &troubles)
    }
  }

  /// Whether what another input has again is the same packet and no retransmission, such as the other link of a bond would show:
  /// Linux numbers that anew. Without a number nobody knows.
  private func isSamePacket(_ segment: Segment, latest: UInt16, _ troubles: borrowing Troubles) -> Bool {
    let behind = Int16(bitPattern: latest &- segment.ipID)
    if segment.ipID == 0 ? !segment.checksumCoversTSval : behind >= 0 && UInt32(behind) <= packets { return true }
    // Some stacks number at random, some not at all: then it is the date that tells.
    return likeness[1].hash == likeness[0].hash || troubles.remembers(likeness[0].hash, trouble)
  }

  /// It was there before, number or date and all, and came to this place over more or fewer routers.
  private mutating func noteSecondPlace(_ segment: Segment, _ troubles: inout Troubles) {
    guard ttlLow != ttlHigh, segment.ipID != 0 || segment.checksumCoversTSval,
      likeness[1].hash == likeness[0].hash || troubles.remembers(likeness[0].hash, trouble)
    else { return }
    troubles.records[troubles.of(&self)].secondTTL = segment.ttl
  }

  /// The input that was crossed from, or the place whose packets have another TTL, goes on: both hold the connection at once.
  /// - Parameter peer: its cold record.
  @inline(__always) func comesBack(_ segment: inout Segment, peer: UInt32, _ troubles: inout Troubles) -> Bool {
    trouble > 1 && isBack(segment, peer, &troubles)
  }

  /// By TTLs in both directions: some stacks send the same packet again, number and all, and on one way over other routers.
  @inline(never) private func isBack(_ segment: Segment, _ peer: UInt32, _ troubles: inout Troubles) -> Bool {
    if troubles.records[trouble].crossedFrom == UInt32(truncatingIfNeeded: segment.packet.input) &+ 1 { return true }
    let second = troubles.records[trouble].secondTTL
    guard second != 0, segment.ttl != second, !segment.flags.contains(.rst) else { return false }
    troubles.records[trouble].cameBack = true
    return peer > 1 && troubles.records[peer].cameBack
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
