internal import Wire

// What was observed of a connection, as the plain value that is judged. Rare: once a connection.
extension Tracker {
  /// Lets `hosts` and `checks` learn from the connections that are still open, in order of their beginnings: before the last ones are
  /// judged, each shall know of the others. After the last batch, before `finish(_:)`.
  /// - Returns: SYNs that were repeated and not answered so far.
  @discardableResult public mutating func teach(_ hosts: inout Hosts, _ checks: inout HealthChecks) -> [LoneSYN] {
    var repeated: [LoneSYN] = []
    listOpen()
    var brief = Brief()
    for place in remaining.indices.reversed() {
      let open = remaining[place]
      prefetchRemaining(behind: place)
      if Tracker.isAttempt(open.index) {
        let place = open.index & ~Tracker.attemptBit
        if attempts[place].refusal != 0 { hosts.learn(OpenSight(refused: attempts[place])) }
        continue
      }
      writeOpen(open.index, &brief)
      hosts.learn(brief)
      if let candidate = healthCheckCandidate(open.index, brief) { _ = checks.learn(candidate) }
      if let attempt = brief.attempt, attempt.count > 1 { repeated.append(attempt) }
    }
    return repeated
  }

  /// What is learnt of it; nil where that is nothing.
  mutating func sight(of open: Remaining) -> OpenSight? {
    if Tracker.isAttempt(open.index) {
      // Attempts tell nothing of a host: anybody can send a SYN. One that was refused tells of the capture.
      let place = open.index & ~Tracker.attemptBit
      return attempts[place].refusal == 0 ? nil : OpenSight(refused: attempts[place])
    }
    var brief = Brief()
    writeOpen(open.index, &brief)
    return OpenSight(brief, healthCheckCandidate(open.index, brief))
  }

  /// What hosts learn of one that is no attempt.
  private mutating func writeOpen(_ index: UInt32, _ brief: inout Brief) {
    guard index >= Tracker.quietBit else {
      if records[index].a.packets > 0, records[index].b.packets > 0 {
        let clientIsA = records[index].isClientA(journal.clientIsA, servicePorts)
        records[index].write(&brief, .established, clientIsA: clientIsA, troubles)
      } else {
        // Of a side that was not seen it matters what was inferred of it.
        var connection = records[index]
        brief = facts(of: &connection, index: index, .endOfInput).brief
      }
      return
    }
    let place = index & ~Tracker.quietBit
    if quiet[place].closing != 0 {
      brief = quiet[place].closedBrief
    } else {
      // Both sides were seen: else it would not be quiet.
      var connection = quiet[place].connection(hash: 0)
      let clientIsA = connection.isClientA(journal.clientIsA, servicePorts)
      connection.write(&brief, .established, clientIsA: clientIsA, troubles)
    }
  }

  /// As `Brief` has it of one that has ended: those that are open and over wait for stragglers.
  private mutating func healthCheckCandidate(_ index: UInt32, _ brief: borrowing Brief) -> HealthChecks.Candidate? {
    guard index < Tracker.quietBit else { return brief.healthCheckCandidate }
    guard records[index].a.has(.syn), records[index].b.has(.syn), records[index].isOver(troubles) else { return nil }
    let sent = (records[index].a.dataEnd, records[index].b.dataEnd)
    if sent == (0, 0) {
      return HealthChecks.Candidate(
        id: brief.id, start: brief.start.time, client: brief.client.endpoint.address, service: brief.server.endpoint)
    }
    // Whether its client hung up the facts tell, which are dear.
    guard records[index].shared.has(.reset) else { return brief.talk(isClosed: true) }
    guard min(sent.0, sent.1) > 0, max(sent.0, sent.1) <= HealthChecks.answer else {
      return nil
    }
    var connection = records[index]
    return facts(of: &connection, index: index, .endOfInput).brief.healthCheckCandidate
  }

  // Mutating, all of these, though nothing changes: what is called of a value that is only lent works on a copy of it.

  mutating func facts(of connection: inout Connection, index: UInt32, _ reason: EndReason) -> Facts {
    var facts = Facts.blanks[0]
    write(&connection, index: index, reason, into: &facts)
    return facts
  }

  /// Adds them to those that wait, in the place where they wait: facts are large.
  mutating func appendFacts(of connection: inout Connection, index: UInt32, _ reason: EndReason) {
    var written = ended.lendWritten()
    written.append(contentsOf: Facts.blanks)
    write(&connection, index: index, reason, into: &written[written.count - 1])
    ended.takeBack(&written)
  }

