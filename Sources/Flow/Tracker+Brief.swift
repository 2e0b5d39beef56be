internal import Wire

// Most connections are in order, and a flood is made of attempts: of these nothing is written but what is counted.
extension Tracker {
  /// In brief, where no rule can fit: both closed, or established and idle; all acknowledged, nobody reset, stalled or waiting.
  mutating func briefIfInOrder(_ connection: borrowing Connection) -> Brief? {
    let marks = connection.shared.marks
    guard marks.isDisjoint(with: [.icmp, .reset, .pendingSYN, .watched]), isInOrder(connection.a),
      isInOrder(connection.b)
    else {
      return nil
    }
    switch (connection.a.has(.finAcked), connection.b.has(.finAcked)) {
    case (true, true): return brief(of: connection, .closed)
    case (false, false):
      guard marks.isSuperset(of: [.established, .rolesKnown]), !connection.a.has(.fin), !connection.b.has(.fin),
        connection.a.has(.syn), connection.b.has(.syn)
      else { return nil }
      return brief(of: connection, .established)
    default: return nil
    }
  }

  private mutating func isInOrder(_ side: borrowing Sender) -> Bool {
    guard side.una == side.nxt, side.packets > 0, side.has(.everAcked), !side.has(.zeroWindow) else { return false }
    let trouble = side.trouble
    return trouble == 0 || (trouble > 1 && troubles.records[trouble].isHarmless)
  }

  mutating func brief(of connection: borrowing Connection, _ state: ConnectionState) -> Brief {
    let clientIsA = isClientA(connection)
    var brief = Brief(
      id: connection.shared.id, ipVersion: UInt8(truncatingIfNeeded: connection.key.ipVersion), state: state,
      client: clientIsA ? connection.key.a : connection.key.b, server: clientIsA ? connection.key.b : connection.key.a,
      start: (clientIsA ? Tracker.span(connection.a, connection.b) : Tracker.span(connection.b, connection.a)).start)
    brief.severalPlaces = connection.shared.has(.severalPlaces)
    brief.birth =
      clientIsA
      ? Birth(client: connection.a, server: connection.b) : Birth(client: connection.b, server: connection.a)
    fill(&brief.client, clientIsA ? connection.a : connection.b)
    fill(&brief.server, clientIsA ? connection.b : connection.a)
    return brief
  }

  /// As `SideFacts` has it, but for the FINs that are inferred.
  private mutating func fill(_ end: inout Brief.End, _ side: borrowing Sender) {
    end.packets = UInt64(side.packets)
    end.synPackets = UInt64(side.synCount)
    var missing: Int64 = 0
    var low: Int64 = 0
    var resets: UInt32 = 0
    if side.trouble > 1 {
      let trouble = side.trouble
      low = troubles.records[trouble].low
      resets = troubles.records[trouble].rstPackets
      end.duplicatePackets = UInt64(troubles.records[trouble].duplicatePackets)
      if troubles.records[trouble].hasHoles {
        missing = troubles.records[trouble].missing(below: .max)
        end.missingBytes = UInt64(troubles.records[trouble].missing(below: min(side.una, side.dataEnd)))
      }
    }
    end.ackedBytes = UInt64(max(0, min(side.una, side.dataEnd) - low))
    end.payloadBytes = UInt64(max(0, side.dataEnd - low - missing))
    let said = side.packets > UInt32(side.synCount) + resets
    let wasAcked = side.has(.everAcked)
    end.isReal = said || wasAcked
    if side.packets > resets {
      let trouble = side.trouble > 1 ? side.trouble : Troubles.blank
      end.ttlRange = troubles.records[trouble].ttlRange(with: side)
    }
  }
}

extension Brief {
  /// An attempt: a SYN that nothing has followed.
  init(of attempt: Attempt) {
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
        seenAtTarget: false))
  }
}

extension Trouble {
  /// What it tells of is over, and was counted.
  fileprivate var isHarmless: Bool {
    resets == 0 && run == nil && deaf == nil && stall == nil && strangeSYN == nil && syn == nil
  }

  fileprivate var hasHoles: Bool { holes.count > 0 || holes.forgotten > 0 }

  /// Acknowledged up to `ack`, and not in the capture.
  fileprivate func missing(below ack: Int64) -> Int64 { holes.total(below: ack) + holes.forgotten }
}
