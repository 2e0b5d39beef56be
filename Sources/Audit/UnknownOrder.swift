internal import Flow
internal import Wire

// Where a capture has packets behind their own answers, nobody knows which of two packets came first that stand no farther apart: how a
// connection ended within that time, and what was under way then, is told by no order.
extension Facts {
  /// What is left of a finding, where all that it rests on, the oldest of what it counts as lost included, happened in less time than the
  /// order is known for.
  func finding(_ finding: Finding, of rule: Rule) -> Finding {
    guard orderIsUnknown(of: finding) else { return finding }
    guard isLostInAnyOrder(finding) else { return rule.note(ofUnknownOrder: finding, disorder) }
    // One ACK that the capture lost would have made a note of it.
    var doubted = finding
    doubted.confidence = min(finding.confidence, .likely)
    return doubted
  }

  private func orderIsUnknown(of finding: Finding) -> Bool {
    let known = 2 * disorder
    // That the answer came behind the FIN its own numbers say.
    if finding.rule == Rule.halfCloseTruncated.id,
      Side.allCases.contains(where: { self[$0].fin?.firstAfterAcksFin == true })
    {
      return false
    }
    guard known > 0, let first = finding.evidence.map(\.moment.time).min(),
      let last = finding.evidence.map(\.moment.time).max()
    else { return false }
    var start = first
    if finding.bytesLost ?? 0 > 0 {
      for side in Side.allCases where self[side].lostBytes > 0 {
        if let waiting = self[side].unanswered { start = min(start, waiting.sent.first.time) }
      }
    }
    return last.since(start) <= known
  }

  /// What was lost are data of who reset, and its RST stands behind the last of them by its own number: they were sent before it, and no
  /// packet of the capture acknowledges them, wherever it stands, not even a RST of the peer, which may have been the first. (A bare one
  /// bears its peer's number: it may answer an ACK that is not there.)
  private func isLostInAnyOrder(_ finding: Finding) -> Bool {
    guard let (side, reset) = abort, let lost = finding.bytesLost, lost > 0, lost == self[side].lostBytes else {
      return false
    }
    // Of a connection that begins with its RST, or shares its 4-tuple, what acknowledges them may count as another's.
    guard reset.ownLastData != nil, !tupleReused else { return false }
    return finding.rule == Rule.transferTruncated.id && reset.flags.contains(.ack) && !self[side].mayLackACKs
      && reset.offset == self[side].sndNxt && self[side.other].rstPackets == 0
  }
}

extension Rule {
  /// What is left of a finding that rests on an order which the capture does not have: a note, where the rule knows notes.
  func note(ofUnknownOrder finding: Finding, _ disorder: Int64) -> Finding {
    // Whose RST it is other tests tell, which know what order is worth; a silence lasts, however its beginning is ordered.
    let isTold = [Rule.resetForged.id, Rule.finUnanswered.id, Rule.finUnacked.id].contains(id)
    if isTold || !(section == .closing || section == .truncation) { return finding }
    var note = finding
    note.confidence = .possible
    guard severities.contains(.note) else { return note }
    note.severity = .note
    note.bytesLost = nil
    note.bytesLostExact = false
    note.summary +=
      " (as the capture has it, which shows packets up to \(duration(disorder)) behind their answers: what came first is not known)"
    return note
  }
}
