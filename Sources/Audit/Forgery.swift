internal import Flow
internal import Wire

/// Whether a RST can be from whom it claims to be: tests passed, tests failed; the others could not be made.
struct Forgery {
  enum Test: String, CaseIterable {
    /// Sooner than the round trip allows an answer.
    case roundTrip = "round-trip"
    /// TTL or hop limit unlike that side's other packets.
    case ttl
    /// Link-layer source unlike theirs.
    case mac
    /// Sequence number below data that was sent before.
    case sequence
    /// That side goes on talking.
    case goesOn = "goes-on"
    /// Not as the sender's stack, recognised from its other packets, resets.
    case anatomy

    fileprivate var place: UInt8 {
      switch self {
      case .roundTrip: 0
      case .ttl: 1
      case .mac: 2
      case .sequence: 3
      case .goesOn: 4
      case .anatomy: 5
      }
    }
  }

  /// One bit for each test.
  struct Tests: Equatable {
    private var bits: UInt8 = 0

    var isEmpty: Bool { bits == 0 }
    var count: Int { bits.nonzeroBitCount }
    var list: [Test] { Test.allCases.filter(contains) }
    /// Of its number and of what follows it, which another life of the 4-tuple explains as well.
    var areOfNumbers: Bool { self != Tests() && bits & ~(1 << Test.sequence.place | 1 << Test.goesOn.place) == 0 }
    func contains(_ test: Test) -> Bool { bits & 1 << test.place != 0 }
    mutating func insert(_ test: Test) { bits |= 1 << test.place }
    func isOnly(_ test: Test) -> Bool { bits == 1 << test.place }
  }

  private(set) var passed = Tests()
  private(set) var failed = Tests()
  let stage: String
  /// Its TTL was begun from another value than its sender's other packets, and has come as far: a kernel that answers
  /// without a socket may do so, and so may a device beside it. Or it came sooner than the handshake's packets did, and nothing else
  /// tells how far its sender is.
  private(set) var isOfUnknownOrigin = false
  /// Its TTL is not that of its sender's other packets, whatever the other tests made of that: a device that knows the numbers may have
  /// sent it.
  private(set) var hasAnotherTTL = false

  /// TTL and MAC are one test: from the same beginning, a route that changed explains both.
  private var mayBeAnotherRoute = false
  /// The capture lacks what was said right before it, or it may be of another life.
  private var isBehindGap = false
  /// Behind the gap its claimed sender said something more, which may have come late.
  private(set) var isInDoubt = false

  /// nil: nothing speaks against its sender. One test is `possible`; two, or a conversation that continues, `certain`.
  var confidence: Confidence? {
    if failed.isEmpty { return nil }
    let isOneEvent = mayBeAnotherRoute && failed.contains(.ttl) && failed.contains(.mac)
    if isBehindGap, failed.areOfNumbers { return .likely }
    return failed.count > (isOneEvent ? 2 : 1) || failed.contains(.goesOn) ? .certain : .possible
  }

  init(
    of reset: Reset, from side: Side, _ facts: borrowing Facts, _ surroundings: borrowing Surroundings,
    _ thresholds: Thresholds
  ) {
    stage = facts.stage(of: reset)
    // A kernel resets what a scanner on its host has begun behind its back, with a TTL of its own; or its address was borrowed.
    guard facts.wasEstablished || side == .server, !reset.isMalformed else { return }
    let own = facts[side]
    let ttls = own.steadyTTLs(ofHost: side == .client ? surroundings.clientHostTTL : surroundings.serverHostTTL)
    // The kernel that answers for a socket that has closed has no options of that socket to heed.
    if !(reset.isBare && reset.ownFin && reset.peerFin && reset.echoesNewest) {
      enter(.ttl, own.sharesHops(reset, ttls))
    }
    hasAnotherTTL = ttls.map { $0.contains(reset.ttl) } == false
    isOfUnknownOrigin = hasAnotherTTL && !failed.contains(.ttl)
    enter(.mac, own.sharesMAC(reset))
    enter(.sequence, facts.sequenceFits(reset, from: side))
    enter(.goesOn, facts.fellSilent(after: reset, side, thresholds))
    isBehindGap =
      failed.contains(.goesOn)
      && (facts.hasGap(at: reset, side) || facts.mayBeOfAnotherLife(reset, side, thresholds))
    isInDoubt = !failed.contains(.goesOn) && facts.mayGoOn(after: reset, side)
    enter(.anatomy, Stack.fits(reset, from: side, facts))
    let roundTrip = facts.roundTripAllows(reset, from: side, thresholds)
    if roundTrip == false, reset.peerAcked == 0, failed.isEmpty, side == .client || reset.delay >= thresholds.tellingLeg
    {
      // The handshake alone tells how far its sender is, and its first packet may have waked a radio: those behind it are quicker.
      // A client's ACK may have waited for its data.
      isOfUnknownOrigin = true
    } else {
      enter(.roundTrip, roundTrip)
    }
    let route = ttls.map { SideFacts.route(of: reset.ttl, $0) } ?? .same
    mayBeAnotherRoute = route != .same && route != .elsewhere
    if !failed.isEmpty { withdraw(route, isNext: facts.isNext(reset, of: side)) }
  }

