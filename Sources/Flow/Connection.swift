internal import Wire

struct ConnectionMarks: OptionSet, BitwiseCopyable {
  var rawValue: UInt16

  static var clientIsA: Self { .init(rawValue: 1 << 0) }
  /// A SYN or SYN-ACK told who is the client.
  static var rolesKnown: Self { .init(rawValue: 1 << 1) }
  /// The client's ACK of the SYN-ACK was seen: established at both ends.
  static var established: Self { .init(rawValue: 1 << 2) }
  static var simultaneousOpen: Self { .init(rawValue: 1 << 3) }
  /// A RST was seen: later packets decide what it did.
  static var reset: Self { .init(rawValue: 1 << 4) }
  /// In the queue of the closed.
  static var lingering: Self { .init(rawValue: 1 << 5) }
  /// Something that may begin another incarnation waits for what follows it (`PendingSYN`).
  static var pendingSYN: Self { .init(rawValue: 1 << 6) }
  static var tupleReused: Self { .init(rawValue: 1 << 7) }
  static var icmp: Self { .init(rawValue: 1 << 8) }
  static var live: Self { .init(rawValue: 1 << 9) }
  /// Somebody keeps an eye on it (`Tracker.watch`): it stays a full record, and its end is given in full.
  static var watched: Self { .init(rawValue: 1 << 10) }
  /// The next packet may be predicted: see HeaderPrediction.
  static var calm: Self { .init(rawValue: 1 << 11) }
  /// Likewise, and a FIN was seen.
  static var closing: Self { .init(rawValue: 1 << 14) }
  static var predictable: Self { [.calm, .closing] }
  /// Inputs of several places hold it: see Places.swift.
  static var severalPlaces: Self { .init(rawValue: 1 << 12) }
  /// It goes on where one stood that a RST had ended: see Tombstones.swift.
  static var afterlife: Self { .init(rawValue: 1 << 13) }
  /// The handshake's ACK came with data or a FIN.
  static var ackCameWithData: Self { .init(rawValue: 1 << 15) }
}

/// What belongs to neither side alone.
struct Shared: BitwiseCopyable {
  var marks = ConnectionMarks()
  var generation: UInt16 = 0
  var interface: UInt16 = 0
  var encapsulation: UInt16 = 0
  var hash: UInt32 = 0
  var fastOpenBytes: UInt32 = 0
  var id: UInt64 = 0
  var lastTime = Timestamp(nanoseconds: 0)
  /// Silence before the latest packet, ns.
  var lastGap: Int64 = 0
  /// Silence before the packet before it, ns.
  var previousGap: Int64 = 0
  var longestIdle: Int64 = 0
  var established = Moment(time: Timestamp(nanoseconds: 0), packet: .none)

  init() {}

  @inline(__always) func has(_ mark: ConnectionMarks) -> Bool { marks.contains(mark) }
}

/// One connection as the tracker keeps it: two senders and what they share. Plain bytes; cold records by index.
struct Connection: BitwiseCopyable {
  var key: FlowKey
  var shared = Shared()
  var a = Sender()
  var b = Sender()

  /// An empty connection that `segment` is about to begin.
  init(key: FlowKey, hash: UInt32, beginning segment: inout Segment) {
    self.key = key
    begin(key, hash, &segment)
  }

  /// Becomes one, where it lies.
  mutating func begin(_ key: FlowKey, _ hash: UInt32, _ segment: inout Segment) {
    self.key = key
    shared = Shared()
    a = Sender()
    b = Sender()
    shared.hash = hash
    shared.id = segment.ordinal
    shared.interface = segment.interface
    shared.encapsulation = segment.encapsulation
    shared.lastTime = segment.time
  }

  /// Takes in the next segment, in order of capture. Everything that depends on the direction is written once and
  /// called with the sides swapped.
  @inline(__always) mutating func observe(_ segment: inout Segment, fromA: Bool, troubles: inout Troubles) {
    if fromA {
      shared.observe(&segment, fromA: true, sender: &a, receiver: &b, troubles: &troubles)
    } else {
      shared.observe(&segment, fromA: false, sender: &b, receiver: &a, troubles: &troubles)
    }
    markCalm()
  }

  /// One that was kept: a SYN that waited.
  mutating func observe(kept segment: Segment, fromA: Bool, troubles: inout Troubles) {
    var segment = segment
    observe(&segment, fromA: fromA, troubles: &troubles)
  }

  @inline(__always) var hasFIN: Bool { a.has(.fin) || b.has(.fin) }

  /// A FIN or a RST was seen, whatever came of it.
  @inline(__always) var isEnding: Bool { a.has(.fin) || b.has(.fin) || shared.has(.reset) }

  /// `segment` may not be of this connection.
  @inline(__always) func needsCare(_ segment: inout Segment, fromA: Bool) -> Bool {
    if !shared.marks.isDisjoint(with: [.pendingSYN, .lingering]) { return true }
    return isEnding && isFarFrom(&segment, fromA: fromA)
  }

