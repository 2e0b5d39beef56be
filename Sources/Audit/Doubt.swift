internal import Flow
internal import Wire

// What takes certainty from a claim, and whom it clears.
extension Facts {
  /// The capture stands at that side's host, or next to it without a router between: what it does not show, the host did not send or the
  /// capture has lost, unless something between drops it.
  func standsAt(_ side: Side) -> Bool { vantage == (side == .client ? .client : .server) }

  /// Why `side` does not answer: the path or its host. What lies between the capture and the host, a bridge or a firewall, is not
  /// cleared by standing beside it.
  func suspects(forSilenceOf side: Side) -> [Party] { standsAt(side) ? [side.party, .path] : [.path, side.party] }

  /// How long a silence at the end of the recording must be to count, ns: max(3 RTO, 5 s).
  func overdue(_ thresholds: Thresholds) -> Int64 {
    let timeout = max(thresholds.leastTimeout, 2 * (roundTrip ?? 0))
    return max(thresholds.overdue, thresholds.overdueTimeouts * timeout)
  }

  /// `best`, lowered by what the capture may have missed.
  /// - Parameters:
  ///   - interval: what the claim is about.
  ///   - sides: whose packets would refute it if the capture had lost them.
  func confidence(
    _ best: Confidence, from start: Timestamp, to end: Timestamp, losing sides: [Side] = Side.allCases,
    _ surroundings: Surroundings
  ) -> Confidence {
    var steps = 0
    if sides.contains(where: { self[$0].missingBytes > 0 }) || surroundings.hasDoubts(from: start, to: end) {
      steps += 1
    }
    if !surroundings.bothDirectionsSeen || sides.contains(where: { self[$0].packets == 0 }) { steps += 1 }
    if !rolesKnown { steps += 1 }
    return best.lowered(by: steps)
  }
}

extension Burst {
  /// When its sender, who backs off, would have sent it again: a capture that is blind from the last one to that time may lack the answer.
  var nextDue: Timestamp { last.time.advanced(by: 2 * min(max(0, lastGap), .max / 4)) }
}

extension Confidence {
  func lowered(by steps: Int = 1) -> Confidence {
    Confidence(rawValue: UInt8(max(0, Int(rawValue) - steps))) ?? .possible
  }
}

extension Surroundings {
  /// The capture may have lost packets between these moments, or at a time that nobody knows.
  func hasDoubts(from start: Timestamp, to end: Timestamp) -> Bool {
    let isUndated = blind.isEmpty && !knowsWhenDropped && (kernelDropped > 0 || interfaceDropped > 0)
    return isUndated || isBlind(from: start, to: end)
  }

  /// Recorded time since the first of these transmissions, ns. Where the recording is too long to be one, nobody knows how
  /// long it went on after the last of them.
  func recorded(since burst: Burst, _ thresholds: Thresholds) -> Int64 {
    let all = recorded(after: burst.first)
    return all < thresholds.farthest ? all : burst.span
  }

  /// Recorded time after `moment`, ns.
  func recorded(after moment: Moment) -> Int64 { max(0, captureEnd.since(moment.time)) }
}
