internal import Wire

// What was observed of a connection, as the plain value that is judged. Rare: once a connection.
extension Tracker {
  /// Lets `hosts` and `checks` learn from the connections that are still open: before the last ones are judged, each shall know
  /// of the others.
  /// - Returns: SYNs that were repeated and not answered so far.
  @discardableResult public func teach(_ hosts: inout Hosts, _ checks: inout HealthChecks) -> [LoneSYN] {
    var repeated: [LoneSYN] = []
    var candidates: [HealthChecks.Candidate] = []
    for index in 1..<max(1, records.used) where records[index].shared.has(.live) {
      let seen = sight(of: records[index], index: index)
      hosts.learn(seen)
      if let attempt = seen.attempt, attempt.count > 1 { repeated.append(attempt) }
      if let candidate = healthCheckCandidate(records[index]) { candidates.append(candidate) }
    }
    checks.learn(candidates)
    for place in 1..<max(1, quiet.used) where quiet[place].isLive {
      hosts.learn(sight(of: quiet[place].connection(hash: 0), index: 0))
    }
    // Attempts tell nothing of a host: anybody can send a SYN.
    return repeated
  }

  /// As `Brief` has it of one that has ended.
  private func healthCheckCandidate(_ connection: borrowing Connection) -> HealthChecks.Candidate? {
    guard connection.a.has(.syn), connection.b.has(.syn), connection.a.dataEnd == 0, connection.b.dataEnd == 0,
      (copy connection).isOver(troubles)
    else { return nil }
    let clientIsA = isClientA(copy connection)
    return HealthChecks.Candidate(
      id: connection.shared.id, start: span(connection.a, connection.b).start.time,
      client: (clientIsA ? connection.key.a : connection.key.b).address,
      service: clientIsA ? connection.key.b : connection.key.a)
  }

  /// What hosts learn of it.
  private func sight(of connection: borrowing Connection, index: UInt32) -> Brief {
    if connection.a.packets > 0, connection.b.packets > 0 { return brief(of: connection, .established) }
    // Of a side that was not seen it matters what was inferred of it.
    return facts(of: copy connection, index: index, .endOfInput).brief
  }

  func facts(of connection: Connection, index: UInt32, _ reason: EndReason) -> Facts {
    let shared = connection.shared
    let clientIsA = isClientA(connection)
    let client = clientIsA ? connection.a : connection.b
    let server = clientIsA ? connection.b : connection.a
    let (start, end) = span(client, server)
    var facts = Facts(
      id: shared.id, client: clientIsA ? connection.key.a : connection.key.b,
      server: clientIsA ? connection.key.b : connection.key.a, rolesKnown: shared.has(.rolesKnown),
      ipVersion: UInt8(truncatingIfNeeded: connection.key.ipVersion), start: start)
    facts.end = end
    facts.observedUntil = now
    facts.interface = shared.interface
    facts.encapsulation = shared.encapsulation
    facts.longestIdle = shared.longestIdle
    facts.tupleReused = shared.has(.tupleReused)
    if shared.has(.icmp) { facts.icmp = notices[index]?.seen(clientIsA: clientIsA) }
    facts.serverLeg = client.leg == .max ? nil : Int64(client.leg) * 1000
    facts.clientLeg = server.leg == .max ? nil : Int64(server.leg) * 1000
    facts.client = sideFacts(client, peer: server)
    facts.server = sideFacts(server, peer: client)
    // A FIN that must have been is a hole.
    if !facts.client.holes.isEmpty || !facts.server.holes.isEmpty { facts.inferFINs() }
    if shared.has(.reset) { facts.settleResets() }
    facts.handshake = handshake(shared, facts, client: client, server: server)
    facts.endedBecause = facts.reasonOfEnd(reason)
    if zeek.isOn { facts.zeek = zeek.view(index, firstIsClient: connection.startedByA == clientIsA) }
    return facts
  }

