internal import Wire

/// What only a side in trouble, or one that closes, needs: made on demand, out of the hot record.
struct Trouble: BitwiseCopyable {
  var duplicatePackets: UInt32 = 0
  var retransmittedPackets: UInt32 = 0
  var retransmittedBytes: UInt64 = 0
  var outOfOrderPackets: UInt32 = 0
  var finPackets: UInt32 = 0
  var rstPackets: UInt32 = 0
  var keepalivePackets: UInt32 = 0
  var zeroWindowPackets: UInt32 = 0
  var windowProbePackets: UInt32 = 0
  /// How long all had been silent before a keepalive of it that was the first to acknowledge what the peer had said, ns; 0 where none was.
  var acksLateBy: Int64 = 0
  /// Lowest offset seen: below 0 where segments from before the first one came later.
  var low: Int64 = 0
  var holes = Ranges()
  /// What was sent last before the newest hole, and when that opened: what is missing was sent between.
  var holeFrom = Timestamp(nanoseconds: 0)
  var holeSince = Timestamp(nanoseconds: 0)
  /// Above SND.UNA and selectively acknowledged.
  var sacked = Ranges()
  var syn: Burst?
  var fin: Fin?
  /// Next place in `fin.recentAcks`.
  var ackCursor: UInt8 = 0
  var run: Unanswered?
  /// Where `run`'s segment begins.
  var runOffset: Int64 = 0
  /// What was repeated last above SND.UNA, while nothing at it was.
  var above: Moment?
  var aboveOffset: Int64 = 0
  var aboveIPID: UInt16 = 0
  /// TSecr of the latest repetition or probe.
  var echo: UInt32 = 0
  var deaf: Burst?
  var deafOffset: Int64 = 0
  var stall: Stall?
  /// Index of the reset record, 0 none.
  var resets: UInt32 = 0
  /// An ACK far beyond what was seen is believed when another one agrees, and this side itself did not speak against it between.
  var distrustedAck: Int64 = -1
  /// This side's packets when it came.
  var packetsAtDistrust: UInt32 = 0
  /// A segment far beyond, likewise; or when the peer acknowledges it.
  var far: FarSegment?
  /// Where another stream under the same 4-tuple stood when this one began, or leapt away from it: see Mixed.swift.
  var left: SequenceNumber?
  /// When it did, and how many packets were seen there since: three are no stragglers.
  var leftAt = Timestamp(nanoseconds: 0)
  var seenThere: UInt8 = 0
  /// The number that was seen there last: one packet again and again is no stream.
  var lastThere: SequenceNumber?
  var isMixed = false
  /// The silence in which its stream leapt last by more than anybody has in flight; both 0 where it never did.
  var leaptFrom = Timestamp(nanoseconds: 0)
  var leaptAt = Timestamp(nanoseconds: 0)
  /// How far it did, bytes; and where to, if that is as far as a clock that gives ISNs had come, else -1.
  var leaptBy: Int64 = 0
  var isnClock: Int64 = -1
  /// Its latest packet, while there is a cold record.
  var latest: Bearing?
  /// By how much the latest two of its packets that were alike differed, 0 where none were.
  var twinShift: Int64 = 0
  /// The packet by which SND.UNA moved last.
  var progress: Moment?
  /// As `SideFacts.heldUp`.
  var heldUp: Burst?
  /// The latest data that were recorded behind their ACK.
  var late: LateData?
  /// The longest time by which data were, ns.
  var lateBy: Int64 = 0
  /// Where a side with RSTs sent something else last.
  var lastAlive: Moment?
  /// A SYN in another sequence space that led to nothing.
  var strangeSYN: Moment?
  /// A second ISN in a SYN-ACK: followed if the client acknowledges it, and has acknowledged no other. Or that of a SYN which is seen on
  /// both sides of a device that rewrites it.
  var otherISN: SequenceNumber?
  /// More likenesses, from when there was a cold record.
  var recent = RecentLikenesses()
  /// TTLs of the copies of its packets.
  var copyTTLLow = UInt8.max
  var copyTTLHigh: UInt8 = 0
  /// Once a copy was told, of this side or of its peer.
  var copies: KnownCopies?
  /// The input, counted from 1, from which the connection came before what was in it came from another: see Places.swift.
  var crossedFrom: UInt32 = 0
  /// TTL of a packet that the same input has twice, the second time; 0 where it has none: see Places.swift.
  var secondTTL: UInt8 = 0
  /// And the first place went on.
  var cameBack = false

  init() {}

  /// Of the side's packets and their copies.
  func ttlRange(with side: borrowing Sender) -> ClosedRange<UInt8> {
    let low = min(side.ttlLow, copyTTLLow)
    return low...max(low, side.ttlHigh, copyTTLHigh)
  }

  /// The peer acknowledged, by that step, what the capture has not.
  func losesBytes(from before: Int64, to ack: Int64) -> Bool {
    holes.count > 0 && holes.total(below: ack) > holes.total(below: before)
  }
}

/// A segment too far ahead of its stream to be believed by itself.
struct FarSegment: BitwiseCopyable {
  var moment: Moment
  var start: Int64
  var end: Int64
  var isFIN: Bool
  /// This side's packets when it came.
  var packets: UInt32
}

/// Data that were sent before the packet behind which they were recorded.
struct LateData: BitwiseCopyable {
  var packet: PacketReference
  var ack: Moment
}

/// The cold records of all connections. A full region gives out its last place again: the facts of that one suffer, and
/// `overflowed` says how often.
struct Troubles: ~Copyable {
  var records: Region<Trouble>
  var resets: Region<Resets>
  /// The place of one that says nothing: copied whole, another is made sooner than field by field.
  static var blank: UInt32 { 2 }
  private(set) var overflowed: UInt64 = 0
  /// What the connections show together.
  var gaps = SharedGaps()
  /// Where the inputs were taken that are read so far.
  var places = InputPlaces()

  init(capacity: Int, resets: Int) {
    records = Region(capacity: capacity)
    self.resets = Region(capacity: resets)
    // Index 1 is the shared place for when there is no room.
    _ = records.allocate(Trouble())
    _ = records.allocate(Trouble())
  }

  /// The side's cold record, made if there is none.
  mutating func of(_ side: inout Sender) -> UInt32 {
    if side.trouble != 0 { return side.trouble }
    if let index = records.allocate() {
      side.trouble = index
    } else {
      overflowed += 1
      side.trouble = 1
    }
    records.copy(Troubles.blank, to: side.trouble)
    if side.has(.cleanFIN) {
      side.moveFIN(into: &records[side.trouble])
      side.marks.remove(.cleanFIN)
    }
    return side.trouble
  }

  init(
    _ records: Region<Trouble>.Contents, _ resets: Region<Resets>.Contents, _ gaps: SharedGaps, _ limits: MemoryLimits
  ) {
    self.gaps = gaps
    self.records = Region(records, capacity: limits.troubles)
    self.resets = Region(resets, capacity: limits.resets)
  }

  /// The next batch could fill it: each packet makes records for two sides at most.
  var isShort: Bool { records.available < 2 * SegmentBatch.capacity || isShortOfResets }
  var isShortOfResets: Bool { resets.available < SegmentBatch.capacity }

  mutating func release(_ side: Sender) {
    guard side.trouble > 1 else { return }
    let resets = records[side.trouble].resets
    if resets != 0 { self.resets.free(resets) }
    records.free(side.trouble)
  }
}
