internal import Wire

/// What Zeek holds one end to be.
enum ZeekState: UInt8 {
  /// Nothing was seen of it.
  case inactive
  case synSent
  /// A SYN-ACK from the one who seems to be the originator.
  case synAckSent
  /// Data, but no SYN.
  case partial
  case established
  /// Sent a FIN.
  case closed
  /// Sent a RST.
  case reset

  /// Nothing, or no beginning, was seen of it.
  var isInactive: Bool { self == .inactive || self == .partial }
}

/// What was said or done once for an endpoint.
struct ZeekMarks: OptionSet, BitwiseCopyable {
  var rawValue: UInt16

  static var syn: Self { .init(rawValue: 1 << 0) }
  static var fin: Self { .init(rawValue: 1 << 1) }
  static var rst: Self { .init(rawValue: 1 << 2) }
  static var ack: Self { .init(rawValue: 1 << 3) }
  static var data: Self { .init(rawValue: 1 << 4) }
  static var finAndRST: Self { .init(rawValue: 1 << 5) }
  static var severalFlags: Self { .init(rawValue: 1 << 6) }
  /// Its first packet was seen.
  static var heard: Self { .init(rawValue: 1 << 7) }
  /// Sent a FIN or RST; counts as closed when its data are delivered.
  static var closing: Self { .init(rawValue: 1 << 8) }
  static var didClose: Self { .init(rawValue: 1 << 9) }
  static var sentFIN: Self { .init(rawValue: 1 << 10) }
}

/// One end of a connection as Zeek follows it. Offsets count from `start`: the SYN is 0, the first byte of data 1.
struct ZeekEndpoint: BitwiseCopyable {
  /// What a SYN or RST may be away from what was expected, and an ACK of 0, to be believed.
  private static var tooLarge: Int32 { 1 << 20 }

  private(set) var state = ZeekState.inactive
  private(set) var previous = ZeekState.inactive
  var marks = ZeekMarks()
  private var start = SequenceNumber(0)
  /// One past the highest offset sent.
  private(set) var last: Int64 = 0
  /// The highest offset that the peer acknowledged.
  private(set) var acked: Int64 = 0
  /// One past the FIN, where `marks` has `.sentFIN`.
  var finEnd: Int64 = 0
  /// Where the latest of each was; the low 32 bits tell them apart.
  var lastSYN: UInt32 = 0
  var lastFIN: UInt32 = 0
  var lastRST: UInt32 = 0
  /// Saturating.
  var packets: UInt32 = 0
  var ipBytes: UInt64 = 0
  var retransmissions = ZeekTally()
  var gaps = ZeekTally()
  var zeroWindows = ZeekTally()
  var badChecksums = ZeekTally()
  var contents = ZeekContents()

  @inline(__always) func has(_ mark: ZeekMarks) -> Bool { marks.contains(mark) }

  mutating func enter(_ next: ZeekState) {
    guard next != state else { return }
    previous = state
    state = next
  }

  /// Where its sequence space begins; a later SYN may move that.
  @inline(__always) mutating func begin(_ segment: Segment) {
    let isSYN = segment.flags.contains(.syn)
    switch state {
    case .inactive:
      if isSYN {
        restart(segment)
      } else {
        // As if a SYN had been just before it.
        restart(at: segment.sequence.advanced(by: -1), last: 1)
      }
    case .synSent, .synAckSent:
      if isSYN, segment.sequence != start { restart(segment) }
    case .established, .partial:
      if isSYN { restart(segment) }
    case .reset:
      // The RST may have been an intruder's.
      if isSYN, previous == .inactive { restart(segment) }
    case .closed: break
    }
  }

  private mutating func restart(_ segment: Segment) {
    restart(at: segment.sequence, last: Int64(ZeekEndpoint.length(segment)))
  }

  private mutating func restart(at sequence: SequenceNumber, last: Int64) {
    start = sequence
    self.last = last
    acked = 0
  }

  /// Never heard: its stream is known from the ACK alone, and guessed anew with each.
  mutating func beginHidden(acknowledgment: SequenceNumber) {
    restart(at: acknowledgment.advanced(by: -1), last: 0)
  }

  /// Sequence space of a segment; data in a RST is no part of the stream.
  static func length(_ segment: Segment) -> Int {
    segment.flags.contains(.rst)
      ? segment.sequenceLength - Int(segment.payloadLength) : segment.sequenceLength
  }

  @inline(__always) func offset(ofSent sequence: SequenceNumber) -> Int64 {
    last &+ Int64(sequence.distance(from: start.advanced(by: Int(last))))
  }

  @inline(__always) func offset(ofAcknowledged sequence: SequenceNumber) -> Int64 {
    acked &+ Int64(sequence.distance(from: start.advanced(by: Int(acked))))
  }

  /// The peer acknowledged all below `sequence`.
  @inline(__always) mutating func acknowledge(_ sequence: SequenceNumber) {
    let distance = sequence.distance(from: start.advanced(by: Int(acked)))
    // A jump to 0 is a broken stack's ACK rather than a large stream's.
    guard distance > 0, sequence.rawValue != 0 || distance <= ZeekEndpoint.tooLarge else { return }
    acked &+= Int64(distance)
  }

  /// Takes in what a segment says of the end of the stream. Returns whether it brought data that had been sent before.
  @inline(__always) mutating func advance(_ segment: Segment) -> Bool {
    let end = segment.sequence.advanced(by: ZeekEndpoint.length(segment))
    let distance = end.distance(from: start.advanced(by: Int(last)))
    if !segment.flags.isDisjoint(with: [.syn, .rst]), distance.magnitude > UInt32(ZeekEndpoint.tooLarge) {
      return false
    }
    if segment.flags.contains(.fin), last == 1 {
      // Nothing but SYN and FIN was seen: the stream may have been longer than 2 GiB.
      last &+= Int64(UInt32(bitPattern: distance))
      return false
    }
    if state == .reset { return false }
    if distance > 0 {
      last &+= Int64(distance)
      return false
    }
    return segment.payloadLength > 0
  }

  /// The SYN was acknowledged at most.
  var nothingAcked: Bool { acked <= 1 }

  /// Bytes of the stream by its sequence numbers, sent or acknowledged, SYN and FIN excluded.
  func size(peer: ZeekState) -> UInt64 {
    // A half-open connection was found and aborted: there was no stream.
    if previous == .synSent, state == .reset, peer == .inactive, acked != 0, acked != 1 { return 0 }
    let size = max(last, acked)
    guard size > 0 else { return 0 }
    return UInt64(max(0, size - (has(.sentFIN) ? 2 : 1)))
  }

  /// Sent a FIN or RST, and data of it, or of the peer, is still to come.
  func isPending(peer: ZeekEndpoint) -> Bool {
    if contents.gaveUp || last < contents.delivered { return false }
    if contents.delivered != last &- 1, contents.delivered != last { return true }
    return state != .reset && peer.contents.hasUndelivered
  }
}
