internal import Wire

// One stream, recorded on both sides of a device that rewrites its numbers: a SYN proxy, a firewall that makes ISNs of its own. Each packet
// is there twice, the second time with a number that differs by a constant, which is that of its direction.
//
// Where both ISNs of a side were seen the constants are known before there are data: what stands in the other numbering is a copy, and
// the connection is audited in the one. Where they were not, a packet that is seen on both sides tells that there are two, and
// nothing is claimed (Mixed.swift).
extension Connection {
  /// A SYN that is the one before it, behind the device; or the answer to such a one. It tells the other ISN of its side.
  mutating func hasTwin(ofSYN segment: inout Segment, fromA: Bool, _ troubles: inout Troubles) -> Bool {
    if segment.flags.contains(.ack) {
      guard fromA ? b.isOther(segment.acknowledgment, troubles) : a.isOther(segment.acknowledgment, troubles) else {
        return false
      }
    } else {
      guard isAttempt, fromA ? a.isTwin(&segment) : b.isTwin(&segment) else { return false }
    }
    countCopy(fromA: fromA, troubles: &troubles)
    troubles.records[fromA ? a.trouble : b.trouble].otherISN = segment.sequence
    return true
  }

  /// Whether it is a copy in the other numbering. (It changes nothing; but what does not is called with copies.)
  mutating func isRenumbered(_ segment: inout Segment, fromA: Bool, _ troubles: borrowing Troubles) -> Bool {
    guard shared.has(.established), (a.trouble | b.trouble) > 1 else { return false }
    return fromA ? a.isRenumbered(&segment, peer: &b, troubles) : b.isRenumbered(&segment, peer: &a, troubles)
  }
}

extension Shared {
  /// Counts a copy in the other numbering.
  mutating func isRenumbered(
    _ segment: inout Segment, _ sender: inout Sender, _ receiver: inout Sender, _ troubles: inout Troubles
  ) -> Bool {
    guard has(.established), sender.isRenumbered(&segment, peer: &receiver, troubles) else { return false }
    troubles.records[troubles.of(&sender)].duplicatePackets &+= 1
    return true
  }
}

extension Sender {
  /// How far the other numbering of this side lies ahead of the one that is followed; 0 where there is none.
  private func shift(_ troubles: borrowing Troubles) -> Int64 {
    guard trouble > 1, has(.syn), let isn = troubles.records[trouble].otherISN else { return 0 }
    return Int64(isn.distance(from: sequence(at: -1)))
  }

  /// It acknowledges the other SYN of this side, which is the same one behind the device.
  fileprivate func isOther(_ acknowledgment: SequenceNumber, _ troubles: borrowing Troubles) -> Bool {
    trouble > 1 && troubles.records[trouble].otherISN?.advanced(by: 1) == acknowledgment
  }

  /// It stands where the streams are in the other numbering, and nowhere near where they are in the one that is followed.
  fileprivate func isRenumbered(
    _ segment: inout Segment, peer: inout Sender, _ troubles: borrowing Troubles
  ) -> Bool {
    guard segment.flags.isDisjoint(with: [.syn, .unknown]) else { return false }
    let shifts = (own: shift(troubles), peer: peer.shift(troubles))
    guard max(abs(shifts.own), abs(shifts.peer)) > Plausible.inFlight else { return false }
    let hasACK = segment.flags.contains(.ack)
    let here = stray(segment.sequence, 0)
    let there = stray(segment.sequence, shifts.own)
    let peerHere = hasACK ? peer.stray(segment.acknowledgment, 0) : 0
    let peerThere = hasACK ? peer.stray(segment.acknowledgment, shifts.peer) : 0
    return max(there, peerThere) < max(here, peerHere)
  }

  /// How far from SND.NXT a number lies that was shifted.
  private func stray(_ number: SequenceNumber, _ shift: Int64) -> Int64 {
    abs(Int64(number.advanced(by: Int(-shift)).distance(from: sequence(at: nxt))))
  }

  /// The packet before it has its identification and its length, and another number: it is that packet, behind the device. Asked before
  /// it is counted.
  mutating func noteTwin(_ segment: inout Segment, _ troubles: inout Troubles) {
    let bearing = Bearing(segment)
    let known = troubles.records[trouble].latest
    troubles.records[trouble].latest = bearing
    guard let known else { return }
    let shift = abs(Int64(bearing.sequence.distance(from: known.sequence)))
    guard segment.ipID == ipID, known.length == bearing.length, !segment.flags.contains(.rst),
      segment.time.since(last.time) <= Plausible.twin, shift > max(Plausible.unscaledWindow, Int64(known.length)),
      ipID != 0 || (bearing.length > 0 && bearing.sum == known.sum)
    else { return }
    // Once it may have been sent again, by a stack that numbers no packets or all alike: a device shifts each by as much.
    if troubles.records[trouble].twinShift == shift { troubles.records[trouble].isMixed = true }
    troubles.records[trouble].twinShift = shift
  }

  /// The same of its SYN, which nobody has answered yet.
  fileprivate func isTwin(_ syn: inout Segment) -> Bool {
    has(.syn) && syn.ipID != 0 && syn.ipID == ipID && syn.time.since(last.time) <= Plausible.twin
      && abs(Int64(syn.sequence.distance(from: sequence(at: -1)))) > Plausible.unscaledWindow
  }
}

/// A side's latest packet, as it looks without its numbers.
struct Bearing: BitwiseCopyable {
  var sequence: SequenceNumber
  var length: UInt32
  var sum: UInt16

  init(_ segment: Segment) {
    sequence = segment.sequence
    length = segment.payloadLength
    sum = segment.sumWithoutNumbers
  }
}

extension Segment {
  /// What the checksum says of everything but the sequence and ACK numbers: a sum in ones' complement, from which words can be taken
  /// out again (RFC 1624).
  fileprivate var sumWithoutNumbers: UInt16 {
    let words =
      UInt64(~checksum) &+ 0x3fffc &- (numbers >> 48) &- (numbers >> 32 & 0xffff) &- (numbers >> 16 & 0xffff)
      &- (numbers & 0xffff)
    return UInt16(truncatingIfNeeded: words % 0xffff)
  }
}
