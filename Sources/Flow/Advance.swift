internal import Wire

// What a side sends: SND.NXT and the holes below it.
extension Sender {
  /// Takes in the sequence space of a segment that is no RST.
  /// - Parameters:
  ///   - idle: silence of the connection before it, ns.
  ///   - acknowledgesNew: its ACK number is higher than those before.
  @inline(__always) mutating func advance(
    _ segment: inout Segment, _ moment: Moment, idle: Int64, acknowledgesNew: Bool, receiver: inout Sender,
    troubles: inout Troubles
  ) -> SegmentKind {
    let isSYN = segment.flags.contains(.syn)
    let start = offset(of: segment.sequence) + (isSYN ? 1 : 0)
    let length = Int64(segment.payloadLength)
    let isFIN = segment.flags.contains(.fin)
    if start == nxt, length > 0, !isFIN, !isSYN, !has(.fin), !receiver.has(.zeroWindow) {
      takeNew(start, length, segment.payloadLength, segment.options, moment, idle: idle)
      return .new
    }
    if isFIN, start == nxt, trouble == 0, !isSYN, !has(.fin), !receiver.has(.zeroWindow) {
      takeLast(&segment, moment, idle: idle, receiver: &receiver)
      return .new
    }
    if trouble > 1, !isSYN, mixes(segment.sequence, at: moment.time, isRepeatable: segment.isRepeatable, &troubles) {
      return .stray
    }
    if isBeforeAll(start, troubles) {
      // Wherever it stands: counted are packets.
      if isFIN { troubles.records[troubles.of(&self)].finPackets &+= 1 }
      let isAfterPause = moment.time.since(lastSentNew) > Plausible.answer
      let witness = isAfterPause ? receiver.witness(of: &segment, troubles) : .none
      strays(to: &segment, at: moment.time, witness, &troubles)
      return .stray
    }
    if length == 0, !isFIN {
      if isSYN {
        if synCount > 1 { marks.remove(.timing) } else if !has(.everAcked) { time(-1, moment, idle: idle) }
        return .syn
      }
      if start == nxt {
        return !acknowledgesNew && isSilentRepeat(&segment, idle, &receiver) ? countKeepalive(&troubles) : .ack
      }
      return advanceWithoutData(start, receiver: &receiver, troubles: &troubles)
    }
    return advanceSlowly(
      &segment, start, moment, idle: idle, receiver: &receiver, troubles: &troubles)
  }

  /// New data at SND.NXT: the case that nearly all segments are.
  @inline(__always) mutating func takeNew(
    _ start: Int64, _ length: Int64, _ payload: UInt32, _ options: TCPOptionSet, _ moment: Moment, idle: Int64
  ) {
    let end = start + length
    nxt = end
    marks.insert(.data)
    if options.contains(.noAlert) { marks.insert(.noAlert) } else { marks.remove(.noAlert) }
    if !has(.timing) { time(start, moment, idle: idle) }
    lastNewOffset = start
    lastNew = moment
    if payload > largestSent {
      largestSent = payload
      largestEnd = end
    }
  }

  /// A FIN at SND.NXT of a side without trouble, and the data that it came with.
  mutating func takeLast(_ segment: inout Segment, _ moment: Moment, idle: Int64, receiver: inout Sender) {
    let length = segment.payloadLength
    if length > 0 { takeNew(nxt, Int64(length), length, segment.options, moment, idle: idle) }
    takeCleanFIN(moment, receiver: &receiver)
    if !has(.timing) { time(dataEnd, moment, idle: idle) }
  }

  /// Asked at the FIN, before that is timed: what was timed last is its latest data, as nothing was outstanding when they were sent.
  @inline(__always) var isLastDataLate: Bool {
    has(.data) && timedOffset == lastNewOffset && Int64(timedIdle) * 1_000_000 >= Plausible.outage
  }

  @inline(__always) private mutating func time(_ start: Int64, _ moment: Moment, idle: Int64) {
    timedOffset = start
    timed = moment
    timedIdle = UInt32(clamping: idle / 1_000_000)
    marks.insert(.timing)
  }

  /// An ACK whose sequence number is not SND.NXT.
  private mutating func advanceWithoutData(
    _ start: Int64, receiver: inout Sender, troubles: inout Troubles
  ) -> SegmentKind {
    if start == nxt - 1 || start == una - 1, !has(.fin), start >= -1 {
      // Linux probes a zero window at SND.UNA - 1, and keeps alive at SND.NXT - 1: the window tells them apart.
      if receiver.has(.zeroWindow) { return countProbe(&troubles) }
      if una == nxt, start == nxt - 1 { return countKeepalive(&troubles) }
    }
    if start > nxt {
      return jump(to: start, end: start, isFIN: false, peer: receiver.trouble, &troubles) ? .ack : .stray
    }
    return .ack
  }

