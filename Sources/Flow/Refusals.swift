internal import Wire

// Attempts that were refused, and nothing else: they stay as small as they were, in the queue of the closed, until a straggler,
// the next SYN on their tuple, or their end.
extension Tracker {
  /// Keeps `segment` with the attempt that it refuses, if that is all it does.
  @inline(never) mutating func refuse(_ index: UInt32, _ segment: inout Segment, _ key: FlowKey) -> Bool {
    guard Tracker.isAttempt(index), options.setsRefusalsAside else { return false }
    let place = index & ~Tracker.attemptBit
    guard attempts[place].refusal == 0, let reset = RefusingReset(&segment, of: attempts[place], at: place),
      let kept = refusals.allocate(reset)
    else { return false }
    attempts[place].refusal = kept
    queueUp(
      Lingering(
        index: kept | Tracker.attemptBit, generation: 0, since: max(attempts[place].moment.time, reset.moment.time)),
      key)
    return true
  }

  /// The RST that refused an attempt goes on in the connection that was made of both.
  mutating func follow(_ kept: UInt32, _ syn: Segment, in record: UInt32, fromA: Bool) {
    var reset = refusals[kept].segment(answering: syn)
    records[record].observe(&reset, fromA: !fromA, troubles: &troubles)
    if refusals[kept].turn.state == .alone {
      records[record].shared.marks.insert(.lingering)
      refusals[kept].turn.move(to: record, generation: records[record].shared.generation)
    } else {
      // Its turn in the queue came when room was made for the connection.
      noteEnd(record)
    }
  }

  /// What is written of a refused attempt.
  mutating func endRefused(_ attempt: Attempt) {
    let refusal = Refusal(attempt: attempt, refusing: refusals[attempt.refusal], observedUntil: now)
    refusals[attempt.refusal].turn.leave()
    if options.briefRefusals {
      write(Brief(of: refusal))
    } else {
      write(facts(of: refusal))
    }
  }

  /// The facts of a connection that was given in brief: those of its two packets.
  public mutating func facts(of refusal: Refusal) -> Facts {
    var syn = refusal.attempt.segment
    let (key, fromA) = FlowKey.of(syn, scope: 0)
    var connection = Connection(key: key, hash: 0, beginning: &syn)
    connection.observe(&syn, fromA: fromA, troubles: &troubles)
    var reset = refusal.refusing.segment(answering: syn)
    connection.observe(&reset, fromA: !fromA, troubles: &troubles)
    var facts = facts(of: &connection, index: 0, .reset)
    facts.observedUntil = refusal.observedUntil
    troubles.release(connection.a)
    troubles.release(connection.b)
    return facts
  }
}

extension Brief {
  init(of refusal: Refusal) {
    self.init(
      id: refusal.attempt.id, ipVersion: 4, state: .refused, client: refusal.attempt.client,
      server: refusal.attempt.server, start: refusal.attempt.moment)
    client.packets = 1
    client.synPackets = 1
    client.ttlRange = refusal.attempt.timeToLive...refusal.attempt.timeToLive
    server.packets = 1
    birth = refusal.attempt.birth
    birth?.serverFirst = refusal.refusing.moment.time
    birth?.serverTTL = refusal.refusing.timeToLive
    kind = .refusal(refusal)
  }
}
