internal import Wire

extension Shared {
  /// A SYN or SYN-ACK of this connection (another incarnation's was sorted out before).
  mutating func observeSYN(
    _ segment: inout Segment, _ moment: Moment, fromA: Bool, sender: inout Sender, receiver: inout Sender,
    troubles: inout Troubles
  ) {
    let isSYNACK = segment.flags.contains(.ack)
    if !sender.has(.syn) {
      sender.takeSYN(&segment, &troubles)
      // What the client acknowledged before was of another life: it has not answered this one.
      if isSYNACK, !sender.has(.everAcked) { marks.remove(.established) }
      if !has(.rolesKnown) {
        marks.insert(.rolesKnown)
        if fromA != isSYNACK { marks.insert(.clientIsA) } else { marks.remove(.clientIsA) }
      } else if !isSYNACK, receiver.has(.syn), !receiver.has(.synAck) {
        // SYN meets SYN: RFC 9293 §3.5, figure 8. The first one's sender stays the client.
        marks.insert(.simultaneousOpen)
      }
      if !isSYNACK { fastOpenBytes = segment.payloadLength }
    } else if segment.sequence != sender.origin.advanced(by: -1), isSYNACK {
      troubles.records[troubles.of(&sender)].otherISN = segment.sequence
    }
    if isSYNACK { sender.marks.insert(.synAck) }
    sender.synCount = sender.synCount == .max ? .max : sender.synCount + 1
    sender.countSYN(&segment, moment, &troubles)
  }
}

extension Sender {
  /// Its first SYN is its first packet, and needs no record; any other is kept apart.
  fileprivate mutating func countSYN(_ segment: inout Segment, _ moment: Moment, _ troubles: inout Troubles) {
    if synCount == 1 {
      if packets > 1 { troubles.records[troubles.of(&self)].syn = Burst(at: moment) }
      return
    }
    let index = troubles.of(&self)
    var burst = troubles.records[index].syn ?? Burst(at: first)
    burst.repeated(at: moment)
    troubles.records[index].syn = burst
    troubles.records[index].retransmittedPackets &+= 1
    troubles.records[index].retransmittedBytes &+= UInt64(segment.payloadLength)
  }

  /// ISN and options of a SYN. What was known of the side from ACKs alone is fitted to it.
  mutating func takeSYN(_ segment: inout Segment, _ troubles: inout Troubles) {
    // Its place is known as long as SND.NXT stands right behind it.
    if has(.cleanFIN) { _ = troubles.of(&self) }
    let start = segment.sequence.advanced(by: 1)
    if has(.origin) {
      let distance = Int64(origin.distance(from: start))
      // Of a side that was not heard before, only the peer's ACKs spoke: those of another life must not be fitted. Nor must a challenge
      // of its own, which is an ACK without data.
      let most = packets == 1 ? Plausible.jump : has(.data) ? Plausible.window : Plausible.overtaken
      if distance >= 0, distance < most {
        shift(by: distance, &troubles)
      } else {
        nxt = 0
        una = 0
        if packets == 1 { marks.remove(.everAcked) }
      }
    }
    origin = start
    marks.formUnion([.origin, .syn])
    if segment.flags.contains(.ack) { marks.insert(.synAck) }
    if segment.options.mayHideOthers { marks.formUnion([.optionsUnknown, .mptcpUnknown]) }
    if segment.options.contains(.mss) {
      mss = segment.mss
      marks.insert(.mss)
    }
    if segment.options.contains(.windowScale) {
      windowScale = segment.windowScale
      marks.insert(.windowScale)
    }
    if segment.options.contains(.sackPermitted) { marks.insert(.sackPermitted) }
    if segment.options.contains(.timestamps) { marks.insert(.timestamps) }
    if segment.options.contains(.mptcp) { marks.insert(.mptcp) }
    if segment.options.contains(.mptcpSubflow) { marks.insert(.mptcpJoin) }
  }

  /// Offset 0 moves down by `distance`: the stream began before what was seen of it.
  private mutating func shift(by distance: Int64, _ troubles: inout Troubles) {
    guard distance > 0 else { return }
    nxt += distance
    una += distance
    timedOffset += distance
    lastNewOffset += distance
    largestEnd += distance
    guard packets > 1 else { return }
    let index = troubles.of(&self)
    troubles.records[index].holes.shift(by: distance)
    troubles.records[index].sacked.shift(by: distance)
    troubles.records[index].holes.insert(OffsetRange(0, troubles.records[index].low + distance))
    troubles.records[index].low = 0
    troubles.records[index].fin?.offset += distance
    troubles.records[index].runOffset += distance
    troubles.records[index].aboveOffset += distance
    troubles.records[index].deafOffset += distance
  }

  /// The client acknowledged another ISN than the one we follow (a SYN-ACK of a second server, or a SYN proxy): follow it.
  mutating func follow(_ isn: SequenceNumber) {
    origin = isn.advanced(by: 1)
    nxt = 0
    una = 0
  }
}
