public import Wire

/// What is known of one side of a connection. Offsets count bytes of this side's stream from its first data byte
/// (0 = ISN + 1; midstream: the first sequence number seen), in 64 bits, so that they never wrap; SYN takes none,
/// FIN takes one after the data.
public struct SideFacts: Hashable, Sendable {
  // MARK: Counts, as interface.md defines them; duplicate packets are in no other count.
  // `wireBytes` are of IP packets with their headers, `sentBytes` of TCP payload, retransmissions included: all by the
  // lengths in the headers, never by what was captured.
  /// RSTs, keepalives and what the capture cut included.
  public var packets: UInt64 = 0
  /// Copies that the capture holds of them.
  public var duplicatePackets: UInt64 = 0
  /// IP packet lengths, headers included.
  public var wireBytes: UInt64 = 0
  /// TCP payload of every segment, repetitions and probes counted each time.
  public var sentBytes: UInt64 = 0
  /// Unique sequence space carried as data.
  public var payloadBytes: UInt64 = 0
  /// Segments with SYN, FIN or data sent before, or data that fill a hole late; keepalives and window probes not.
  public var retransmittedPackets: UInt64 = 0
  /// Data bytes of those, and those sent before of segments out of order.
  public var retransmittedBytes: UInt64 = 0
  /// Segments that fill a hole soon after it opened: within a leg, or 3 ms.
  public var outOfOrderPackets: UInt64 = 0
  /// The longest time by which its data were recorded behind their ACK, where it is too short for a repetition, ns.
  public var lateBy: Int64 = 0
  /// Sequence space that the peer acknowledged and the capture never saw.
  public var missingBytes: UInt64 = 0
  /// Data bytes acknowledged by the peer, those that the capture missed included.
  public var ackedBytes: UInt64 = 0
  /// Data bytes seen and never acknowledged.
  public var unackedBytes: UInt64 = 0
  /// Of these, those that were acknowledged all the same: the capture has not that ACK.
  public var ackMissedBytes: UInt64 = 0
  /// The last that it sent was, before a RST ended the connection.
  public var lastACKMissed = false
  /// Of the others some may have been too.
  public var mayLackACKs = false
  /// Of the unacknowledged, those that the peer selectively acknowledged: they arrived.
  public var sackedBytes: UInt64 = 0
  /// Of the peer's ACKs some bear options that were not captured: what counts as unacknowledged may have been SACKed.
  public var sackNotCaptured = false
  /// Neither seen nor acknowledged, and yet sent: the peer selectively acknowledged what lies behind.
  public var unseenLostBytes: UInt64 = 0
  /// SYN and SYN-ACK, repetitions included.
  public var synPackets: UInt64 = 0
  /// Repetitions and RSTs that carry a FIN included.
  public var finPackets: UInt64 = 0
  /// Of whatever effect.
  public var rstPackets: UInt64 = 0
  /// One old byte or none, just below SND.NXT, while nothing is outstanding.
  public var keepalivePackets: UInt64 = 0
  /// Zero windows in segments that are no SYN, FIN or RST.
  public var zeroWindowPackets: UInt64 = 0
  /// Sent into the peer's zero window: a byte at SND.NXT, or nothing new just below.
  public var windowProbePackets: UInt64 = 0
  /// How long all had been silent before a keepalive of it that was the first to acknowledge what the peer had said, ns; 0 where none was.
  var acksLateBy: Int64 = 0

  // MARK: When (packets of this side, copies left out; nil where there was none)
  /// Of any kind, RST too.
  public var first: Moment?
  /// Of any kind, RST too.
  public var last: Moment?
  /// The latest segment that carried data not sent before.
  public var lastNewData: Moment?
  /// Where it began.
  public var lastNewOffset: Int64 = 0
  /// It is no TLS alert: short, captured whole, and something else (`TLSAlert`). False where nobody knows.
  public var lastNewDataIsNoAlert = false
  /// The latest packet of any kind but RST.
  public var lastAlive: Moment?

