internal import Wire

/// A connection as Zeek's TCP analysis follows it, kept beside our own view of it so that conn.log can be written as Zeek
/// writes it. Zeek's simplifications are followed on purpose: no sequence number of a FIN or RST is checked, a SYN-ACK
/// establishes both ends, whatever an ACK passes and the capture lacks is a gap at once.
///
/// Behaviour by Zeek's documentation of conn.log and its published test results (https://docs.zeek.org).
struct ZeekConnection: BitwiseCopyable {
  private var shared: ZeekShared
  /// Who sent the first packet, and who did not.
  private var first = ZeekEndpoint()
  private var second = ZeekEndpoint()

  init(first segment: Segment) { shared = ZeekShared(first: segment) }

  /// Takes in the next segment in order of capture, copies too: Zeek knows none.
  @inline(__always) mutating func observe(_ segment: Segment, fromFirst: Bool, _ waiting: inout ZeekWaiting) {
    if fromFirst {
      shared.observe(segment, fromFirst: true, sender: &first, receiver: &second, &waiting)
    } else {
      shared.observe(segment, fromFirst: false, sender: &second, receiver: &first, &waiting)
    }
  }

  /// Gives back what it holds elsewhere.
  mutating func release(_ waiting: inout ZeekWaiting) {
    first.contents.release(&waiting)
    second.contents.release(&waiting)
  }

  /// - Parameter firstIsClient: the sender of the first packet is our client.
  func view(firstIsClient: Bool) -> ZeekView {
    let originator = shared.isFlipped ? second : first
    let responder = shared.isFlipped ? first : second
    var view = ZeekView()
    view.originator = firstIsClient != shared.isFlipped ? .client : .server
    view.connState = shared.connState(originator, responder)
    view.history = shared.history.text
    view.start = shared.start
    let duration = shared.last.since(shared.start)
    if duration > 0 {
      view.duration = duration
      view.originatorBytes = originator.size(peer: responder.state)
      view.responderBytes = responder.size(peer: originator.state)
    }
    view.missedBytes = shared.missedBytes
    view.originatorPackets = UInt64(originator.packets)
    view.originatorIPBytes = originator.ipBytes
    view.responderPackets = UInt64(responder.packets)
    view.responderIPBytes = responder.ipBytes
    return view
  }
}

/// What belongs to neither end alone.
struct ZeekShared: BitwiseCopyable {
  var history = ZeekHistory()
  private(set) var missedBytes: UInt64 = 0
  let start: Timestamp
  private(set) var last: Timestamp
  /// The originator is not the sender of the first packet.
  var isFlipped = false
  /// A beginning was not seen.
  var isPartial = false

  init(first segment: Segment) {
    start = segment.time
    last = segment.time
    if ZeekRoles.isReply(segment) {
      isFlipped = true
      history.appendFlip()
    }
  }

  /// One segment, step by step in Zeek's order: the letters of `history` depend on it.
  mutating func observe(
    _ segment: Segment, fromFirst: Bool, sender: inout ZeekEndpoint, receiver: inout ZeekEndpoint,
    _ waiting: inout ZeekWaiting
  ) {
    let flags = segment.flags
    if segment.options.contains(.badChecksum) {
      if sender.badChecksums.isSaid() { history.append(.badChecksum, isOriginator: fromFirst != isFlipped) }
      return
    }
    if sender.packets < .max { sender.packets += 1 }
    sender.ipBytes &+= UInt64(segment.wireLength)
    if history.isLoneSYNACK, flags.isDisjoint(with: [.syn, .fin, .rst]) {
      flipSYNACK(fromFirst: fromFirst, &sender, &receiver)
    }
    let isOriginator = fromFirst != isFlipped
    notePartial(segment, isOriginator, sender)
    sender.begin(segment)
    let offset = sender.offset(ofSent: segment.sequence)
    writeFlags(segment, offset, isOriginator, &sender)
    if segment.window == 0, !flags.contains(.rst), receiver.state != .closed, sender.state != .reset,
      sender.zeroWindows.isSaid()
    {
      history.append(.zeroWindow, isOriginator: isOriginator)
    }
    if !(sender.has(.didClose) && receiver.has(.didClose)) { last = segment.time }
    if flags.contains(.fin) {
      sender.marks.insert(.sentFIN)
      sender.finEnd = offset &+ Int64(ZeekEndpoint.length(segment))
    }
    let acknowledged = acknowledge(segment, &receiver)
    if sender.advance(segment), sender.retransmissions.isSaid() {
      history.append(.retransmission, isOriginator: isOriginator)
    }
    if transition(segment, isOriginator, &sender, &receiver) { sender.marks.insert(.closing) }
    if flags.contains(.ack) {
      findGaps(below: acknowledged, isOriginator: !isOriginator, &receiver, peer: sender, &waiting)
    }
    sender.marks.insert(.heard)
    if segment.payloadLength > 0, !flags.contains(.rst), offset >= 0 { deliver(segment, offset, &sender, &waiting) }
    close(&sender, &receiver)
  }

