public import Flow
public import Report
public import Wire

// What a live audit shows to whoever looks at it while it runs.
extension LiveRun {
  /// Most packets of a connection that are shown: the latest.
  private static var packetsShown: Int { 2000 }

  /// Counts so far. Findings are not in it: they were told.
  public func figures(version: String) -> LiveFigures {
    let summary = summary()
    var figures = LiveFigures(version: version)
    figures.packets = summary.packets
    figures.tcpPackets = summary.tcpPackets
    figures.undecodedPackets = summary.undecodedPackets
    figures.bytes = summary.bytes
    figures.kernelDropped = summary.kernelDropped
    figures.interfaceDropped = summary.interfaceDropped
    figures.evicted = summary.evicted
    figures.openBytesLost = audit.openBytesLost
    figures.trackerBytes = audit.stages.tracker.memoryInUse
    figures.lag = max(lag, audit.judgingLag)
    figures.waiting = UInt64(audit.stages.tracker.backlog)
    figures.unjudged = summary.unjudged
    let open = audit.open
    figures.openConnections = [
      "attempted": open.attempted, "answered": open.answered, "established": open.established,
      "midstream": open.midstream, "half_closed": open.halfClosed, "closing": open.closing,
    ]
    figures.connections = summary.connections + UInt64(audit.stages.tracker.openConnections)
    return figures
  }

  /// A connection as it is now, or was at its end, where the listener has asked for it (`LiveListener.wanted`).
  public func facts(of connection: UInt64) -> Facts? {
    guard let facts = audit.shown, facts.id == connection else { return nil }
    return facts
  }

  /// The packets of a connection that are still in memory, the oldest first: those that its facts know of.
  public func segments(of facts: Facts) -> [Segment] {
    audit.ring?.segments(of: facts, most: LiveRun.packetsShown) ?? []
  }
}
