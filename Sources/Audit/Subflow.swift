internal import Flow
internal import Wire

// Of multipath TCP a capture's connection is a subflow. It comes and goes, and falls silent, while the connection goes on: what one
// leaves behind another delivers (RFC 8684 §3.3.6, §3.6), on other addresses or in no capture at all.
extension Facts {
  /// Others may carry on where this one ends. MP_FASTCLOSE aborts them all; a SYN with MP_CAPABLE that nobody answers begins a
  /// connection that has no other.
  /// - Parameter reset: the RST that ended it.
  func isSubflow(endedBy reset: Reset?) -> Bool {
    let options = reset?.options ?? []
    if options.contains(.mptcpFastClose) { return false }
    return client.mptcp && server.mptcp || client.mptcpJoin || server.mptcpJoin || options.contains(.mptcpSubflow)
  }

  /// What the capture cut from its SYNs may say that it is one.
  var mayBeSubflow: Bool {
    (client.mptcp || client.mptcpUnknown) && (server.mptcp || server.mptcpUnknown || server.isn == nil)
      || client.isn == nil && server.mptcpUnknown
  }
}

extension Rule {
  /// What is left of a finding where it is made on a subflow: a note that accuses nobody, and that nothing is lost; nil of a rule that
  /// knows no notes.
  func note(onSubflow finding: Finding) -> Finding? {
    if isSameOnSubflows { return finding }
    guard severities.contains(.note) else { return nil }
    var note = finding
    note.severity = .note
    note.confidence = .possible
    note.suspects = []
    note.bytesLost = nil
    note.bytesLostExact = false
    note.summary += " (on a subflow of multipath TCP: another may carry on, and deliver what this one did not)"
    note.mend = "Nothing, where another subflow carries on: see which other connections these hosts have (ss -tM)."
    return note
  }

  /// A finding on what may be a subflow, though nothing says so: there may be another explanation of the same packets.
  func doubt(onPossibleSubflow finding: Finding) -> Finding {
    guard !isSameOnSubflows, finding.confidence == .certain else { return finding }
    var doubted = finding
    doubted.confidence = .likely
    return doubted
  }

  /// It tells of no end and no silence of a connection: who forges does, who does not read does not, and a kernel holds what it holds.
  private var isSameOnSubflows: Bool {
    section == .sockets || id == Rule.resetForged.id || id == Rule.stalledReader.id
  }
}
