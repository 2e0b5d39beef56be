internal import Wire

/// An established connection over IPv4 that is idle and owes nothing, without what only a running exchange needs: a third
/// of a `Connection`. Nothing that its facts depend on is rounded or left out: a value that does not fit is no reason to
/// lose it but to stay as it is.
struct Quiet: BitwiseCopyable, Sendable {
  private var baseTime: UInt64Halves
  /// 0 where the place is free.
  private var basePacket: UInt64Halves
  private var addressA: UInt32
  private var addressB: UInt32
  private var framesBefore: UInt32
  // In an order that leaves no gaps.
  private var a: QuietSender
  private var marks: UInt8
  private var scales: UInt8
  private var b: QuietSender
  private var interface: UInt8
  private var encapsulation: UInt8
  private var portA: UInt16
  private var portB: UInt16
  /// Of one that was closed: which `Closing` has it and the rest.
  private var lastGap: UInt48
  private var longestIdle: UInt48
  private var secondFirst: NearMoment
  private var established: NearMoment

  /// Longest time between a packet and its copy, ns: what could still be copied stays as it is.
  private static var copyTime: Int64 { 100_001_000 }
  private static var kept: ConnectionMarks {
    [.live, .clientIsA, .rolesKnown, .established, .simultaneousOpen, .tupleReused, .calm, .closing, .ackCameWithData]
  }
  private static var needed: ConnectionMarks { [.live, .rolesKnown, .established] }

  /// Nothing that comes at `now` may be a copy of one of its latest packets: those are not remembered here.
  static func isBeyondCopies(_ connection: inout Connection, now: Timestamp) -> Bool {
    now.since(connection.shared.lastTime) > copyTime
  }

  /// Becomes what the connection is. Says whether it does: not where that is not quiet, or does not fit. (It is written where it lies, as
  /// each copy of it would cost; until all fits, the place is free. The connection is not changed, but what is only lent would be copied.)
  /// - Parameter closing: it was closed, and a `Closing` keeps how.
  mutating func take(_ connection: inout Connection, closing: Bool = false) -> Bool {
    let key = connection.key
    let shared = connection.shared
    let startedByA = connection.startedByA
    let elsewhere = closing ? Closing.marks : []
    let base = startedByA ? connection.a.first : connection.b.first
    let second = startedByA ? connection.b.first : connection.a.first
    guard key.ipVersion == 4, key.scope == 0, let pair = key.pairOfIPv4,
      shared.marks.isSuperset(of: Quiet.needed), Quiet.kept.isSuperset(of: shared.marks), shared.fastOpenBytes == 0,
      shared.lastTime == max(connection.a.last.time, connection.b.last.time), !base.packet.isNone,
      shared.interface <= UInt8.max, shared.encapsulation <= UInt8.max, shared.id >= base.packet.number,
      shared.id - base.packet.number <= UInt32.max, let gap = UInt48(shared.lastGap),
      let idle = UInt48(shared.longestIdle), let other = NearMoment(second, after: base),
      let completed = NearMoment(shared.established, after: base),
      a.take(&connection.a, base: base, without: elsewhere), b.take(&connection.b, base: base, without: elsewhere)
    else { return false }
    baseTime = UInt64Halves(UInt64(bitPattern: base.time.nanoseconds))
    basePacket = UInt64Halves(base.packet.rawValue)
    addressA = UInt32(truncatingIfNeeded: pair >> 32)
    addressB = UInt32(truncatingIfNeeded: pair)
    framesBefore = UInt32(truncatingIfNeeded: shared.id - base.packet.number)
    secondFirst = other
    established = completed
    lastGap = gap
    longestIdle = idle
    portA = key.aPort
    portB = key.bPort
    var marks = UInt8(shared.has(.clientIsA) ? 1 : 0) | (startedByA ? 2 : 0) | (shared.has(.simultaneousOpen) ? 4 : 0)
    if shared.has(.tupleReused) { marks |= 8 }
    if shared.has(.ackCameWithData) { marks |= 32 }
    self.marks = marks
    scales = QuietSender.scale(connection.a) | QuietSender.scale(connection.b) << 4
    interface = UInt8(truncatingIfNeeded: shared.interface)
    encapsulation = UInt8(truncatingIfNeeded: shared.encapsulation)
    return true
  }

  /// How it was closed, where it was: index of a `Closing`, else 0.
  var closing: UInt32 { marks & 16 == 0 ? 0 : UInt32(truncatingIfNeeded: lastGap.value) }

  mutating func close(_ closing: UInt32) {
    marks |= 16
    lastGap = UInt48(Int64(closing)) ?? lastGap
  }

  /// Of the connection that it is.
  var id: UInt64 { base.packet.number + UInt64(framesBefore) }

  var isLive: Bool { basePacket != UInt64Halves(0) }
  mutating func clear() { basePacket = UInt64Halves(0) }