  private mutating func notePartial(_ segment: Segment, _ isOriginator: Bool, _ sender: ZeekEndpoint) {
    guard !sender.has(.heard) else { return }
    let isSYN = segment.flags.contains(.syn)
    if isOriginator {
      isPartial = !isSYN || segment.flags.contains(.ack)
    } else if !isPartial {
      isPartial = !isSYN
    }
  }

  /// Where the peer's ACK stands in the receiver's stream; 0 where it says nothing.
  private func acknowledge(_ segment: Segment, _ receiver: inout ZeekEndpoint) -> Int64 {
    guard segment.flags.contains(.ack) else { return 0 }
    if receiver.state == .inactive {
      receiver.beginHidden(acknowledgment: segment.acknowledgment)
      return 1
    }
    let offset = receiver.offset(ofAcknowledged: segment.acknowledgment)
    if offset < 0 { return 0 }
    // The ACK number of a RST is not trusted.
    if !segment.flags.contains(.rst) { receiver.acknowledge(segment.acknowledgment) }
    return offset
  }

  @inline(__always) private mutating func findGaps(
    below acknowledged: Int64, isOriginator: Bool, _ side: inout ZeekEndpoint, peer: ZeekEndpoint,
    _ waiting: inout ZeekWaiting
  ) {
    var limit = acknowledged
    if side.has(.sentFIN), limit >= side.finEnd { limit = side.finEnd &- 1 }
    let missing = side.contents.acknowledge(below: limit, isPartial: isPartial, &waiting)
    // Only between ends that are established or close cleanly: else numbers that do not fit would look like gaps.
    guard missing.gaps > 0, side.isClean, peer.isClean else { return }
    missedBytes &+= UInt64(missing.bytes)
    for _ in 0..<missing.gaps where side.gaps.isSaid() { history.append(.gap, isOriginator: isOriginator) }
  }

  @inline(__always) private func deliver(
    _ segment: Segment, _ offset: Int64, _ sender: inout ZeekEndpoint, _ waiting: inout ZeekWaiting
  ) {
    let from = offset &+ (segment.flags.contains(.syn) ? 1 : 0)
    sender.contents.receive(
      from: from, to: from &+ Int64(segment.payloadLength), acked: sender.acked, nothingAcked: sender.nothingAcked,
      size: max(sender.last, sender.acked) &- 1, &waiting)
  }

  @inline(__always) private func close(_ sender: inout ZeekEndpoint, _ receiver: inout ZeekEndpoint) {
    if sender.has(.closing), !sender.has(.didClose), !sender.isPending(peer: receiver) {
      sender.marks.insert(.didClose)
    }
    if receiver.has(.closing), !receiver.has(.didClose), !receiver.isPending(peer: sender) {
      receiver.marks.insert(.didClose)
    }
  }
}

extension ZeekEndpoint {
  fileprivate var isClean: Bool { state == .established || (state == .closed && previous == .established) }
}
