internal import Wire

// Facts of the earlier part of the input + facts of the later part = facts of the whole.
//
// Exact: sums, flags, ISN, sequence space, FIN and its ACK, the first RST and their number, times. Lower bounds, because the
// seam hides what they compare with: retransmitted, reordered, duplicate and probe packets; the legs may be longer.
// Associative: (a + b) + c = a + (b + c), so that parts may be joined in any grouping, but in their order.
extension Facts {
  /// These facts and those of the same connection in what the input held next.
  public func merged(with later: Facts) -> Facts {
    let isSwapped = later.clientEndpoint == serverEndpoint && later.serverEndpoint == clientEndpoint
    let next = isSwapped ? later.swapped : later
    // Who is who is told by the first SYN; a later guess does not count.
    let turns = !rolesKnown && later.rolesKnown && isSwapped
    var whole = joined(with: next, laterIsSwapped: isSwapped)
    if whole.handshake.ack == nil { whole.handshake.ack = completion(next, client: turns ? .server : .client) }
    return turns ? whole.swapped.concluded(later) : whole.concluded(later)
  }

  /// The packet that completed the handshake, where the seam lay before it: the client's first that is no SYN.
  private func completion(_ later: Facts, client side: Side) -> Moment? {
    let client = later[side]
    guard self[side].isn != nil, self[side.other].isn != nil || self[side.other].packets == 0, client.synPackets == 0,
      let first = client.first, first != client.resets?.first.moment
    else { return nil }
    return first
  }

  private func joined(with later: Facts, laterIsSwapped: Bool) -> Facts {
    var whole = self
    whole.merged = true
    let seam = max(0, later.start.time.since(end.time))
    let clientSpace = StreamJoint(client, later.client)
    let serverSpace = StreamJoint(server, later.server)
    whole.client = client.merged(
      with: later.client, clientSpace, peer: serverSpace, seam: Seam(self, later, .client, serverSpace))
    whole.server = server.merged(
      with: later.server, serverSpace, peer: clientSpace, seam: Seam(self, later, .server, clientSpace))
    whole.rolesKnown = rolesKnown || later.rolesKnown
    whole.end = later.end
    whole.longestIdle = max(longestIdle, later.longestIdle, seam)
    whole.tupleReused = tupleReused || later.tupleReused
    whole.severalPlaces = severalPlaces || later.severalPlaces
    if isMixed || later.isMixed { whole.mix() }
    whole.serverLeg = [serverLeg, later.serverLeg].compactMap(\.self).min()
    whole.clientLeg = [clientLeg, later.clientLeg].compactMap(\.self).min()
    whole.icmp = icmp ?? later.icmp
    if let ours = icmp, let theirs = later.icmp {
      whole.icmp?.count = ours.count &+ min(theirs.count, .max - ours.count)
    }
    whole.handshake.simultaneousOpen =
      handshake.simultaneousOpen || later.handshake.simultaneousOpen
      || (laterIsSwapped && rolesKnown && later.rolesKnown && later.handshake.syn == nil)
    if client.isn == nil || handshake.fastOpenBytes == 0 {
      whole.handshake.fastOpenBytes = max(handshake.fastOpenBytes, later.handshake.fastOpenBytes)
    }
    if handshake.ack == nil { whole.handshake.ackCameWithData = later.handshake.ackCameWithData }
    whole.handshake.ack = handshake.ack ?? later.handshake.ack
    return whole
  }

  /// Client and server exchanged.
  private var swapped: Facts {
    var result = self
    swap(&result.clientEndpoint, &result.serverEndpoint)
    swap(&result.client, &result.server)
    swap(&result.clientLeg, &result.serverLeg)
    if let originator = zeek?.originator { result.zeek?.originator = originator.other }
    if let quoted = icmp?.quoted { result.icmp?.quoted = quoted.other }
    result.earlierReset = earlierReset?.swapped
    return result
  }

  /// What follows from both sides together.
  private func concluded(_ later: Facts) -> Facts {
    var whole = self
    if rolesKnown {
      whole.handshake.syn = client.syn?.first
      whole.handshake.synAck = server.syn?.first
    }
    whole.inferFINs()
    whole.observedUntil = max(observedUntil, later.observedUntil)
    whole.settleResets()
    whole.settleACKs()
    whole.end(later.endedBecause)
    return whole
  }
}

/// The two parts around a side, as far as a side has to know.
struct Seam {
  /// Silence across it, ns.
  var silence: Int64
  var laterStart: Moment
  /// The peer's last packet of the earlier part.
  var peerLast: Moment?
  var peerLastData: Moment?
  /// The peer's stream at the seam, in data bytes and offsets of the whole, and its FIN.
  var peerSent: Int64
  var peerAcked: Int64
  var peerFIN: Int64?
  /// `peerAcked` is more than where the earlier part began.
  var peerAckKnown: Bool
  /// The peer's packets of the later part that are no RSTs, and when they came.
  var peerPackets: UInt64
  var peerFirst: Moment?
  var peerLastAlive: Moment?
  /// The peer sent a SYN in the later part.
  var peerBegins: Bool
  /// Longest silence of the later part, ns.
  var laterIdle: Int64
  /// What was under way at the seam may still arrive for so long, ns.
  var patience: Int64

  init(_ earlier: Facts, _ later: Facts, _ side: Side, _ joint: StreamJoint) {
    silence = max(0, later.start.time.since(earlier.end.time))
    laterStart = later.start
    let peer = later[side.other]
    let before = earlier[side.other]
    peerLast = before.last
    peerLastData = before.lastNewData
    peerFIN = before.fin.map { $0.offset + joint.earlierShift }
    let knows = before.hasStream
    peerSent = knows ? before.dataEnd + joint.earlierShift : .min
    peerAcked = knows ? before.sndUna + joint.earlierShift : .min
    peerAckKnown = before.everAcked || before.isn != nil
    peerPackets = peer.packets - min(peer.rstPackets, peer.packets)
    peerFirst = peer.first
    peerLastAlive = peer.lastAlive
    peerBegins = peer.synPackets > 0
    laterIdle = later.longestIdle
    let legs = (earlier.serverLeg ?? later.serverLeg, earlier.clientLeg ?? later.clientLeg)
    var trip = (legs.0 ?? 0) + (legs.1 ?? 0)
    if legs.0 == nil || legs.1 == nil, let ack = earlier.handshake.ack ?? later.handshake.ack {
      trip = max(0, ack.time.since(earlier.start.time))
    }
    patience = max(Plausible.leastTimeout, 2 * min(trip, .max / 4))
  }

  /// The longest that the peer can have been silent for after `moment`, ns.
  func pause(after moment: Moment) -> Int64 {
    max(peerFirst.map { $0.time.since(moment.time) } ?? 0, peerPackets > 1 ? laterIdle : 0)
  }

  /// What the peer's stream had acknowledged at an event of the later part that claims `offset`.
  func acked(_ offset: Int64, isKnown: inout Bool) -> Int64 {
    if peerAcked == .min { return offset }
    let known = isKnown ? max(offset, peerAcked) : peerAcked
    isKnown = isKnown || peerAckKnown
    return known
  }
}
