internal import Wire

/// How a connection in order was closed, beside the rest of it as a quiet one (`Quiet`): what has ended waits for stragglers, and
/// there are as many of them as began in that time. As there, nothing is rounded or left out.
struct Closing: BitwiseCopyable, Sendable {
  private var a: ClosingSide
  private var b: ClosingSide
  private var lastGap: UInt48
  var turn = Turn(of: 0)

  /// What is kept here of each side's.
  static var marks: SenderMarks { [.fin, .finAcked, .cleanFIN, .peerAckKnownAtFIN, .lastWord, .ackedByFIN] }

  /// nil where the connection was not closed by two clean FINs (`CleanFIN`), or it does not fit.
  init?(_ connection: inout Connection) {
    guard let a = ClosingSide(&connection.a, peerSent: connection.b.nxt),
      let b = ClosingSide(&connection.b, peerSent: connection.a.nxt),
      let lastGap = UInt48(connection.shared.lastGap)
    else { return nil }
    self.lastGap = lastGap
    self.a = a
    self.b = b
  }

  /// Puts it back into the connection.
  func close(_ connection: inout Connection) {
    let (sentByA, sentByB) = (connection.a.nxt, connection.b.nxt)
    a.close(&connection.a, peerNext: sentByB)
    b.close(&connection.b, peerNext: sentByA)
    connection.shared.lastGap = lastGap.value
    connection.shared.marks.insert(.lingering)
  }
}

/// One side of it.
private struct ClosingSide: BitwiseCopyable {
  /// From the FIN to the side's last packet, and to the packet by which its ACK came.
  private var sent: NearMoment
  private var acked: NearMoment
  /// What the peer had sent and had acknowledged when the FIN was sent, and what this side acknowledged since: less than the peer's
  /// SND.NXT by so much; `.max` where it acknowledged nothing.
  private var peerSent: UInt32
  private var peerAcked: UInt32
  private var ownAck: UInt32
  private var latest: Likeness
  private var previous: Likeness
  /// What is known of the FIN beside its places: bits 0 to 2 are `peerAckKnownAtFIN`, `lastWord`, `ackedByFIN`.
  private var marks: UInt8

  /// - Parameter next: the peer's SND.NXT.
  init?(_ side: inout Sender, peerSent next: Int64) {
    let fin = side.cleanFIN
    guard side.trouble == 0, side.marks.isSuperset(of: [.fin, .finAcked, .cleanFIN]), side.nxt > 0,
      let sent = NearMoment(side.last, after: fin.sent), let acked = NearMoment(fin.progress, after: fin.sent),
      let peerSent = UInt32(exactly: next - fin.peerSent), let peerAcked = UInt32(exactly: next - fin.peerAcked),
      let ownAck = fin.ownAck < 0 ? .max : UInt32(exactly: next - fin.ownAck)
    else { return nil }
    if ownAck == .max, fin.ownAck != -1 { return nil }
    self.sent = sent
    self.acked = acked
    self.peerSent = peerSent
    self.peerAcked = peerAcked
    self.ownAck = ownAck
    latest = side.likeness[0]
    previous = side.likeness[1]
    marks = (side.has(.peerAckKnownAtFIN) ? 1 : 0) | (side.has(.lastWord) ? 2 : 0) | (side.has(.ackedByFIN) ? 4 : 0)
  }

  func close(_ side: inout Sender, peerNext: Int64) {
    side.marks.formUnion([.fin, .finAcked, .cleanFIN])
    side.sentBytes = UInt64(side.dataEnd)
    if marks & 1 != 0 { side.marks.insert(.peerAckKnownAtFIN) }
    if marks & 2 != 0 { side.marks.insert(.lastWord) }
    if marks & 4 != 0 { side.marks.insert(.ackedByFIN) }
    side.cleanFIN.sent = sent.moment(before: side.last)
    side.cleanFIN.progress = acked.moment(after: side.cleanFIN.sent)
    side.cleanFIN.peerSent = peerNext - Int64(peerSent)
    side.cleanFIN.peerAcked = peerNext - Int64(peerAcked)
    side.cleanFIN.ownAck = ownAck == .max ? -1 : peerNext - Int64(ownAck)
    side.likeness[0] = latest
    side.likeness[1] = previous
  }
}
