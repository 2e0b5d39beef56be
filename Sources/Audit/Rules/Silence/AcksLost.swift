internal import Flow
internal import Wire

extension Rule {
  static let acksLost = Rule(
    id: "acks-lost", section: .silence, severity: .error, when: .deaf,
    title: "data come again and again although their ACKs are on the wire"
  ) { facts, surroundings, thresholds in
    guard !facts.isAfterlife, let (side, deaf) = facts.deafSide(surroundings, thresholds),
      facts.state != .closed || facts[side].resets?.effective != nil
    else { return nil }
    let unheard = side.other
    let ample = deaf.count >= thresholds.dataTransmissions + 1 && deaf.span >= 2 * thresholds.silentSpan
    let confidence = facts.confidence(
      ample ? .certain : .likely, from: deaf.first.time, to: deaf.last.time, losing: [side], surroundings)
    var evidence = [
      Evidence(deaf.first, side, "sent again, though acknowledged"),
      Evidence(deaf.last, side, "and again, the \(ordinal(deaf.count)) time"),
    ]
    if let last = facts[unheard].lastAlive {
      evidence.append(Evidence(last, unheard, "the last packet of the \(unheard.name), which says that it has arrived"))
    }
    return Finding(
      rule: "acks-lost", severity: .error, confidence: confidence,
      suspects: facts.standsAt(side) ? [.path, side.party] : [.path],
      summary: "the \(side.name) does not hear the \(unheard.name): what was acknowledged came again "
        + "\(count(deaf.count, "time")) over \(duration(deaf.span))",
      evidence: evidence.sorted { $0.moment.precedes($1.moment) },
      facts: [
        NamedFact("deaf", side.name), NamedFact("repetitions", Int64(deaf.count)),
        NamedFact("span", duration: deaf.span), NamedFact("last_gap", duration: deaf.lastGap),
        NamedFact("unacked_bytes", Int64(clamping: facts[unheard].unackedBytes)),
      ],
      mend: "Packets from the \(unheard.name) to the \(side.name) are lost behind the capture: capture at the "
        + "\(side.name)'s side, and look for a firewall or a route that works in one direction only.")
  }
}

extension Facts {
  /// The side that repeats what was acknowledged: the transmission that the ACKs answered counts too. Recorded for so long that
  /// it can be told.
  func deafSide(_ surroundings: Surroundings, _ thresholds: Thresholds) -> (Side, Burst)? {
    for side in Side.allCases {
      guard let deaf = self[side].deaf, deaf.count + 1 >= thresholds.dataTransmissions,
        deaf.span >= thresholds.silentSpan,
        surroundings.recorded(since: deaf, thresholds) >= overdue(thresholds), deaf.growing >= 1,
        self[side.other].resets?.effective == nil
      else { continue }
      // By its own it gives up, unless all is over; or it was silent for longer than who hears nothing would be.
      if let reset = self[side].resets?.effective,
        !reset.flags.contains(.ack) || !deaf.last.precedes(reset.moment) || reset.isAfterClose
          || reset.moment.time > deaf.nextDue
      {
        continue
      }
      return (side, deaf)
    }
    return nil
  }
}