  /// Who sent the SYN; else guessed: the port that more peers share, the lower one, the first sender is the client.
  func isClientA(_ connection: Connection) -> Bool {
    if connection.shared.has(.rolesKnown) { return connection.shared.has(.clientIsA) }
    if let guess = servicePorts.clientIsA(connection.key) { return guess }
    guard connection.a.packets > 0 else { return false }
    return connection.b.packets == 0 || connection.a.first.precedes(connection.b.first)
  }

  /// First and last packet of both.
  func span(_ client: Sender, _ server: Sender) -> (start: Moment, end: Moment) {
    if client.packets == 0 { return (server.first, server.last) }
    if server.packets == 0 { return (client.first, client.last) }
    return (
      server.first.precedes(client.first) ? server.first : client.first,
      client.last.precedes(server.last) ? server.last : client.last
    )
  }

  private func handshake(_ shared: Shared, _ facts: Facts, client: Sender, server: Sender) -> Handshake {
    var handshake = Handshake()
    guard shared.has(.rolesKnown) else { return handshake }
    if client.has(.syn) { handshake.syn = facts.client.syn?.first }
    if server.has(.synAck) { handshake.synAck = facts.server.syn?.first }
    if shared.has(.established) { handshake.ack = shared.established }
    handshake.simultaneousOpen = shared.has(.simultaneousOpen)
    handshake.fastOpenBytes = shared.fastOpenBytes
    return handshake
  }

  private func sideFacts(_ side: Sender, peer: Sender) -> SideFacts {
    var trouble = Trouble()
    // The shared record is everybody's, and nobody's.
    if side.trouble > 1 {
      trouble = troubles.records[side.trouble]
    } else if side.has(.cleanFIN) {
      side.moveFIN(into: &trouble)
    }
    var facts = SideFacts()
    counts(side, trouble, into: &facts)
    words(side, trouble, into: &facts)
    sequenceSpace(side, trouble, into: &facts)
    facts.fin = fin(side, trouble)
    if trouble.resets != 0 {
      facts.resets = troubles.resets[trouble.resets]
      // Nobody died of it, and its sender too went on afterwards.
      if facts.resets?.first.verdict == .unknown, facts.resets?.peerMovedOn == true, facts.resets?.ownAfter != nil {
        facts.resets?.first.verdict = .challenged
      }
    }
    facts.survivedIdle = Int64(side.survivedIdle) * 1_000_000
    facts.deaf = trouble.deaf
    facts.stall = trouble.stall
    facts.strangeSYN = trouble.strangeSYN
    facts.unanswered = unanswered(side, peer: peer, trouble, facts)
    return facts
  }

  private func counts(_ side: Sender, _ trouble: Trouble, into facts: inout SideFacts) {
    facts.packets = UInt64(side.packets)
    facts.wireBytes = side.wireBytes
    facts.sentBytes = side.sentBytes
    facts.synPackets = UInt64(side.synCount)
    facts.duplicatePackets = UInt64(trouble.duplicatePackets)
    facts.retransmittedPackets = UInt64(trouble.retransmittedPackets)
    facts.retransmittedBytes = trouble.retransmittedBytes
    facts.outOfOrderPackets = UInt64(trouble.outOfOrderPackets)
    facts.finPackets = UInt64(trouble.finPackets)
    facts.rstPackets = UInt64(trouble.rstPackets)
    facts.keepalivePackets = UInt64(trouble.keepalivePackets)
    facts.zeroWindowPackets = UInt64(trouble.zeroWindowPackets)
    facts.windowProbePackets = UInt64(trouble.windowProbePackets)
  }

