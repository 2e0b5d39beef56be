internal import Flow
internal import Wire

/// One side's stream as far as a ladder has read it.
struct LadderSide {
  /// Sequence number of offset 0.
  private var origin: SequenceNumber?
  /// Offset of the latest segment, from which the next one is reckoned: numbers wrap, offsets do not.
  private var latest: Int64 = 0
  var seen = SeenRanges()
  /// Highest acknowledgment of the peer for this side, as an offset; nil before the first.
  var acked: Int64?
  /// Offset after the FIN.
  var finEnd: Int64?
  var finCount = 0
  var finWasAcked = false
  var synCount = 0
  var lastWindow: LadderWindow?
  /// What the last packet was, if a keepalive or probe: the peer's next bare ACK answers it.
  var probe: String?
  /// A RST of it ended the connection.
  var aborted = false
  /// The peer's RST is to be challenged: the next bare ACK does that.
  var challenges = false
  /// Number of transmissions by the offset at which they begin.
  var transmissions: [Int64: (packet: PacketReference, count: Int)] = [:]
  /// Tells what the capture has a second time.
  var recent: RecentPackets

  init(_ facts: SideFacts, _ places: InputPlaces = InputPlaces()) {
    origin = facts.origin
    recent = RecentPackets(places)
  }

  /// The offset of a sequence number of this side; nil where it cannot be of this stream.
  mutating func offset(of number: SequenceNumber, moves: Bool) -> Int64? {
    if origin == nil, moves { origin = number }
    guard let origin else { return nil }
    let base = origin.advanced(by: Int(truncatingIfNeeded: latest))
    let offset = latest + Int64(number.distance(from: base))
    guard offset >= -1 << 20 else { return nil }
    if moves, offset > latest { latest = offset }
    return offset
  }
}