  /// Of tests that nothing else bears out, those whose failure has another reason.
  private mutating func withdraw(_ route: SideFacts.Route, isNext: Bool) {
    // A route that changed, or a capture that has one packet behind a router and the others before it. Who makes one up on the way, and
    // sees all, can count on: the next number outweighs no way that is much shorter.
    let isExplained = route == .longer || isNext && route != .elsewhere && route != .nearer
    let isOfRoute = isExplained && failed.list.allSatisfy { $0 == .ttl || $0 == .mac }
    // With buffers that somebody has enlarged, macOS and OpenBSD have the marks of Linux.
    guard isOfRoute || failed.isOnly(.anatomy) else { return }
    failed = Tests()
    if !isNext { isOfUnknownOrigin = true }
  }

  private mutating func enter(_ test: Test, _ result: Bool?) {
    guard let result else { return }
    if result { passed.insert(test) } else { failed.insert(test) }
  }
}

// Each test says true for passed, false for failed, nil where it cannot be made.
extension Facts {
  fileprivate func stage(of reset: Reset) -> String {
    if reset.moment == start { return "unknown" }
    if !wasEstablished || handshake.syn != nil && !isEstablished(before: reset) && reset.ownSent == 0 {
      return "after SYN"
    }
    if reset.ownSent == 0, reset.peerSent == 0 { return "after handshake" }
    return reset.ownSent == 0 || reset.peerSent == 0 ? "after first data" : "later"
  }

  /// Only against a handshake that was seen whole and in order: later answers may have been delayed by the peer's application.
  fileprivate func roundTripAllows(_ reset: Reset, from side: Side, _ thresholds: Thresholds) -> Bool? {
    guard handshakeRTT != nil, handshake.isInOrder, let leg = side == .server ? serverLeg : clientLeg,
      leg >= thresholds.tellingLeg, let provoked = reset.provoked, reset.isDelayKnown
    else { return nil }
    guard reset.delay < leg / thresholds.impossibleAnswer else {
      return reset.delay < leg / thresholds.possibleAnswer ? nil : true
    }
    guard let first = handshake.leg(to: side), first <= thresholds.steadyHandshake * leg else { return nil }
    return isAnswer(reset, from: side, to: provoked, leg, thresholds) ? false : nil
  }

  /// Certainly to that packet, and to no earlier one: it acknowledges its data; a bare one says nothing of what it has seen, and comes
  /// after all was quiet. What acknowledges less was sent without knowing of that packet.
  private func isAnswer(
    _ reset: Reset, from side: Side, to provoked: Moment, _ leg: Int64, _ thresholds: Thresholds
  ) -> Bool {
    let peer = self[side.other]
    if !reset.flags.contains(.ack) {
      // What was sent twice may have been answered the first time, and of several segments under way the first.
      let last = peer.unanswered
      return reset.idleBefore > thresholds.quietLegs * leg && last.map { $0.sent.count > 1 } != true
        && reset.peerSent - reset.peerAcked <= Int64(last?.length ?? 0)
    }
    return reset.peerLastData?.packet == provoked.packet
      && peer.origin.map { reset.acknowledgment == $0.advanced(by: Int(truncatingIfNeeded: reset.peerSent)) } == true
  }

