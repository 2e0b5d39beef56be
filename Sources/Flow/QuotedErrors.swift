public import Wire

/// A SYN that may begin another incarnation, and the error that came back for it; or what may be of one whose SYNs are not in the
/// capture.
struct PendingSYN {
  var segment: Segment
  var notice: Notice?
  /// The other side has answered from the stream that is: to its kernel the connection lives (RFC 5961 §4).
  var isChallenged = false
}

/// What came back about a connection, before it is settled which end is the client.
struct Notice {
  var notice: ICMPNotice
  var fromA: Bool
  /// The latest error: a capture may hold a copy of it.
  var sequence: SequenceNumber
  var last: Timestamp

  /// Two errors that look the same and are this close are one that the capture holds twice, ns.
  private static var copyTime: Int64 { 1_000_000 }

  init(_ error: QuotedError, fromA: Bool) {
    let quoted = error.quoted
    notice = ICMPNotice(
      first: Moment(time: quoted.time, packet: quoted.packet), count: 1, type: error.type, code: error.code,
      ipVersion: error.ipVersion, mtu: error.mtu, reporter: error.reporter, quoted: .client)
    self.fromA = fromA
    sequence = quoted.sequence
    last = quoted.time
  }

  /// Another error about the same connection: the first stands for all.
  mutating func add(_ error: QuotedError, fromA: Bool) {
    let time = error.quoted.time
    let isCopy =
      error.quoted.sequence == sequence && fromA == self.fromA && error.type == notice.type
      && error.reporter == notice.reporter && time.since(last).magnitude <= UInt64(Notice.copyTime)
    sequence = error.quoted.sequence
    last = time
    if !isCopy { notice.count = notice.count == .max ? .max : notice.count + 1 }
  }

  func seen(clientIsA: Bool) -> ICMPNotice {
    var result = notice
    result.quoted = fromA == clientIsA ? .client : .server
    return result
  }
}

// ICMP errors: they belong to the connection whose segment they quote, if that side can have sent it. Whoever guesses the
// addresses and ports does not know the sequence number (RFC 5927 §4).
extension Tracker {
  /// Takes in an ICMP error, in its place between batches. One that quotes no connection that is known, or nothing that
  /// its side has outstanding or has lately sent, is counted and touches nothing.
  public mutating func track(_ error: QuotedError) {
    let quoted = error.quoted
    let (key, fromA) = FlowKey.of(quoted, scope: scope(of: quoted.encapsulation))
    if let share = options.share, !share.has(key) { return }
    let hash = key.hash(seed: seed)
    var index = find(key, hash)
    if index >= Tracker.quietBit { index = revive(index, key, hash) }
    guard index != 0 else {
      unmatchedErrors += 1
      return
    }
    if let syn = pending[index]?.segment, syn.source == quoted.source, syn.sourcePort == quoted.sourcePort,
      syn.sequence == quoted.sequence
    {
      if pending[index]?.notice == nil {
        pending[index]?.notice = Notice(error, fromA: fromA)
      } else {
        pending[index]?.notice?.add(error, fromA: fromA)
      }
      return
    }
    let sender = fromA ? records[index].a : records[index].b
    let receiver = fromA ? records[index].b : records[index].a
    guard sender.maySend(quoted, to: receiver) else {
      unmatchedErrors += 1
      return
    }
    enter(error, fromA: fromA, index)
  }

  private mutating func enter(_ error: QuotedError, fromA: Bool, _ index: UInt32) {
    if records[index].shared.has(.icmp) {
      notices[index]?.add(error, fromA: fromA)
    } else {
      records[index].shared.marks.insert(.icmp)
      notices[index] = Notice(error, fromA: fromA)
    }
  }

  /// The error that came back for a pending SYN goes with the connection that it began.
  mutating func keep(_ notice: Notice?, for index: UInt32) {
    guard let notice else { return }
    records[index].shared.marks.insert(.icmp)
    notices[index] = notice
  }
}

extension Sender {
  /// How long after a segment an error about it is still believed though it was acknowledged meanwhile, ns: a router
  /// answers within a round trip.
  private static var errorTime: Int64 { 10_000_000_000 }
  /// What an unseen side may have in flight where its peer's window is not known: no scale, all of the field.
  private static var unscaledWindow: Int64 { 65_535 }

  /// Whether a quoted sequence number is one that this side has outstanding or has lately sent. SYNs and probes stand one
  /// below SND.UNA; an ACK stands at SND.NXT.
  func maySend(_ quoted: Segment, to receiver: Sender) -> Bool {
    guard has(.origin) else { return false }
    let start = offset(of: quoted.sequence) + (quoted.flags.contains(.syn) ? 1 : 0)
    var end = nxt
    if packets == 0 { end += receiver.scaledWindow(peerScales: scales) ?? Sender.unscaledWindow }
    guard start <= end else { return false }
    if start >= una - 1 { return true }
    return has(.data) && start >= lastNewOffset && quoted.time.since(lastNew.time) <= Sender.errorTime
  }
}