  /// Both FINs are acknowledged, or a RST took effect. (It changes nothing; but one that may not would be called with a copy.)
  mutating func isOver(_ troubles: borrowing Troubles) -> Bool {
    if a.has(.finAcked), b.has(.finAcked) { return true }
    return shared.has(.reset) && isReset(troubles)
  }

  @inline(never) private func isReset(_ troubles: borrowing Troubles) -> Bool {
    let isTaken = resetCandidate(a, troubles) || resetCandidate(b, troubles)
    // Of a connection that was met by its RSTs alone nothing ended: a RST a minute is one record, not many.
    return isTaken && !(onlyResets(a, troubles) && onlyResets(b, troubles))
  }

  private func onlyResets(_ side: Sender, _ troubles: borrowing Troubles) -> Bool {
    side.packets == 0 || (side.trouble != 0 && troubles.records[side.trouble].rstPackets == side.packets)
  }

  private func resetCandidate(_ side: Sender, _ troubles: borrowing Troubles) -> Bool {
    guard side.has(.reset), side.trouble != 0 else { return false }
    let resets = troubles.records[side.trouble].resets
    return resets != 0 && troubles.resets[resets].effective != nil
  }

  /// One side only, with nothing but SYNs, and no answer of any kind.
  @inline(__always) var isAttempt: Bool {
    a.packets == 0
      ? b.has(.syn) && UInt32(b.synCount) == b.packets
      : b.packets == 0 && a.has(.syn) && UInt32(a.synCount) == a.packets
  }
}

extension Shared {
  /// The table of contents of the tracker: what one segment means to its sender, its receiver and both.
  mutating func observe(
    _ segment: inout Segment, fromA: Bool, sender: inout Sender, receiver: inout Sender, troubles: inout Troubles
  ) {
    if sender.comesBack(&segment, peer: receiver.trouble, &troubles) { marks.insert(.severalPlaces) }
    if (sender.trouble | receiver.trouble) > 1, isRenumbered(&segment, &sender, &receiver, &troubles) { return }
    if sender.isCopy(&segment, peer: &receiver, &troubles) { return }
    let gap = max(0, segment.time.since(lastTime))
    previousGap = lastGap
    lastGap = gap
    if gap > longestIdle {
      longestIdle = gap
      if gap >= SharedGaps.leastLeap { observeLeap(segment, receiver, &troubles) }
    }
    if segment.time > lastTime { lastTime = segment.time }
    let moment = Moment(time: segment.time, packet: segment.packet)
    let wasHeard = sender.packets > 0
    let lastOwn = sender.last
    let lastIPID = sender.ipID
    sender.count(segment, moment)

    if !segment.flags.isDisjoint(with: [.rst, .unknown]) {
      guard !segment.flags.contains(.unknown) else { return sender.noteCut(moment, &receiver, &troubles) }
      observeReset(
        segment, moment, lastOwn: wasHeard ? lastOwn : nil, sender: &sender, receiver: receiver, troubles: &troubles)
      return
    }
    if segment.flags.contains(.syn) {
      observeSYN(&segment, moment, fromA: fromA, sender: &sender, receiver: &receiver, troubles: &troubles)
    } else {
      if !sender.has(.origin) || (sender.packets == 1 && sender.isFarFrom(segment)) {
        sender.begin(at: segment.sequence)
      }
      if sender.packets == 1, segment.options.contains(.mptcp) { sender.marks.insert(.mptcp) }
    }
    if receiver.trouble != 0 { receiver.confirmFar(&segment, peer: &sender, &troubles) }
    let nxtBefore = sender.nxt
    let unaBefore = receiver.una
    if segment.flags.contains(.ack) {
      receiver.acknowledge(&segment, moment, isSYNACK: segment.flags.contains(.syn), by: &sender, troubles: &troubles)
      if !has(.established) { observeEstablished(segment, moment, fromA: fromA, &sender, &receiver) }
    }
    let peerMoved = receiver.una > unaBefore
    let kind = sender.advance(
      &segment, moment, idle: gap, acknowledgesNew: peerMoved, receiver: &receiver, troubles: &troubles)
    if kind == .retransmission || (kind == .syn && sender.synCount > 1) {
      sender.noteOtherPlace(segment, lastInput: lastOwn.packet.input, lastIPID: lastIPID, &receiver, &troubles)
    }
    sender.advertise(segment, moment, troubles: &troubles)
    if receiver.trouble != 0 { receiver.hearPeer(moment, kind, troubles: &troubles) }
    if kind != .ack, kind != .new || sender.trouble != 0 {
      sender.observeRun(&segment, moment, kind, idle: gap, troubles: &troubles)
    }
    if peerMoved {
      if sender.trouble != 0 {
        sender.noteProgress(receiver.una, &troubles)
      } else if sender.has(.cleanFIN) {
        sender.noteAck(receiver.una, moment, &troubles)
      }
    }
    if !receiver.marks.isDisjoint(with: [.fin, .supposedFIN]), sender.nxt > nxtBefore || kind == .outOfOrder {
      receiver.observeAfterFIN(segment, moment, kind, sender: sender, nxtBefore: nxtBefore, troubles: &troubles)
    }
    if has(.reset) {
      observeAfterReset(
        segment, moment, isNew: sender.nxt > nxtBefore, acknowledgesNew: peerMoved, sender: sender, receiver: receiver,
        troubles: &troubles)
    }
  }