  /// - Parameter facts: of no connection yet.
  private mutating func write(
    _ connection: inout Connection, index: UInt32, _ reason: EndReason, into facts: inout Facts
  ) {
    let marks = connection.shared.marks
    let earlier = marks.contains(.afterlife) ? afterlives[index] : nil
    let clientIsA = earlier?.clientIsA ?? connection.isClientA(journal.clientIsA, servicePorts)
    facts.id = connection.shared.id
    facts.clientEndpoint = clientIsA ? connection.key.a : connection.key.b
    facts.serverEndpoint = clientIsA ? connection.key.b : connection.key.a
    facts.rolesKnown = marks.contains(.rolesKnown)
    facts.ipVersion = UInt8(truncatingIfNeeded: connection.key.ipVersion)
    facts.observedUntil = recordedUntil.isEmpty ? now : min(now, recordingEnd(of: connection))
    facts.interface = connection.shared.interface
    facts.encapsulation = connection.shared.encapsulation
    facts.longestIdle = connection.shared.longestIdle
    facts.tupleReused = marks.contains(.tupleReused)
    facts.severalPlaces = marks.contains(.severalPlaces)
    if marks.contains(.icmp) { facts.icmp = notices[index]?.seen(clientIsA: clientIsA) }
    facts.earlierReset = earlier?.seen(clientIsA: clientIsA)
    if clientIsA {
      takeSides(&facts, &connection.shared, client: &connection.a, server: &connection.b)
    } else {
      takeSides(&facts, &connection.shared, client: &connection.b, server: &connection.a)
    }
    if connection.isMixed(troubles) { facts.mix() }
    facts.end(reason)
    if zeek.isOn { facts.zeek = zeek.view(index, firstIsClient: connection.startedByA == clientIsA) }
  }

  /// When the last of the inputs ends that hold the connection.
  private mutating func recordingEnd(of connection: borrowing Connection) -> Timestamp {
    var end = Timestamp(nanoseconds: .min)
    func take(_ side: borrowing Sender) {
      guard side.packets > 0 else { return }
      for input in [side.first.packet.input, side.last.packet.input] where input < recordedUntil.count {
        end = max(end, recordedUntil[input])
      }
    }
    take(connection.a)
    take(connection.b)
    return end
  }

  private mutating func takeSides(
    _ facts: inout Facts, _ shared: inout Shared, client: inout Sender, server: inout Sender
  ) {
    (facts.start, facts.end) = Tracker.span(&client, &server)
    facts.serverLeg = client.leg == .max ? nil : Int64(client.leg) * 1000
    facts.clientLeg = server.leg == .max ? nil : Int64(server.leg) * 1000
    take(&facts.client, &client, peer: &server)
    take(&facts.server, &server, peer: &client)
    if shared.marks.contains(.rolesKnown) {
      if client.has(.syn) { facts.handshake.syn = facts.client.syn?.first }
      if server.has(.synAck) { facts.handshake.synAck = facts.server.syn?.first }
      if shared.marks.contains(.established) { facts.handshake.ack = shared.established }
      if shared.fastOpenBytes == 0 { facts.handshake.ackCameWithData = shared.marks.contains(.ackCameWithData) }
      facts.handshake.simultaneousOpen = shared.marks.contains(.simultaneousOpen)
      facts.handshake.fastOpenBytes = shared.fastOpenBytes
    }
    // A FIN that must have been is a hole.
    if !facts.client.holes.isEmpty || !facts.server.holes.isEmpty { facts.inferFINs() }
    if shared.marks.contains(.reset) { facts.settleResets() }
    if facts.client.wasReset || facts.server.wasReset { facts.settleACKs() }
  }

  private mutating func take(_ facts: inout SideFacts, _ side: inout Sender, peer: inout Sender) {
    let index = side.trouble
    // The shared record is everybody's, and nobody's.
    guard index > 1 else {
      if side.has(.cleanFIN) {
        // Lent for it: a cold record is dear to copy.
        side.moveFIN(into: &troubles.records[Troubles.blank])
        facts.take(&side, peer: &peer, &troubles.records[Troubles.blank])
        troubles.records[Troubles.blank].forgetFIN()
      } else {
        facts.take(&side, peer: &peer, &troubles.records[Troubles.blank])
      }
      return
    }
    facts.take(&side, peer: &peer, &troubles.records[index])
    let resets = troubles.records[index].resets
    guard resets != 0 else { return }
    facts.resets = troubles.resets[resets]
    // Nobody died of it, and its sender too went on afterwards.
    if troubles.resets[resets].first.verdict == .unknown, troubles.resets[resets].peerMovedOn,
      troubles.resets[resets].ownAfter != nil
    {
      facts.resets?.first.verdict = .challenged
    }
  }

  /// First and last packet of both.
  private static func span(_ client: inout Sender, _ server: inout Sender) -> (start: Moment, end: Moment) {
    if client.packets == 0 { return (server.first, server.last) }
    if server.packets == 0 { return (client.first, client.last) }
    return (
      server.first.precedes(client.first) ? server.first : client.first,
      client.last.precedes(server.last) ? server.last : client.last
    )
  }

  /// The first packet of both.
  static func start(_ client: inout Sender, _ server: inout Sender) -> Moment {
    if client.packets == 0 { return server.first }
    return server.packets > 0 && server.first.precedes(client.first) ? server.first : client.first
  }
}

extension Connection {
  /// Who sent the SYN; else guessed: the port that more peers share, the lower one, the first sender is the client.
  /// - Parameter supposed: the answer of who reads a journal, where nothing but the ports can tell.
  mutating func isClientA(_ supposed: Bool?, _ ports: borrowing PortCounts) -> Bool {
    if shared.has(.rolesKnown) { return shared.has(.clientIsA) }
    if let supposed { return supposed }
    if let guess = ports.clientIsA(key) { return guess }
    guard a.packets > 0 else { return false }
    return b.packets == 0 || a.first.precedes(b.first)
  }
}
