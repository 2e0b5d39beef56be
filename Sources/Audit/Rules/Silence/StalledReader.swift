internal import Flow
internal import Wire

extension Rule {
  static let stalledReader = Rule(
    id: "stalled-reader", section: .silence, severity: .warning, when: .stall,
    title: "a zero window that never opens again: the application does not read"
  ) { facts, surroundings, thresholds in
    for reader in Side.allCases {
      if let finding = facts.stalled(reader, surroundings, thresholds) { return finding }
    }
    return nil
  }
}

extension Facts {
  /// Its window was zero to the end. New data of the peer since then tell that it was not, and that the capture lost the word of it.
  func isStalled(_ side: Side) -> Bool {
    guard let stall = self[side].stall, stall.reopened == nil else { return false }
    let writer = self[side.other]
    // A single byte is how other stacks than Linux ask whether the window is open (RFC 9293 §3.8.6.1).
    guard let data = writer.lastNewData, writer.dataEnd - writer.lastNewOffset > 1 else { return true }
    if !stall.since.precedes(data) { return true }
    // What was under way when a window shrank was answered by the same word.
    return data.precedes(stall.last) && data.time.since(stall.since.time) <= roundTrip ?? 0
  }

  fileprivate func stalled(_ reader: Side, _ surroundings: Surroundings, _ thresholds: Thresholds) -> Finding? {
    guard let stall = self[reader].stall, isStalled(reader), state != .closed, stall.last != stall.since else {
      return nil
    }
    let writer = self[reader.other]
    let said = stall.last.time.since(stall.since.time)
    let lasted = endOfStall(surroundings).since(stall.since.time)
    // It was said over all that time; or the writer asks, and was answered so the last time it asked.
    guard said >= thresholds.stall || (lasted >= thresholds.stall && writer.windowProbePackets > 0) else { return nil }
    let ample = said >= 2 * thresholds.stall && self[reader].zeroWindowPackets >= 4
    let confidence = confidence(
      ample ? .certain : .likely, from: stall.since.time, to: stall.last.time, losing: [reader], surroundings)
    return Finding(
      rule: "stalled-reader", severity: .warning, confidence: confidence, suspects: [reader.party],
      summary:
        "the \(reader.name) does not read: its window was zero for \(Audit.duration(lasted)) and did not open again",
      evidence: [
        Evidence(stall.since, reader, "zero window"),
        Evidence(stall.last, reader, "still zero, \(Audit.duration(said)) later"),
      ],
      facts: [
        NamedFact("stalled", duration: lasted), NamedFact("zero_windows", Int64(self[reader].zeroWindowPackets)),
        NamedFact("window_probes", Int64(writer.windowProbePackets)),
        NamedFact("unacked_bytes", Int64(clamping: writer.unackedBytes)),
      ],
      mend: "Its kernel answers, its application does not read: look at what the process at the \(reader.name) does "
        + "(ss -tn shows Recv-Q full; a stack trace shows where it waits).")
  }

  /// Where the stall ends at the latest: with the connection, or with the recording.
  private func endOfStall(_ surroundings: Surroundings) -> Timestamp {
    if let abort { return abort.reset.moment.time }
    return surroundings.captureEnd
  }
}
