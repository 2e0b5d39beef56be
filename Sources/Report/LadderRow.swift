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