  private func words(_ side: Sender, _ trouble: Trouble, into facts: inout SideFacts) {
    guard side.packets > 0 else { return }
    facts.first = side.first
    facts.last = side.last
    facts.lastAlive = side.has(.reset) ? trouble.lastAlive : side.last
    if side.has(.data) { facts.lastNewData = side.lastNew.packet.isNone ? nil : side.lastNew }
    facts.lastNewDataIsNoAlert = side.has(.noAlert)
    facts.ttl = side.ttl
    if facts.packets > facts.rstPackets { facts.ttlRange = side.ttlLow...max(side.ttlLow, side.ttlHigh) }
    facts.ipID = side.ipID
    facts.macHash = side.macHash
    facts.lastWindow = side.window
    facts.widestWindow = side.widestWindow
    facts.mptcp = side.has(.mptcp)
    facts.headersCut = side.has(.headerCut)
    guard side.has(.syn) else { return }
    facts.isn = side.origin.advanced(by: -1)
    facts.syn = trouble.syn ?? Burst(at: side.first)
    guard !side.has(.optionsUnknown) else { return }
    facts.mss = side.has(.mss) ? side.mss : nil
    facts.windowScale = side.has(.windowScale) ? side.windowScale : nil
    facts.sackPermitted = side.has(.sackPermitted)
    facts.timestamps = side.has(.timestamps)
  }

  private func sequenceSpace(_ side: Sender, _ trouble: Trouble, into facts: inout SideFacts) {
    guard side.has(.origin) else { return }
    let acked = min(side.una, side.dataEnd)
    facts.origin = side.origin
    facts.sndUna = side.una
    facts.sndNxt = side.nxt
    facts.firstOffset = trouble.low
    facts.lastProgress = trouble.progress ?? (side.timedOffset == .min ? side.timed : nil)
    facts.everAcked = side.has(.everAcked)
    facts.holes = trouble.holes
    facts.largestSent = side.largestSent
    facts.largestAcked = side.largestAcked
    facts.payloadBytes = UInt64(max(0, side.dataEnd - trouble.low - trouble.holes.total - trouble.holes.forgotten))
    facts.missingBytes = UInt64(trouble.holes.total(below: acked) + trouble.holes.forgotten)
    facts.ackedBytes = UInt64(max(0, acked - trouble.low))
    facts.unackedBytes = trouble.holes.covered(from: max(acked, trouble.low), to: side.dataEnd)
    facts.sackedBytes = trouble.sacked.seen(below: side.dataEnd, holes: trouble.holes)
    facts.unseenLostBytes = trouble.sacked.missing(from: max(acked, trouble.low), holes: trouble.holes)
  }

  private func fin(_ side: Sender, _ trouble: Trouble) -> Fin? {
    guard side.has(.fin), var fin = trouble.fin else { return nil }
    // The ring was written forwards from its start; newest first is how it is read.
    let ring = fin.recentAcks
    for place in 0..<16 { fin.recentAcks[place] = ring[(Int(trouble.ackCursor) + 15 - place) % 16] }
    return fin
  }

  /// What this side waits for at the end of the record.
  private func unanswered(_ side: Sender, peer: Sender, _ trouble: Trouble, _ facts: SideFacts) -> Unanswered? {
    if let run = trouble.run { return run }
    if side.has(.syn), !side.has(.everAcked), let syn = facts.syn {
      guard side.has(.synAck) || peer.packets == 0 else { return nil }
      var run = Unanswered(kind: side.has(.synAck) ? .synAck : .syn, sent: syn, length: 0, idleBefore: 0)
      if peer.packets > 0, syn.first.precedes(peer.last) {
        run.peerPackets = 1
        run.lastPeer = peer.last
      }
      return run
    }
    guard side.una < side.nxt, side.packets > 0 else { return nil }
    var first: Moment?
    var idle: Int64 = 0
    if side.timedOffset == side.una {
      first = side.timed
      idle = Int64(side.timedIdle) * 1_000_000
    } else if side.lastNewOffset == side.una {
      first = side.lastNew
    } else if side.una >= side.dataEnd {
      first = facts.fin?.sent.first
    }
    guard let first = first ?? facts.lastNewData else { return nil }
    let isFIN = side.una >= side.dataEnd
    var run = Unanswered(
      kind: isFIN ? .fin : .data, sent: Burst(at: first),
      length: isFIN ? 0 : UInt32(clamping: min(side.dataEnd - side.una, Int64(side.largestSent))), idleBefore: idle)
    if peer.packets > 0, first.precedes(peer.last) {
      run.peerPackets = 1
      run.lastPeer = peer.last
    }
    return run
  }
}