  // MARK: What the side said of itself
  // From its SYN or SYN-ACK; nil where that was not seen. The MSS is in bytes, the window scale a shift count as sent (0 … 255).
  /// The one that the connection went on with.
  public var isn: SequenceNumber?
  /// nil too where the SYN had no such option, or the capture cut it.
  public var mss: UInt16?
  /// nil as `mss`.
  public var windowScale: UInt8?
  /// False: the SYN had no such option; nil where it may stand in what the capture cut.
  public var sackPermitted: Bool?
  /// As `sackPermitted`.
  public var timestamps: Bool?
  /// The capture cut its SYN's options: those that are not told here may have been among them.
  public var optionsCut = false
  /// And MPTCP too: no packet behind shows the contrary.
  public var mptcpUnknown = false
  /// Its SYN had an option of MPTCP (RFC 8684).
  public var mptcp = false
  /// Its SYN joins a connection of multipath TCP as one more subflow (MP_JOIN, RFC 8684 §3.2).
  public var mptcpJoin = false
  /// Of some of its packets the capture has ports and sequence number alone: what they said, and how long they were, is not
  /// known. They are in `packets` and `wireBytes`, and in no other count.
  public var headersCut = false
  /// TTL of the first packet, and the range over all that are not RST, copies included.
  public var ttl: UInt8?
  public var ttlRange: ClosedRange<UInt8>?
  /// And not only that of its copies.
  public var ttlVaries = false
  /// Of its last packet that is not a RST.
  public var ipID: UInt16 = 0
  /// Hash of the link-layer source of its packets that are not RST; 0 unknown, `.max` several.
  public var macHash: UInt16 = 0
  /// As on the wire, unscaled.
  public var lastWindow: UInt16 = 0
  /// The largest that it offered outside of its SYN, unscaled as `lastWindow`.
  public var widestWindow: UInt16 = 0

  // MARK: Sequence space
  /// Sequence number of offset 0; nil where the side sent nothing.
  public var origin: SequenceNumber?
  /// SND.UNA and SND.NXT as offsets; SND.NXT counts a FIN.
  public var sndUna: Int64 = 0
  public var sndNxt: Int64 = 0
  /// Lowest offset seen: below 0 where segments from before the first one came later.
  public var firstOffset: Int64 = 0
  /// The packet of the peer that moved SND.UNA last, where that is known: for a side in trouble, or met midstream.
  public var lastProgress: Moment?
  /// The latest data that it sent three times or more, over a second or more, before the peer acknowledged them, or before it heard that.
  public var heldUp: Burst?
  /// The peer acknowledged something of this side at least once.
  public var everAcked = false
  /// What is missing below `sndNxt`, oldest first: sent before the capture could see it, or lost by capture or path.
  public var holes = Ranges()
  /// Largest payload of one segment, bytes: of all that was sent, and of what was acknowledged.
  public var largestSent: UInt32 = 0
  public var largestAcked: UInt32 = 0

  // MARK: Events
  /// Its SYN or SYN-ACK, and all its repetitions.
  public var syn: Burst?
  /// A SYN in another sequence space while the connection lived, which led to nothing: a rebooted host, or an injection.
  public var strangeSYN: Moment?
  /// nil while its stream has no end that was seen or is proved.
  @inlinable public var fin: Fin? {
    get { hasFIN ? keptFIN : nil }
    set { (hasFIN, keptFIN) = (newValue != nil, newValue ?? Fin.none) }
  }
  // The optional in two parts: of a large one nothing can be asked without a copy of it all.
  @usableFromInline var hasFIN = false
  @usableFromInline var keptFIN = Fin.none
  /// With a FIN: the latest data before it came behind three seconds and more in which nobody said anything.
  public var lastDataAfterSilence = false
  /// What may have been one, and what followed it: taken where nothing speaks against it.
  @Rare var supposedFIN: Fin?
  /// nil where it sent none.
  @Rare public var resets: Resets?
  /// Longest silence of the whole connection before something of this side that was answered, ns.
  public var survivedIdle: Int64 = 0
  /// What this side repeats, or has outstanding, without an answer at the end of the record.
  public var unanswered: Unanswered?
  /// This side goes on repeating what the peer has acknowledged already: the ACKs do not reach it.
  public var deaf: Burst?
  /// The zero window that this side advertised last.
  public var stall: Stall?