  /// It is the next packet of that side's socket: the identification behind the last one's, timestamps if they were agreed on, the
  /// sequence number to the byte, and an ACK number of what the peer has sent.
  fileprivate func isNext(_ reset: Reset, of side: Side) -> Bool {
    let peer = self[side.other]
    guard reset.looksLive, reset.ownSent > 0, reset.offset == reset.ownSent + (reset.ownFin ? 1 : 0),
      reset.lastIPID != 0, let ack = reset.acknowledged(of: peer)
    else { return false }
    // One on; where the capture has several segments in one packet, as many.
    let steps = reset.ipID &- reset.lastIPID
    let timestamps = client.timestamps == true && server.timestamps == true
    return (1...64).contains(steps) && reset.options.contains(.timestamps) == timestamps
      && ack >= reset.peerAcked && ack <= peer.dataEnd + (peer.fin == nil ? 0 : 1)
  }

  /// A live socket resets at SND.NXT (or at the edge of a window that shrank); a kernel without that socket repeats an ACK
  /// number of the peer.
  fileprivate func sequenceFits(_ reset: Reset, from side: Side) -> Bool? {
    let next = reset.ownSent + (reset.ownFin ? 1 : 0)
    guard reset.ownSent > 0, reset.offset < next else { return reset.offset == next ? true : nil }
    if reset.offset <= reset.ownAcked { return reset.flags.contains(.ack) && isLinux(side) ? false : nil }
    // Which ACK a bare one repeats is not known: the capture may have lost it. Nor where it stood, where the order is not.
    if reset.isBare || disorder > 0 { return nil }
    return self[side.other].zeroWindowPackets > 0 ? nil : false
  }

  /// Whatever comes within a one-way trip may have been overtaken by the RST.
  fileprivate func fellSilent(after reset: Reset, _ side: Side, _ thresholds: Thresholds) -> Bool? {
    let own = self[side]
    guard own.$resets else { return nil }
    guard let after = own.ownPackets(after: reset) else { return true }
    // The last of them is the last before it again: copies, of another place whose clock is behind.
    if reset.lastIPID != 0, own.ipID == reset.lastIPID { return nil }
    guard wasEstablished || own.everAcked else { return nil }
    // What was seen before the gap says little of what was said behind it, and one packet may come late.
    if after.count == 1, hasGap(at: reset, side) { return nil }
    let overtaken = max(thresholds.overtaken, (side == .server ? serverLeg : clientLeg) ?? 0, 2 * disorder)
    return after.last.time.since(reset.moment.time) > overtaken ? false : nil
  }

  /// Too little to tell that it goes on, and too much to be sure that it does not.
  fileprivate func mayGoOn(after reset: Reset, _ side: Side) -> Bool {
    self[side].ownPackets(after: reset) != nil && hasGap(at: reset, side)
  }

  /// One of the two streams is not in the capture from where the RST found it.
  fileprivate func hasGap(at reset: Reset, _ side: Side) -> Bool {
    self[side].lacks(reset.ownSent) || self[side.other].lacks(reset.peerSent)
  }

  /// Of the stream that it ends nothing tells that it is this connection's, and nobody has acknowledged what stands before it: that stands
  /// behind a gap, or behind a pause, in which the recorder may have paused, and one packet goes on. Or the peer had acknowledged its number
  /// before the pause. (A host that begins each life with one ISN numbers all of them alike.)
  fileprivate func mayBeOfAnotherLife(_ reset: Reset, _ side: Side, _ thresholds: Thresholds) -> Bool {
    let own = self[side]
    let before = reset.ownSent - Int64(own.largestSent) - 1
    if own.sndUna < reset.ownSent, own.lacks(before, to: reset.ownSent) { return true }
    let isBehindPause =
      reset.idleBefore > thresholds.answer || reset.provoked == nil || reset.delay > thresholds.answer
    guard isBehindPause else { return false }
    return reset.offset < min(reset.ownAcked, own.sndUna) || own.sndUna <= 0 && own.ownPackets(after: reset)?.count == 1
  }

  private func isLinux(_ side: Side) -> Bool { Stack.recognised(self[side]) == .linux }
}

extension Handshake {
  /// What its packets say of the leg to one end, ns. Where that is far more than what came later, an end was slow to answer, and may have
  /// been each time.
  fileprivate func leg(to side: Side) -> Int64? {
    guard let syn, let synAck, let ack else { return nil }
    return side == .server ? synAck.time.since(syn.time) : ack.time.since(synAck.time)
  }

