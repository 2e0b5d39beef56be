internal import Wire

/// What was seen of a side, one bit each.
struct SenderMarks: OptionSet, BitwiseCopyable {
  var rawValue: UInt32

  /// `origin` is known: from a packet of this side, or from an ACK of the other.
  static var origin: Self { .init(rawValue: 1 << 0) }
  static var syn: Self { .init(rawValue: 1 << 1) }
  static var fin: Self { .init(rawValue: 1 << 2) }
  static var finAcked: Self { .init(rawValue: 1 << 3) }
  /// The peer acknowledged something of this side.
  static var everAcked: Self { .init(rawValue: 1 << 4) }
  /// The last window that this side advertised was 0.
  static var zeroWindow: Self { .init(rawValue: 1 << 5) }
  static var mss: Self { .init(rawValue: 1 << 6) }
  static var windowScale: Self { .init(rawValue: 1 << 7) }
  static var sackPermitted: Self { .init(rawValue: 1 << 8) }
  static var timestamps: Self { .init(rawValue: 1 << 9) }
  static var mptcp: Self { .init(rawValue: 1 << 10) }
  static var data: Self { .init(rawValue: 1 << 11) }
  /// `timed` is running: see `timedOffset`.
  static var timing: Self { .init(rawValue: 1 << 12) }
  /// The latest new data were short, captured, and no TLS alert.
  static var noAlert: Self { .init(rawValue: 1 << 13) }
  /// The SYN carried ACK.
  static var synAck: Self { .init(rawValue: 1 << 14) }
  /// In what was cut of the SYN there may be options: what is not marked is unknown.
  static var optionsUnknown: Self { .init(rawValue: 1 << 15) }
  /// The FIN is in `cleanFIN`, and there is no cold record.
  static var cleanFIN: Self { .init(rawValue: 1 << 16) }
  /// With it: the peer's SND.UNA was known.
  static var peerAckKnownAtFIN: Self { .init(rawValue: 1 << 17) }
  /// Of some packet the capture has not even the flags.
  static var headerCut: Self { .init(rawValue: 1 << 18) }
  static var reset: Self { .init(rawValue: 1 << 19) }
  /// Of an ACK of the peer that left something outstanding not all options were captured: it may have been a SACK.
  static var sackNotCaptured: Self { .init(rawValue: 1 << 20) }
  /// Its SYN joins a connection of multipath TCP.
  static var mptcpJoin: Self { .init(rawValue: 1 << 21) }
  /// The peer acknowledged one byte more than was seen, which may be a FIN: see InferredFIN.swift.
  static var supposedFIN: Self { .init(rawValue: 1 << 22) }
  /// With a FIN: of both sides' data, its sender's were the latest, or came with it.
  static var lastWord: Self { .init(rawValue: 1 << 23) }
  /// With `.optionsUnknown`: no packet has shown yet that MPTCP is not among them.
  static var mptcpUnknown: Self { .init(rawValue: 1 << 24) }
  /// With `cleanFIN`: it was the first to acknowledge `cleanFIN.peerAcked`.
  static var ackedByFIN: Self { .init(rawValue: 1 << 25) }
  /// With a FIN: the latest data before it came behind a silence of the whole connection.
  static var lateLastData: Self { .init(rawValue: 1 << 26) }
}

/// A packet's likeness, to know a copy that the capture made: header hash and microseconds (low 32 bits).
struct Likeness: BitwiseCopyable {
  var hash: UInt32 = 0
  var microseconds: UInt32 = 0
}