  /// What waited for its ACK all through a long silence, was sent once, and is acknowledged by the first packet after it: no
  /// kernel would have waited. The time has passed on the capture's clock alone.
  @inline(never) private func observeLeap(_ segment: Segment, _ receiver: Sender, _ troubles: inout Troubles) {
    guard receiver.una < receiver.nxt, receiver.has(.everAcked), !receiver.has(.zeroWindow),
      segment.flags.contains(.ack),
      segment.flags.isDisjoint(with: [.syn, .rst, .unknown]),
      receiver.offset(of: segment.acknowledgment) == receiver.nxt,
      receiver.trouble == 0 || troubles.records[receiver.trouble].run == nil,
      lastTime.since(receiver.lastSentNew) <= Plausible.leastTimeout
    else { return }
    troubles.gaps.noteLeap(from: lastTime, to: segment.time, of: receiver.first.packet)
  }

  /// RFC 9293 §3.10.7.3: the handshake is complete when the client's ACK covers the server's SYN. Where the capture has
  /// nothing of the server, the client's ACK alone proves it: in SYN-SENT it would have sent none.
  private mutating func observeEstablished(
    _ segment: Segment, _ moment: Moment, fromA: Bool, _ sender: inout Sender, _ receiver: inout Sender
  ) {
    let acknowledged = receiver.offset(of: segment.acknowledgment)
    // Beyond SND.NXT it is an ACK that was not believed: of another life, or another server's.
    guard receiver.has(.syn) || receiver.packets == 0, !segment.flags.contains(.syn), has(.rolesKnown),
      has(.clientIsA) == fromA, acknowledged >= 0, acknowledged <= receiver.nxt
    else { return }
    marks.insert(.established)
    established = moment
    if segment.payloadLength > 0 || segment.flags.contains(.fin) {
      marks.insert(.ackCameWithData)
    } else {
      marks.remove(.ackCameWithData)
    }
    // Without the option in its ACK it has fallen back to plain TCP (RFC 8684 §3.7).
    if !segment.options.contains(.mptcp), !segment.options.mayHideOthers {
      sender.marks.subtract([.mptcp, .mptcpUnknown])
      receiver.marks.subtract([.mptcp, .mptcpUnknown])
    }
  }
}

extension Sender {
  /// The counts that every packet touches.
  @inline(__always) mutating func count(_ segment: Segment, _ moment: Moment) {
    if packets == 0 {
      first = moment
      ttl = segment.ttl
      ttlLow = .max
      ttlHigh = 0
    }
    packets = packets == .max ? .max : packets + 1
    wireBytes &+= UInt64(segment.wireLength)
    sentBytes &+= UInt64(segment.payloadLength)
    last = moment
    if !segment.flags.contains(.rst) {
      arrive(segment)
      ipID = segment.ipID
    }
  }

  /// How its packets arrive.
  @inline(__always) mutating func arrive(_ segment: Segment) {
    if segment.ttl < ttlLow { ttlLow = segment.ttl }
    if segment.ttl > ttlHigh { ttlHigh = segment.ttl }
    noteMAC(segment)
  }

  @inline(__always) mutating func noteMAC(_ segment: Segment) {
    if segment.macHash != macHash { macHash = macHash == 0 ? segment.macHash : .max }
  }

  /// A packet of which the capture has no flags: it is counted, and a sign of life for whoever waits for one.
  @inline(never) mutating func noteCut(_ moment: Moment, _ receiver: inout Sender, _ troubles: inout Troubles) {
    marks.insert(.headerCut)
    if receiver.trouble != 0 { receiver.hearPeer(moment, .ack, troubles: &troubles) }
  }

  /// The first packet of this side, though its origin was told by an ACK: believe the packet where they disagree wildly.
  func isFarFrom(_ segment: Segment) -> Bool {
    let distance = offset(of: segment.sequence) - nxt
    return distance > Plausible.acknowledged || distance < -Plausible.acknowledged
  }

  /// Midstream: offset 0 is what was seen first.
  mutating func begin(at sequence: SequenceNumber) {
    origin = sequence
    nxt = 0
    una = 0
    marks.insert(.origin)
    marks.remove(.timing)
  }
}