  /// Its first packet.
  private var base: Moment {
    Moment(
      time: Timestamp(nanoseconds: Int64(bitPattern: baseTime.value)),
      packet: PacketReference(rawValue: basePacket.value))
  }

  @inline(__always) func hasKey(_ key: FlowKey) -> Bool {
    key.ipVersion == 4 && key.scope == 0 && key.aHigh == 0 && key.bHigh == 0
      && key.aLow == 0xffff_0000_0000 | UInt64(addressA) && key.bLow == 0xffff_0000_0000 | UInt64(addressB)
      && key.aPort == portA && key.bPort == portB
  }

  var key: FlowKey {
    FlowKey(
      aHigh: 0, aLow: 0xffff_0000_0000 | UInt64(addressA), bHigh: 0, bLow: 0xffff_0000_0000 | UInt64(addressB),
      aPort: portA, bPort: portB, scope: 0, ipVersion: 4)
  }

  /// When the last packet of either side came.
  var lastTime: Timestamp {
    base.time.advanced(by: max(a.lastDelay, b.lastDelay))
  }

  /// Of a connection that was closed: all that there is to say of it, if nothing more comes.
  var closedBrief: Brief {
    let clientIsA = marks & 1 != 0
    let base = self.base
    let second = base.time.advanced(by: Int64(secondFirst.time))
    let startedByClient = clientIsA == (marks & 2 != 0)
    let ends = (
      Endpoint(address: IPAddress(v4: addressA), port: portA), Endpoint(address: IPAddress(v4: addressB), port: portB)
    )
    var brief = Brief(
      id: id, ipVersion: 4, state: .closed, client: clientIsA ? ends.0 : ends.1, server: clientIsA ? ends.1 : ends.0,
      start: base)
    if clientIsA {
      a.fill(&brief.client)
      b.fill(&brief.server)
    } else {
      b.fill(&brief.client)
      a.fill(&brief.server)
    }
    brief.birth = Birth(
      clientISN: clientIsA ? a.isn : b.isn, serverISN: clientIsA ? b.isn : a.isn,
      clientFirst: startedByClient ? base.time : second, serverFirst: startedByClient ? second : base.time,
      clientTTL: clientIsA ? a.ttl : b.ttl, serverTTL: clientIsA ? b.ttl : a.ttl)
    return brief
  }

  /// The connection as it was.
  func connection(hash: UInt32) -> Connection {
    var segment = Segment()
    let base = self.base
    let startedByA = marks & 2 != 0
    segment.ordinal = base.packet.number + UInt64(framesBefore)
    segment.interface = UInt16(interface)
    segment.encapsulation = UInt16(encapsulation)
    var connection = Connection(key: key, hash: hash, beginning: &segment)
    connection.a = a.sender(base: base, first: startedByA ? base : secondFirst.moment(after: base), scale: scales & 15)
    connection.b = b.sender(base: base, first: startedByA ? secondFirst.moment(after: base) : base, scale: scales >> 4)
    connection.shared.marks = Quiet.needed
    if marks & 1 != 0 { connection.shared.marks.insert(.clientIsA) }
    if marks & 4 != 0 { connection.shared.marks.insert(.simultaneousOpen) }
    if marks & 8 != 0 { connection.shared.marks.insert(.tupleReused) }
    if marks & 32 != 0 { connection.shared.marks.insert(.ackCameWithData) }
    connection.shared.lastTime = lastTime
    connection.shared.lastGap = lastGap.value
    connection.shared.longestIdle = longestIdle.value
    connection.shared.established = established.moment(after: base)
    return connection
  }
}

extension Sender {
  /// What most that are not quiet fail by.
  @inline(__always) var mayBeQuiet: Bool { trouble == 0 && una == nxt && marks.isDisjoint(with: [.fin, .zeroWindow]) }
}

/// One side of it: all acknowledged, nothing in trouble.
private struct QuietSender: BitwiseCopyable {
  private var origin: UInt32
  private var nxt: UInt32
  private var wireBytes: UInt32
  /// Of the last packet after the connection's first one.
  private var lastPacket: UInt32
  private var lastTime: UInt48
  private var window: UInt16
  private var widestWindow: UInt16
  private var newLength: UInt16
  private var largestSent: UInt16
  private var mss: UInt16
  private var ipID: UInt16
  private var macHash: UInt16
  /// From the latest new data to the last packet.
  private var newBefore: NearMoment
  private var leg: UInt24
  private var survivedIdle: UInt24
  private var packets: UInt24
  private(set) var ttl: UInt8
  /// Those that it may have or not: `variable`, from bit 8 on, and in the place of one that it never has, `.mss`.
  private var marks: UInt8

