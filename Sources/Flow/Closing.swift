internal import Wire

/// How a connection in order was closed, beside the rest of it as a quiet one (`Quiet`): what has ended waits for stragglers, and
/// there are as many of them as began in that time. As there, nothing is rounded or left out.
struct Closing: BitwiseCopyable, Sendable {
  var turn: Turn
  /// What is known of the FINs beside their places: bits 0 to 2 are `peerAckKnownAtFIN`, `lastWord`, `ackedByFIN` of `a`'s, 4 to 6 of `b`'s.
  private var finMarks: UInt8
  private var a: ClosingSide
  private var b: ClosingSide
  private var lastGap: UInt48

  /// What is kept here of each side's.
  static var marks: SenderMarks { [.fin, .finAcked, .cleanFIN, .peerAckKnownAtFIN, .lastWord, .ackedByFIN] }

  /// Becomes what the connection is. Says whether it does: not where that was not closed by two clean FINs (`CleanFIN`), or it does not
  /// fit. (Where it lies, as in `Quiet`.)
  mutating func take(_ connection: inout Connection) -> Bool {
    guard let lastGap = UInt48(connection.shared.lastGap), a.take(&connection.a, peerSent: connection.b.nxt),
      b.take(&connection.b, peerSent: connection.a.nxt)
    else { return false }
    self.lastGap = lastGap
    finMarks = Closing.finMarks(connection.a.marks) | Closing.finMarks(connection.b.marks) << 4
    return true
  }

  private static func finMarks(_ marks: SenderMarks) -> UInt8 {
    (marks.contains(.peerAckKnownAtFIN) ? 1 : 0) | (marks.contains(.lastWord) ? 2 : 0)
      | (marks.contains(.ackedByFIN) ? 4 : 0)
  }

  /// Puts it back into the connection.
  func close(_ connection: inout Connection) {
    let (sentByA, sentByB) = (connection.a.nxt, connection.b.nxt)
    a.close(&connection.a, finMarks, peerNext: sentByB)
    b.close(&connection.b, finMarks >> 4, peerNext: sentByA)
    connection.shared.lastGap = lastGap.value
    connection.shared.marks.insert(.lingering)
  }
}

extension Connection {
  /// What most that are not closed so fail by.
  @inline(__always) var mayBePutAwayClosed: Bool {
    a.trouble == 0 && b.trouble == 0 && a.has(.cleanFIN) && b.has(.cleanFIN)
  }
}

/// One side of it.
private struct ClosingSide: BitwiseCopyable {
  /// Of its latest packet, whose time is known, and the one before it.
  private var latest: UInt32
  private var previous: Likeness
  /// From the FIN to the side's last packet, and to the packet by which its ACK came.
  private var sent: NearMoment
  private var acked: NearMoment
  /// What the peer had sent and had acknowledged when the FIN was sent, and what this side acknowledged since: less than the peer's
  /// SND.NXT by so much; none where it acknowledged nothing. Who has sent 16 MiB since its peer closed stays as it is.
  private var peerSent: UInt24
  private var peerAcked: UInt24
  private var ownAck: UInt24

  /// - Parameter next: the peer's SND.NXT.
  mutating func take(_ side: inout Sender, peerSent next: Int64) -> Bool {
    let fin = side.cleanFIN
    guard side.trouble == 0, side.marks.isSuperset(of: [.fin, .finAcked, .cleanFIN]), side.nxt > 0,
      let sent = NearMoment(side.last, after: fin.sent), let acked = NearMoment(fin.progress, after: fin.sent),
      let peerSent = UInt24(less: fin.peerSent, than: next), let peerAcked = UInt24(less: fin.peerAcked, than: next),
      let ownAck = fin.ownAck == -1 ? UInt24.none : UInt24(less: fin.ownAck, than: next),
      side.likeness[0].microseconds == Sender.microseconds(side.last.time)
    else { return false }
    self.sent = sent
    self.acked = acked
    self.peerSent = peerSent
    self.peerAcked = peerAcked
    self.ownAck = ownAck
    latest = side.likeness[0].hash
    previous = side.likeness[1]
    return true
  }

  /// - Parameter marks: bits 0 to 2 as in `Closing.finMarks`.
  func close(_ side: inout Sender, _ marks: UInt8, peerNext: Int64) {
    side.marks.formUnion([.fin, .finAcked, .cleanFIN])
    side.sentBytes = UInt64(side.dataEnd)
    if marks & 1 != 0 { side.marks.insert(.peerAckKnownAtFIN) }
    if marks & 2 != 0 { side.marks.insert(.lastWord) }
    if marks & 4 != 0 { side.marks.insert(.ackedByFIN) }
    side.cleanFIN.sent = sent.moment(before: side.last)
    side.cleanFIN.progress = acked.moment(after: side.cleanFIN.sent)
    side.cleanFIN.peerSent = peerNext - Int64(peerSent.value)
    side.cleanFIN.peerAcked = peerNext - Int64(peerAcked.value)
    side.cleanFIN.ownAck = ownAck.isNone ? -1 : peerNext - Int64(ownAck.value)
    side.likeness[0] = Likeness(hash: latest, microseconds: Sender.microseconds(side.last.time))
    side.likeness[1] = previous
  }
}

extension UInt24 {
  fileprivate init?(less value: Int64, than next: Int64) {
    guard let distance = UInt32(exactly: next - value) else { return nil }
    self.init(distance)
  }
}