  /// SND.NXT is further than what was seen: a hole. Says whether that is believed.
  private mutating func jump(
    to start: Int64, end: Int64, isFIN: Bool, peer: UInt32, _ troubles: inout Troubles
  ) -> Bool {
    let index = troubles.of(&self)
    if start - nxt > Plausible.jump {
      let far = troubles.records[index].far
      let isAgreed = agrees(start, far?.start ?? -1)
      // Between the two it went on where it stood.
      let goesOn = isAgreed && far.map { packets &- $0.packets > 1 } ?? false
      if goesOn { troubles.records[index].isMixed = true }
      if !isAgreed || goesOn {
        troubles.records[index].far = FarSegment(moment: last, start: start, end: end, isFIN: isFIN, packets: packets)
        return false
      }
    }
    leap(to: start, at: last.time, peer: peer, &troubles)
    troubles.records[index].far = nil
    troubles.records[index].holes.insert(OffsetRange(nxt, start))
    troubles.records[index].holeFrom = lastSentNew
    troubles.records[index].holeSince = last.time
    if has(.fin) {
      // The stream went on: what looked like its end was none.
      marks.remove([.fin, .finAcked])
      troubles.records[index].fin = nil
    }
    nxt = start
    marks.insert(.data)
    return true
  }

  /// When SND.NXT was reached: data, else the side's first packet.
  var lastSentNew: Timestamp { has(.data) ? lastNew.time : first.time }

  func agrees(_ offset: Int64, _ distrusted: Int64) -> Bool {
    distrusted >= 0 && abs(offset - distrusted) <= Plausible.jump
  }

  /// The peer's ACK that `segment` carries is inside of what seemed too far off: it was of this stream, FIN and all.
  mutating func confirmFar(_ segment: inout Segment, peer: inout Sender, _ troubles: inout Troubles) {
    guard segment.flags.contains(.ack), let far = troubles.records[trouble].far else { return }
    let ack = offset(of: segment.acknowledgment)
    guard far.start > nxt, ack >= far.start, ack <= far.end + (far.isFIN ? 1 : 0), !has(.fin) else { return }
    guard packets == far.packets else {
      troubles.records[trouble].isMixed = true
      return
    }
    leap(to: far.start, at: far.moment.time, peer: peer.trouble, &troubles)
    troubles.records[trouble].far = nil
    troubles.records[trouble].holes.insert(OffsetRange(nxt, far.start))
    troubles.records[trouble].holeFrom = lastSentNew
    troubles.records[trouble].holeSince = far.moment.time
    nxt = far.end
    marks.insert(.data)
    if far.isFIN {
      _ = takeFIN(far.end, far.end - far.start, .new, far.moment, idle: 0, receiver: peer, troubles: &troubles)
    }
  }

  /// Midstream, one ACK again and again, a second or more apart, and nothing from the peer: its keepalives. A kernel gives
  /// each its own identification; with the same one it is the same packet, played again.
  @inline(__always) private func isSilentRepeat(
    _ segment: inout Segment, _ idle: Int64, _ receiver: inout Sender
  ) -> Bool {
    idle >= Plausible.keepalivePause && packets > 1 && !has(.syn) && !has(.data) && !has(.fin) && receiver.packets == 0
      && (segment.ipID == 0 || likeness[0].hash != likeness[1].hash)
  }

  mutating func countKeepalive(_ troubles: inout Troubles) -> SegmentKind {
    let index = troubles.of(&self)
    // The first of a midstream train was taken for an ACK.
    let first = !has(.syn) && !has(.data) && troubles.records[index].keepalivePackets == 0 && packets == 2
    troubles.records[index].keepalivePackets &+= first && nxt == 0 && una == 0 ? 2 : 1
    return .keepalive
  }

  private mutating func countProbe(_ troubles: inout Troubles) -> SegmentKind {
    let index = troubles.of(&self)
    troubles.records[index].windowProbePackets &+= 1
    return .windowProbe
  }

  /// Everything but data at SND.NXT.
  @inline(never) private mutating func advanceSlowly(
    _ segment: inout Segment, _ start: Int64, _ moment: Moment, idle: Int64, receiver: inout Sender,
    troubles: inout Troubles
  ) -> SegmentKind {
    let length = Int64(segment.payloadLength)
    let isFIN = segment.flags.contains(.fin)
    let end = start + length
    // Wherever it stands: counted are packets.
    if isFIN { troubles.records[troubles.of(&self)].finPackets &+= 1 }
    if !isFIN, length == 1, !segment.flags.contains(.syn) {
      if receiver.has(.zeroWindow), start == nxt || start == nxt - 1 {
        if start == nxt { takeNew(start, length, 0, segment.options, moment, idle: idle) }
        return countProbe(&troubles)
      }
      // One byte again after a pause and acknowledged before: garbage that asks for an answer (RFC 9293 §3.8.4).
      if start == nxt - 1, una == nxt, max(idle, ownSilence) >= Plausible.probePause, !has(.fin),
        !backsOff(start, moment, &troubles)
      {
        return countKeepalive(&troubles)
      }
    }
    if has(.fin), end > nxt - 1 || (isFIN && end != nxt - 1) {
      guard isFIN, !has(.finAcked), end > nxt - 1, end - nxt < Plausible.jump else { return .stray }
      // A FIN behind the one that was seen, which nobody acknowledged: the stream ends there.
      nxt -= 1
      marks.remove(.fin)
      troubles.records[troubles.of(&self)].fin = nil
    }
    if start > nxt, !jump(to: start, end: end, isFIN: isFIN, peer: receiver.trouble, &troubles) { return .stray }
    var kind = SegmentKind.new
    if start < nxt, length > 0 { kind = revisit(start, min(end, nxt), moment, &troubles) }
    if end > nxt, length > 0 {
      let fresh = max(start, nxt)
      takeNew(fresh, end - fresh, segment.payloadLength, segment.options, moment, idle: idle)
      if kind != .retransmission { kind = .new }
    }
    if isFIN { kind = takeFIN(end, length, kind, moment, idle: idle, receiver: receiver, troubles: &troubles) }
    if segment.flags.contains(.syn) { return .syn }
    return kind
  }

