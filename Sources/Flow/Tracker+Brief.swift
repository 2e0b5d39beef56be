internal import Wire

// Most connections are in order, and a flood is made of attempts: of these nothing is written but what is counted.
//
// Mutating, all of these, though nothing changes: what is called of a value that is only lent works on a copy of it, and a
// connection is large.
extension Connection {
  /// Writes it in brief where no rule can fit: both closed, or established; nobody reset, stalled or waiting for what was sent
  /// more than once: what was sent once proves no silence. Says whether it is so.
  mutating func writeIfInOrder(_ brief: inout Brief, clientIsA: Bool, _ troubles: borrowing Troubles) -> Bool {
    guard shared.marks.isDisjoint(with: [.icmp, .reset, .pendingSYN, .watched]), a.isInOrder(troubles),
      b.isInOrder(troubles), !(a.outstanding || b.outstanding) || (a.trouble == 0 && b.trouble == 0 && !hasFIN)
    else { return false }
    switch (a.has(.finAcked), b.has(.finAcked)) {
    case (true, true): write(&brief, .closed, clientIsA: clientIsA, troubles)
    case (false, false):
      guard shared.marks.isSuperset(of: [.established, .rolesKnown]), !a.has(.fin), !b.has(.fin), a.has(.syn),
        b.has(.syn)
      else { return false }
      write(&brief, .established, clientIsA: clientIsA, troubles)
    default: return false
    }
    return true
  }

  mutating func write(
    _ brief: inout Brief, _ state: ConnectionState, clientIsA: Bool, _ troubles: borrowing Troubles
  ) {
    brief.id = shared.id
    brief.ipVersion = UInt8(truncatingIfNeeded: key.ipVersion)
    brief.state = state
    brief.severalPlaces = shared.has(.severalPlaces)
    brief.kind = .plain
    brief.clientHungUp = false
    if clientIsA {
      brief.write(key.a, &a, key.b, &b, troubles)
    } else {
      brief.write(key.b, &b, key.a, &a, troubles)
    }
  }
}

extension Sender {
  fileprivate mutating func isInOrder(_ troubles: borrowing Troubles) -> Bool {
    guard packets > 0, has(.everAcked), !has(.zeroWindow) else { return false }
    return trouble == 0 || (trouble > 1 && troubles.records[trouble].isHarmless)
  }
}

extension Brief {
  /// Both sides, and what follows of both.
  fileprivate mutating func write(
    _ clientEnd: Endpoint, _ clientSide: inout Sender, _ serverEnd: Endpoint, _ serverSide: inout Sender,
    _ troubles: borrowing Troubles
  ) {
    start = Tracker.start(&clientSide, &serverSide)
    birth = Birth(client: &clientSide, server: &serverSide)
    client.write(clientEnd, &clientSide, troubles)
    server.write(serverEnd, &serverSide, troubles)
  }
}

extension Brief.End {
  /// As `SideFacts` has it, but for the FINs that are inferred.
  fileprivate mutating func write(_ end: Endpoint, _ side: inout Sender, _ troubles: borrowing Troubles) {
    endpoint = end
    packets = UInt64(side.packets)
    synPackets = UInt64(side.synCount)
    duplicatePackets = 0
    missingBytes = 0
    ttlRange = nil
    var missing: Int64 = 0
    var low: Int64 = 0
    var resets: UInt32 = 0
    if side.trouble > 1 {
      let trouble = side.trouble
      low = troubles.records[trouble].low
      resets = troubles.records[trouble].rstPackets
      duplicatePackets = UInt64(troubles.records[trouble].duplicatePackets)
      if troubles.records[trouble].hasHoles {
        missing = troubles.records[trouble].missing(below: .max)
        missingBytes = UInt64(troubles.records[trouble].missing(below: min(side.una, side.dataEnd)))
      }
    }
    ackedBytes = UInt64(max(0, min(side.una, side.dataEnd) - low))
    payloadBytes = UInt64(max(0, side.dataEnd - low - missing))
    isReal = side.packets > UInt32(side.synCount) + resets || side.has(.everAcked)
    if side.packets > resets {
      let trouble = side.trouble > 1 ? side.trouble : Troubles.blank
      ttlRange = troubles.records[trouble].ttlRange(with: side)
    }
  }
}

extension Brief {
  /// An attempt: a SYN that nothing has followed.
  init(of attempt: Attempt, _ reason: EndReason) {
    let moment = attempt.moment
    self.init(
      id: attempt.id, ipVersion: 4, state: .attempted, client: attempt.client, server: attempt.server, start: moment)
    client.packets = 1
    client.synPackets = 1
    client.ttlRange = attempt.timeToLive...attempt.timeToLive
    birth = attempt.birth
    // One packet of one side alone never tells that the capture stands at the other.
    kind = .attempt(
      LoneSYN(
        source: attempt.client, target: attempt.server, ipVersion: 4, first: moment, last: moment, count: 1,
        seenAtTarget: false, wasEvicted: reason == .evicted))
  }
}

extension Trouble {
  /// What it tells of is over, and was counted.
  fileprivate var isHarmless: Bool {
    resets == 0 && run == nil && deaf == nil && stall == nil && strangeSYN == nil && syn == nil && !isMixed
  }

  fileprivate var hasHoles: Bool { holes.count > 0 || holes.forgotten > 0 }

  /// Acknowledged up to `ack`, and not in the capture.
  fileprivate func missing(below ack: Int64) -> Int64 { holes.total(below: ack) + holes.forgotten }
}