  /// No packet was recorded before the one that it answers.
  fileprivate var isInOrder: Bool {
    guard let syn, let synAck, let ack else { return false }
    return syn.precedes(synAck) && synAck.precedes(ack)
  }
}

extension SideFacts {
  fileprivate func lacks(_ offset: Int64) -> Bool { lacks(offset, to: offset + 1) }

  fileprivate func lacks(_ start: Int64, to end: Int64) -> Bool { holes.overlaps(OffsetRange(start, end)) }

  /// What it said behind its RST; nil where that was nothing.
  func ownPackets(after reset: Reset) -> Burst? {
    guard let resets else { return nil }
    return reset.moment == resets.first.moment ? resets.ownBetween ?? resets.ownAfter : resets.ownAfter
  }

  /// With which its packets arrive: one value, and where the capture has each of them again behind a router or two, what is left of it
  /// there. Those that vary say nothing.
  fileprivate func steadyTTLs(ofHost host: ClosedRange<UInt8>?) -> ClosedRange<UInt8>? {
    guard let ttlRange else { return SideFacts.steadyTTL(host) }
    guard !ttlVaries, ttlRange.count <= 4, SideFacts.isTelling(ttlRange) else { return nil }
    return ttlRange
  }

  /// The same of a host's other connections, of which nothing tells a copy from an original.
  static func steadyTTL(_ range: ClosedRange<UInt8>?) -> ClosedRange<UInt8>? {
    guard let range, range.count == 1, isTelling(range) else { return nil }
    return range
  }

  /// 1 and 255 are set by an application for its socket alone (RFC 5082).
  private static func isTelling(_ range: ClosedRange<UInt8>) -> Bool {
    range.lowerBound != 1 && range.upperBound != 255
  }

  /// nil where it has come as far from another beginning: a kernel may have one for its sockets and another for what it
  /// sends without, and behind one address several hosts may stand.
  fileprivate func sharesHops(_ reset: Reset, _ steady: ClosedRange<UInt8>?) -> Bool? {
    SideFacts.sharesHops(reset.ttl, steady, mayBeAnother: reset.isBare || ttlRange == nil)
  }

  /// - Parameters:
  ///   - ttl: of the RST.
  ///   - steady: of all else that the host sends.
  ///   - mayBeAnother: it may have been sent without a socket, or by another host behind the address.
  static func sharesHops(_ ttl: UInt8, _ steady: ClosedRange<UInt8>?, mayBeAnother: Bool) -> Bool? {
    guard let steady else { return nil }
    // Of several nobody knows which it would have had.
    if steady.contains(ttl) { return steady.count == 1 ? true : nil }
    // From 255 some stacks begin whatever no application has set a TTL for, RSTs of their sockets too (Solaris, BSDs).
    return (mayBeAnother || ttl > 128) && steady.contains { hops(ttl) == hops($0) } ? nil : false
  }

  /// From the same beginning, by as many hops, by one or two more or fewer, by many more or many fewer; or from another beginning. A
  /// device between is nearer than the side in whose name it speaks.
  enum Route { case same, longer, shorter, farther, nearer, elsewhere }

  static func route(of ttl: UInt8, _ steady: ClosedRange<UInt8>) -> Route {
    let nearest = min(max(ttl, steady.lowerBound), steady.upperBound)
    if nearest == ttl { return .same }
    guard initial(ttl) == initial(nearest) else { return .elsewhere }
    if ttl < nearest { return nearest - ttl <= 2 ? .longer : .farther }
    return ttl - nearest <= 2 ? .shorter : .nearer
  }

  private static func hops(_ ttl: UInt8) -> UInt8 { initial(ttl) - ttl }

  /// The next value that a stack starts from.
  private static func initial(_ ttl: UInt8) -> UInt8 {
    for initial: UInt8 in [32, 64, 128] where ttl <= initial { return initial }
    return 255
  }

  fileprivate func sharesMAC(_ reset: Reset) -> Bool? {
    // Behind several routers each packet may come from another one.
    guard macHash != 0, macHash != .max, reset.macHash != 0, packets > rstPackets else { return nil }
    return macHash == reset.macHash
  }
}
