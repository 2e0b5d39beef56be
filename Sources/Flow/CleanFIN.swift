internal import Wire

/// A FIN as it nearly always is, kept in the hot record: sent once, and nothing new of the peer after it. Whatever is more
/// than that makes a cold record, which takes it along.
struct CleanFIN: BitwiseCopyable {
  var sent = Moment(time: Timestamp(nanoseconds: 0), packet: .none)
  /// The packet by which SND.UNA moved last since; the ACK of the FIN, where it is acknowledged.
  var progress = Moment(time: Timestamp(nanoseconds: 0), packet: .none)
  /// The peer's SND.NXT and SND.UNA when it was sent.
  var peerSent: Int64 = 0
  var peerAcked: Int64 = 0
  /// What this side acknowledged since; -1 is nothing. (What the FIN itself was the first to acknowledge is `peerAcked`, with a mark of its
  /// own: an answer that ends by FIN acknowledges the request.)
  var ownAck: Int64 = -1

  init() {}
}

extension Sender {
  /// A FIN at SND.NXT of a side without trouble.
  @inline(__always) mutating func takeCleanFIN(_ moment: Moment, receiver: inout Sender) {
    cleanFIN.sent = moment
    cleanFIN.progress = Moment(time: Timestamp(nanoseconds: 0), packet: .none)
    cleanFIN.peerSent = receiver.dataEnd
    cleanFIN.peerAcked = min(receiver.una, receiver.dataEnd)
    cleanFIN.ownAck = -1
    marks.formUnion([.fin, .cleanFIN])
    if receiver.ackIsKnown { marks.insert(.peerAckKnownAtFIN) }
    if hasLastWord(before: receiver) { marks.insert(.lastWord) }
    if isLastDataLate { marks.insert(.lateLastData) }
    nxt += 1
  }

  /// It has spoken, and its peer not since. (Inlined, as a call of what is lent works on a copy of it.)
  @inline(__always) func hasLastWord(before peer: borrowing Sender) -> Bool {
    guard has(.data) else { return false }
    return peer.has(.data) ? peer.lastNew.precedes(lastNew) : true
  }

  /// SND.UNA moves while there is no trouble.
  @inline(__always) mutating func progressWithoutTrouble(to ack: Int64, _ moment: Moment) {
    guard has(.cleanFIN) else { return }
    cleanFIN.progress = moment
    if ack >= nxt { marks.insert(.finAcked) }
  }

  /// It acknowledges something new, by its clean FIN or after it.
  mutating func noteAck(_ una: Int64, _ moment: Moment, _ troubles: inout Troubles) {
    if cleanFIN.sent.packet == moment.packet {
      noteAckByCleanFIN(una)
    } else {
      noteAckAfterCleanFIN(una, &troubles)
    }
  }

  /// Its FIN acknowledges something new.
  mutating func noteAckByCleanFIN(_ una: Int64) {
    if una == cleanFIN.peerAcked { marks.insert(.ackedByFIN) } else { cleanFIN.ownAck = una }
  }

  /// This side acknowledges something new after its FIN: once, as a rule, the peer's.
  mutating func noteAckAfterCleanFIN(_ una: Int64, _ troubles: inout Troubles) {
    if cleanFIN.ownAck < 0 {
      cleanFIN.ownAck = una
    } else {
      _ = troubles.of(&self)
      noteProgress(una, &troubles)
    }
  }

  /// Into the cold record that this side now needs.
  func moveFIN(into trouble: inout Trouble) {
    var fin = Fin(sent: Burst(at: cleanFIN.sent), offset: nxt - 1)
    fin.peerSent = cleanFIN.peerSent
    fin.peerAcked = cleanFIN.peerAcked
    fin.peerAckKnown = has(.peerAckKnownAtFIN)
    fin.hadLastWord = has(.lastWord)
    if !cleanFIN.progress.packet.isNone { trouble.progress = cleanFIN.progress }
    if has(.finAcked) { fin.acked = cleanFIN.progress }
    var acks = 0
    if has(.ackedByFIN) {
      fin.recentAcks[0] = cleanFIN.peerAcked
      acks = 1
    }
    if cleanFIN.ownAck >= 0 {
      fin.recentAcks[acks] = cleanFIN.ownAck
      acks += 1
    }
    trouble.ackCursor = UInt8(acks)
    trouble.fin = fin
    trouble.finPackets = 1
  }
}

extension Trouble {
  /// What `moveFIN(into:)` said.
  mutating func forgetFIN() {
    progress = nil
    ackCursor = 0
    fin = nil
    finPackets = 0
  }
}