  private static var needed: SenderMarks { [.origin, .syn, .everAcked] }
  private static var variable: SenderMarks {
    [.sackPermitted, .timestamps, .mptcp, .data, .noAlert, .synAck, .optionsUnknown]
  }
  private static var mssBit: UInt8 { UInt8(truncatingIfNeeded: SenderMarks.timing.rawValue >> 8) }
  /// Where no SYN offered one.
  private static var noScale: UInt8 { 15 }

  @inline(__always) static func scale(_ side: borrowing Sender) -> UInt8 {
    side.has(.windowScale) ? side.windowScale : noScale
  }

  mutating func take(_ side: inout Sender, base: Moment, without elsewhere: SenderMarks) -> Bool {
    let kept = side.marks.subtracting(elsewhere)
    guard side.trouble == 0, kept.isSuperset(of: QuietSender.needed),
      kept.subtracting([.mss, .windowScale]).isSubset(of: QuietSender.needed.union(QuietSender.variable)),
      side.una == side.nxt, side.nxt >= 0, side.nxt <= UInt32.max, side.timedOffset != .min,
      side.synCount == 1, side.wireBytes <= UInt32.max,
      // Each byte was sent once.
      side.sentBytes == UInt64(side.dataEnd), side.largestSent == side.largestAcked, side.largestSent <= UInt16.max,
      side.ttlLow == side.ttl, side.ttlHigh == side.ttl,
      side.has(.windowScale) ? side.windowScale < QuietSender.noScale : side.windowScale == 0,
      let packets = UInt24(side.packets), let survived = UInt24(side.survivedIdle),
      let leg = side.leg == .max ? UInt24.none : UInt24(side.leg), let last = FarMoment(side.last, after: base)
    else { return false }
    var age = NearMoment.zero
    var length: Int64 = 0
    if side.has(.data) {
      guard let before = NearMoment(side.last, after: side.lastNew) else { return false }
      age = before
      length = side.nxt - side.lastNewOffset
      guard length > 0, length <= UInt16.max else { return false }
    }
    origin = side.origin.rawValue
    nxt = UInt32(truncatingIfNeeded: side.nxt)
    wireBytes = UInt32(truncatingIfNeeded: side.wireBytes)
    lastPacket = last.packets
    lastTime = last.time
    newBefore = age
    marks =
      UInt8(truncatingIfNeeded: kept.intersection(QuietSender.variable).rawValue >> 8)
      | (kept.contains(.mss) ? QuietSender.mssBit : 0)
    window = side.window
    widestWindow = side.widestWindow
    newLength = UInt16(truncatingIfNeeded: length)
    largestSent = UInt16(truncatingIfNeeded: side.largestSent)
    mss = side.mss
    ipID = side.ipID
    macHash = side.macHash
    self.leg = leg
    survivedIdle = survived
    self.packets = packets
    ttl = side.ttl
    return true
  }

  var lastDelay: Int64 { lastTime.value }
  var isn: SequenceNumber { SequenceNumber(origin &- 1) }

  /// Of a side that was closed: its FIN is the last that was acknowledged.
  func fill(_ end: inout Brief.End) {
    end.packets = UInt64(packets.value)
    end.synPackets = 1
    end.ackedBytes = UInt64(nxt - 1)
    end.payloadBytes = UInt64(nxt - 1)
    end.isReal = true
    end.ttlRange = ttl...ttl
  }

  func sender(base: Moment, first: Moment, scale: UInt8) -> Sender {
    var side = Sender()
    side.origin = SequenceNumber(origin)
    side.marks = SenderMarks(rawValue: UInt32(marks & ~QuietSender.mssBit) << 8).union(QuietSender.needed)
    if marks & QuietSender.mssBit != 0 { side.marks.insert(.mss) }
    if scale != QuietSender.noScale {
      side.marks.insert(.windowScale)
      side.windowScale = scale
    }
    side.window = window
    side.widestWindow = widestWindow
    side.nxt = Int64(nxt)
    side.una = side.nxt
    side.packets = UInt32(packets.value)
    side.wireBytes = UInt64(wireBytes)
    side.sentBytes = UInt64(nxt)
    side.last = Moment(
      time: base.time.advanced(by: lastTime.value),
      packet: PacketReference(rawValue: base.packet.rawValue + UInt64(lastPacket)))
    if side.has(.data) {
      side.lastNewOffset = side.nxt - Int64(newLength)
      side.lastNew = newBefore.moment(before: side.last)
    }
    // Below all that can be outstanding: what it timed was answered.
    side.timedOffset = -2
    side.survivedIdle = UInt32(survivedIdle.value)
    side.leg = leg.isNone ? .max : UInt32(leg.value)
    side.first = first
    side.largestSent = UInt32(largestSent)
    side.largestAcked = UInt32(largestSent)
    side.mss = mss
    side.ipID = ipID
    side.macHash = macHash
    side.synCount = 1
    side.ttl = ttl
    side.ttlLow = ttl
    side.ttlHigh = ttl
    return side
  }
}