  /// Data below SND.NXT: fills a hole, or comes again.
  private mutating func revisit(
    _ start: Int64, _ end: Int64, _ moment: Moment, _ troubles: inout Troubles
  ) -> SegmentKind {
    let index = troubles.of(&self)
    var fresh: Int64 = 0
    let low = troubles.records[index].low
    if start < low {
      // From before the first segment of this side.
      fresh += min(end, low) - start
      if end < low { troubles.records[index].holes.insert(OffsetRange(end, low)) }
      troubles.records[index].low = start
    }
    fresh += troubles.records[index].holes.remove(OffsetRange(max(start, low), end))
    marks.insert(.data)
    if fresh > 0, end - start > Int64(largestSent) {
      largestSent = UInt32(clamping: end - start)
      largestEnd = end
      if end <= una { largestAcked = largestSent }
    }
    if fresh > 0, end <= una { troubles.records[index].noteLate(moment) }
    let patience = max(Plausible.reordering, leg == .max ? 0 : Int64(leg) * 1000)
    let since = start < low ? first.time : troubles.records[index].holeSince
    if fresh > 0, moment.time.since(since) <= patience {
      troubles.records[index].outOfOrderPackets &+= 1
      if end == nxt {
        (lastNew, lastNewOffset) = (moment, start)
        // Its ACK was recorded before it: by then it had been sent.
        if una >= end, let ack = troubles.records[index].progress {
          lastNew.time = ack.time
          troubles.records[index].late = LateData(packet: moment.packet, ack: ack)
        }
      }
      if fresh < end - start { troubles.records[index].retransmittedBytes &+= UInt64(end - start - fresh) }
      return .outOfOrder
    }
    troubles.records[index].retransmittedPackets &+= 1
    troubles.records[index].retransmittedBytes &+= UInt64(end - start)
    if start <= timedOffset, timedOffset < end { marks.remove(.timing) }
    return .retransmission
  }

  /// A FIN at `end`.
  private mutating func takeFIN(
    _ end: Int64, _ length: Int64, _ kind: SegmentKind, _ moment: Moment, idle: Int64, receiver: Sender,
    troubles: inout Troubles
  ) -> SegmentKind {
    let index = troubles.of(&self)
    guard !has(.fin) else {
      troubles.records[index].fin?.sent.repeated(at: moment)
      if length == 0 || kind != .retransmission { troubles.records[index].retransmittedPackets &+= 1 }
      if timedOffset == end { marks.remove(.timing) }
      return .retransmission
    }
    guard end == nxt || (end == nxt - 1 && isMissing(end, troubles)) else { return .stray }
    // What went on behind it was seen, or its ACK, before the FIN itself.
    let isLate = end < nxt
    if isLate {
      _ = troubles.records[index].holes.remove(OffsetRange(end, nxt))
      nxt = end
    }
    marks.insert(.fin)
    if isLastDataLate { marks.insert(.lateLastData) }
    if !has(.timing) { time(nxt, moment, idle: idle) }
    nxt += 1
    var fin = Fin(sent: Burst(at: moment), offset: end)
    fin.peerSent = receiver.dataEnd
    fin.peerAcked = min(receiver.una, receiver.dataEnd)
    fin.peerAckKnown = receiver.ackIsKnown
    fin.hadLastWord = hasLastWord(before: receiver)
    if isLate, una > end {
      fin.acked = troubles.records[index].progress
      marks.insert(.finAcked)
    }
    troubles.records[index].fin = fin
    return kind == .retransmission ? .retransmission : .new
  }

  /// The last byte below SND.NXT, which was seen by what follows it only.
  private func isMissing(_ offset: Int64, _ troubles: borrowing Troubles) -> Bool {
    guard trouble != 0 else { return false }
    let holes = troubles.records[trouble].holes
    return holes.count > 0 && holes[holes.count - 1] == OffsetRange(offset, offset + 1)
  }
}
