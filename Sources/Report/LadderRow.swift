internal import Audit
internal import Flow
internal import Wire

/// What one packet is to the reader of a ladder.
struct LadderRow {
  /// What rows fold with one another.
  enum Kind {
    /// New data and what acknowledges it: nothing to see in a long run.
    case stream
    /// An ACK that was said before, or a packet that was captured before: nothing to see either.
    case echo
    /// Sent before.
    case again
    /// New data behind its time.
    case late
    /// A keepalive or window probe, and its answer.
    case probe
    /// Opens, closes, aborts, opens or shuts the window: always shown.
    case event
  }

  var kind = Kind.stream
  var packet: PacketReference
  var time: Timestamp
  /// Whose packet; of an ICMP error whose packet it quotes.
  var side: Side
  var isICMP = false
  var flags = ""
  /// Relative to the ISN, as Wireshark counts; nil where there is nothing to count from.
  var sequence: Int64?
  var acknowledgment: Int64?
  var length: UInt64 = 0
  var window: LadderWindow?
  var meaning = ""
  /// Rules of the findings that quote this packet.
  var rules: [String] = []
  /// Bytes of the stream that this packet was the first to carry, as offsets.
  var newBytes: Range<Int64>?

  var isEvidence: Bool { !rules.isEmpty }
}

/// An advertised window in bytes.
struct LadderWindow {
  var bytes: UInt64
  /// The scale is not known: there may be more.
  var isLeast: Bool

  var text: String { (isLeast ? "≥" : "") + String(bytes) }
}

/// What was seen of a stream, as offsets: ascending, apart from one another.
struct SeenRanges {
  private(set) var ranges: [Range<Int64>] = []

  var end: Int64 { ranges.last?.upperBound ?? 0 }
  var isEmpty: Bool { ranges.isEmpty }

  func contains(_ range: Range<Int64>) -> Bool {
    nearest(range).map { $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound } ?? false
  }

  func overlaps(_ range: Range<Int64>) -> Bool { nearest(range)?.overlaps(range) ?? false }

  /// The last one that begins before `range` ends: nearly always the last of all.
  private func nearest(_ range: Range<Int64>) -> Range<Int64>? {
    ranges.last { $0.lowerBound < range.upperBound }
  }

  mutating func insert(_ range: Range<Int64>) {
    guard !range.isEmpty else { return }
    var joined = range
    // Nearly always at the end.
    var first = ranges.count
    while first > 0, ranges[first - 1].upperBound >= joined.lowerBound { first -= 1 }
    var last = first
    while last < ranges.count, ranges[last].lowerBound <= joined.upperBound {
      joined = min(joined.lowerBound, ranges[last].lowerBound)..<max(joined.upperBound, ranges[last].upperBound)
      last += 1
    }
    ranges.replaceSubrange(first..<last, with: [joined])
  }
}