  public init() {}
}

/// What the receiver's kernel does with a RST (RFC 9293 §3.10.7.4, RFC 5961 §3).
public enum ResetVerdict: UInt8, BitwiseCopyable, Sendable {
  /// Taken: the connection is gone at the receiver.
  case effective
  /// In the window but not exact: answered by a challenge ACK, or the talk went on.
  case challenged
  /// Out of the window: dropped.
  case ignored
  /// Nothing followed that tells, and the window is not known.
  case unknown
}

/// One RST, with its anatomy and what was outstanding when it came.
public struct Reset: BitwiseCopyable, Hashable, Sendable {
  // Header fields as on the wire: numbers are absolute, `window` is unscaled, `payloadLength` in bytes; `macHash` is 0 where
  // the link has no addresses.
  public var moment: Moment
  /// As its receiver's kernel judges it, and as what follows shows it.
  public var verdict: ResetVerdict
  public var sequence: SequenceNumber
  /// Meaningful where `flags` has `.ack`.
  public var acknowledgment: SequenceNumber
  public var flags: TCPFlags
  public var options: TCPOptionSet
  public var window: UInt16
  /// 0 where there is none; a live socket goes on from `lastIPID`.
  public var ipID: UInt16
  /// As it arrived at the capture.
  public var ttl: UInt8
  public var macHash: UInt16
  /// Some stacks put a text into a RST (RFC 9293 §3.5.3 allows it).
  public var payloadLength: UInt32
  /// TSval, where `options` has `.timestamps`.
  public var timestampValue: UInt32
  /// Identification of the last packet of its sender before it that was no RST; 0 is none.
  public var lastIPID: UInt16
  /// The sender's offset that `sequence` is.
  public var offset: Int64
  /// The peer's packet just before it, which may have provoked it; nanoseconds since; and whether `sequence` is its
  /// ACK number.
  public var provoked: Moment?
  /// 0 too where `provoked` is nil, or was recorded behind it.
  public var delay: Int64
  /// Bare, and no higher than the peer had acknowledged: as a kernel answers that has no such socket.
  public var echoes: Bool
  /// Silence of the connection before the packet that provoked it (before the RST itself where `delay` is long), ns.
  public var idleBefore: Int64

  // MARK: What was outstanding just before it, in data bytes and offsets
  // `…Acked` is where the part of the input began, as long as `…AckKnown` is false: met midstream, and no ACK yet.
  /// End of the sender's data.
  public var ownSent: Int64
  /// Of those, how far the peer had acknowledged.
  public var ownAcked: Int64
  /// Whether that is more than a guess.
  public var ownAckKnown: Bool
  /// Whether `peerAcked` is more than a guess.
  public var peerAckKnown: Bool
  /// End of the peer's data.
  public var peerSent: Int64
  /// Of those, how far the sender had acknowledged.
  public var peerAcked: Int64
  /// Selectively acknowledged beyond `ownAcked` / `peerAcked`.
  public var ownSacked: Int64
  public var peerSacked: Int64
  /// Its sender's latest new data.
  public var ownLastData: Moment?
  /// The peer's latest new data.
  public var peerLastData: Moment?
  /// The peer's latest data were sent after its sender's, or its sender had sent none. By what acknowledges what, where data were
  /// recorded behind their ACK.
  public var peerSpokeLast: Bool
  /// Its sender had sent a FIN.
  public var ownFin: Bool
  /// And the peer had acknowledged it.
  public var ownFinAcked: Bool
  /// The peer had sent a FIN.
  public var peerFin: Bool
  /// And the sender had acknowledged it.
  public var peerFinAcked: Bool