/// One side of a connection: its sequence space and its counts.
///
/// Offsets are bytes of this side's stream; offset 0 is `origin` = ISN + 1 (midstream: the first sequence number seen).
///
///     [una, nxt)     sent and not acknowledged: una is SND.UNA, nxt is SND.NXT, as the wire showed them
///     nxt            one past the highest byte sent; counts the FIN
///     [low, nxt)     less the holes: what the capture has seen
///
/// Invariants: una <= nxt; low <= 0; every hole lies in [low, nxt).
struct Sender: BitwiseCopyable {
  var origin = SequenceNumber(0)
  var marks = SenderMarks()
  var window: UInt16 = 0
  var widestWindow: UInt16 = 0
  var mss: UInt16 = 0
  var synCount: UInt16 = 0
  var nxt: Int64 = 0
  var una: Int64 = 0
  var packets: UInt32 = 0
  /// Cold record, 0 where there was no trouble.
  var trouble: UInt32 = 0
  var wireBytes: UInt64 = 0
  var sentBytes: UInt64 = 0
  var last = Moment(time: Timestamp(nanoseconds: 0), packet: .none)
  /// Where the latest new data began, and when it was sent.
  var lastNewOffset: Int64 = 0
  var lastNew = Moment(time: Timestamp(nanoseconds: 0), packet: .none)
  /// One segment at a time is timed until it is acknowledged, as a kernel does without timestamps (RFC 6298 §3): it
  /// gives the round trip, and tells how long the oldest outstanding byte has waited.
  var timedOffset: Int64 = 0
  var timed = Moment(time: Timestamp(nanoseconds: 0), packet: .none)
  /// Silence of the connection before the timed segment, ms.
  var timedIdle: UInt32 = 0
  /// Shortest time to the peer and back, µs; `.max` where nothing was measured.
  var leg: UInt32 = .max
  var likeness = InlineArray<2, Likeness>(repeating: Likeness())
  var largestSent: UInt32 = 0
  var largestAcked: UInt32 = 0
  var largestEnd: Int64 = 0
  var ipID: UInt16 = 0
  var macHash: UInt16 = 0
  var windowScale: UInt8 = 0
  var ttl: UInt8 = 0
  var ttlLow: UInt8 = 0
  var ttlHigh: UInt8 = 0
  /// Longest silence of the connection before something of this side that the peer answered, ms.
  var survivedIdle: UInt32 = 0
  // From here on, what no packet in the middle of a stream touches.
  var first = Moment(time: Timestamp(nanoseconds: 0), packet: .none)
  var cleanFIN = CleanFIN()

  init() {}

  @inline(__always) func has(_ mark: SenderMarks) -> Bool { marks.contains(mark) }

  /// Offset of a sequence number: from the widest window behind SND.NXT on. Nothing under way lies farther behind (RFC 7323
  /// §2.3), so that what seems to is ahead of it: after a gap in the capture.
  @inline(__always) func offset(of sequence: SequenceNumber) -> Int64 {
    let lowest = nxt - Plausible.window
    return lowest + Int64(sequence.rawValue &- origin.rawValue &- UInt32(truncatingIfNeeded: lowest))
  }

  @inline(__always) func sequence(at offset: Int64) -> SequenceNumber {
    SequenceNumber(origin.rawValue &+ UInt32(truncatingIfNeeded: offset))
  }

  /// One past the last data byte: without the FIN.
  @inline(__always) var dataEnd: Int64 { has(.fin) ? nxt - 1 : nxt }

  /// The latest new data; nil too where all that was seen fills holes below what had been acknowledged.
  var latestData: Moment? { has(.data) && !lastNew.packet.isNone ? lastNew : nil }

  /// SND.UNA is more than where the input met this side.
  var ackIsKnown: Bool { has(.everAcked) || has(.syn) }

  @inline(__always) var outstanding: Bool { una < nxt }

  /// Its SYN offered a window scale; nil where that was cut.
  var scales: Bool? { has(.windowScale) ? true : has(.optionsUnknown) ? nil : false }

  /// The advertised window in bytes; nil where the scale is unknown and may matter.
  func scaledWindow(peerScales: Bool?) -> Int64? {
    if window == 0 { return 0 }
    guard has(.syn) else { return nil }
    if scales == false || peerScales == false { return Int64(window) }
    guard scales == true, peerScales == true else { return nil }
    return Int64(window) << Int64(min(windowScale, 14))
  }
}
