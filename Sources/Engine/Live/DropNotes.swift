internal import Audit
internal import Capture

/// When drops are spoken of: as they begin, and while they go on once a minute at most. The whole is said at the end.
struct DropNotes {
  /// Between two of them, ns.
  private static var pause: Int64 { 60_000_000_000 }

  private var said: UInt64 = 0
  private var next = Int64.min

  /// - Parameter now: on a clock that nobody sets, ns.
  /// - Returns: nil where there is nothing to say now.
  mutating func words(_ loss: CaptureLoss, at now: Int64) -> String? {
    guard loss.dropped > said, now >= next else { return nil }
    said = loss.dropped
    next = now + DropNotes.pause
    var parts: [String] = []
    if loss.kernelDropped > 0 { parts.append("\(Numeral.text(loss.kernelDropped)) for want of buffer (--buffer, -f)") }
    if loss.interfaceDropped > 0 { parts.append("\(Numeral.text(loss.interfaceDropped)) by the interface") }
    return "packets are dropped, so far \(parts.joined(separator: ", ")): findings lose confidence"
  }
}