  /// A kernel without that socket, or a device: no ACK, window 0, no options (Linux: tcp_v4_send_reset).
  public var isBare: Bool {
    !flags.contains(.ack) && window == 0 && options.isDisjoint(with: [.timestamps, .sack, .mss])
  }
  /// As no stack makes them: with SYN or FIN in it, or bare and yet with data.
  public var isMalformed: Bool {
    !flags.isDisjoint(with: [.syn, .fin]) || (!flags.contains(.ack) && payloadLength > 0)
  }
  /// Its checksum is wrong, and its sender's others are right: no kernel takes it, and what it says may not be what was sent.
  public var isDamaged: Bool { options.contains(.badChecksum) }
  /// How long after `provoked` it came is known: the clock was not set back between them.
  public var isDelayKnown: Bool { provoked.map { $0.time <= moment.time } ?? false }
  /// As Linux aborts a live socket: RST+ACK with a real window, timestamps where negotiated (tcp_send_active_reset).
  public var looksLive: Bool { flags.contains(.ack) && (window != 0 || options.contains(.timestamps)) }
}

/// All RSTs of one side.
public struct Resets: BitwiseCopyable, Hashable, Sendable {
  /// Its verdict may have changed since.
  public var first: Reset
  /// The one that ended the connection at the peer, if one did.
  public var effective: Reset?
  /// The same as `first.moment` while there was one.
  public var last: Moment
  /// Copies left out.
  public var count: UInt32
  /// Of `count`: how many answer a packet of the peer with its own ACK number as sequence number.
  public var echoCount: UInt32
  /// Lowest sequence (offset) among those after the first abort: the last ACK that the live socket did not see.
  public var lowestEcho: Int64?
  /// Highest sequence (offset) of a bare one that lies in what was sent: as the answer to an ACK it shows that the peer has
  /// acknowledged so much.
  public var highestEcho: Int64?
  /// One of them is a live socket's: it aborted, and the bare ones are the echoes of that, in whatever order they were recorded.
  public var hasLive: Bool
  /// ACK number of a live one behind the first: what it acknowledges had arrived when its socket aborted.
  public var lateACK: SequenceNumber?
  /// What this side still sent that is no RST after the first RST, where a later one is the effective one.
  public var ownBetween: Burst?
  /// What this side still sent after the effective (else the first) RST that shows that it lives; and what the peer still sent
  /// that is no RST.
  public var ownAfter: Burst?
  public var peerAfter: Burst?
  /// What this side sent after it that may as well have been sent before: overtaken, or a late copy. 255 is more.
  public var ownStale: UInt8
  /// Of `peerAfter`: the peer sent new data or moved on, more than a round trip later.
  public var peerMovedOn: Bool
  /// One would have ended the connection at the peer, and did not: the peer moved on.
  public var wasNotTaken: Bool

  /// An echo of one that may have been lost is as much lost as it. One that the peer only refused says nothing of the next.
  var hidesEchoes: Bool { peerMovedOn && (wasNotTaken || first.verdict == .unknown) }

  public init(first: Reset) {
    self.first = first
    effective = nil
    last = first.moment
    count = 1
    echoCount = 0
    lowestEcho = nil
    highestEcho = nil
    hasLive = !first.isBare
    lateACK = nil
    ownBetween = nil
    ownAfter = nil
    peerAfter = nil
    ownStale = 0
    peerMovedOn = false
    wasNotTaken = false
  }

  /// A later RST is the one that ended it: what was sent before that is no answer to it.
  mutating func end(by reset: Reset) {
    if ownBetween == nil { ownBetween = ownAfter }
    effective = reset
    ownAfter = nil
    peerAfter = nil
    ownStale = 0
    peerMovedOn = false
  }
}

/// A zero window: since when, until when.
public struct Stall: BitwiseCopyable, Hashable, Sendable {
  /// The first packet of the latest stall that said so.
  public var since: Moment
  /// Last packet that said so.
  public var last: Moment
  /// The packet that opened it again.
  public var reopened: Moment?
  /// The longest of all stalls of this side so far, ns (an open one counts up to `last`).
  public var longest: Int64
}
