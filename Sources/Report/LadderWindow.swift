internal import Flow
internal import Wire

/// An advertised window in bytes.
struct LadderWindow {
  var bytes: UInt64
  /// The scale is not known: there may be more.
  var isLeast: Bool

  var text: String { (isLeast ? "≥" : "") + String(bytes) }
}

extension SegmentReader {
  /// Scaled where both SYNs told (RFC 7323 §2.2); a SYN's own window never is.
  func window(_ segment: Segment, _ side: Side) -> LadderWindow {
    let raw = UInt64(segment.window)
    if segment.flags.contains(.syn) { return LadderWindow(bytes: raw, isLeast: false) }
    guard facts.client.mss != nil || facts.client.windowScale != nil || facts.handshake.syn != nil,
      facts.handshake.synAck != nil
    else { return LadderWindow(bytes: raw, isLeast: raw != 0) }
    // A SYN without a scale is enough to know that nobody scales; of one whose options were cut nobody knows.
    let knowsClients = facts.client.knowsScale
    let knowsServers = facts.server.knowsScale
    let nobodyScales =
      knowsClients && facts.client.windowScale == nil || knowsServers && facts.server.windowScale == nil
    if !nobodyScales, !knowsClients || !knowsServers { return LadderWindow(bytes: raw, isLeast: raw != 0) }
    guard facts.client.windowScale != nil, facts.server.windowScale != nil, let shift = facts[side].windowScale
    else { return LadderWindow(bytes: raw, isLeast: false) }
    return LadderWindow(bytes: raw << UInt64(min(shift, 14)), isLeast: false)
  }
}

extension SideFacts {
  /// Whether it scales its window is known: its SYN told, or was there whole.
  fileprivate var knowsScale: Bool { isn != nil && (windowScale != nil || !optionsCut) }
}
