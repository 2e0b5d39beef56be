/// The bits of byte 13 of a TCP header and the low bits of byte 12 (RFC 9293 §3.1, RFC 3168, RFC 9768's AE).
public struct TCPFlags: BitwiseCopyable, OptionSet, Hashable, Sendable {
  /// FIN is bit 0, CWR bit 7, AE bit 8; the three reserved bits above it are kept as they came.
  public var rawValue: UInt16

  @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// No more data from its sender (RFC 9293 §3.1); takes one sequence number.
  public static var fin: Self { .init(rawValue: 0x001) }
  /// Synchronise: the sequence number is the ISN; takes one sequence number.
  public static var syn: Self { .init(rawValue: 0x002) }
  /// The connection is aborted, or was never there (RFC 9293 §3.5.2).
  public static var rst: Self { .init(rawValue: 0x004) }
  /// Push (RFC 9293 §3.9.1): as a rule the end of what was written at once.
  public static var psh: Self { .init(rawValue: 0x008) }
  /// The acknowledgment field counts: every segment of a synchronised connection.
  public static var ack: Self { .init(rawValue: 0x010) }
  /// The urgent pointer counts (RFC 9293 §3.8.5).
  public static var urg: Self { .init(rawValue: 0x020) }
  /// ECN echo (RFC 3168 §6.1); on a SYN, together with CWR, the offer to use it.
  public static var ece: Self { .init(rawValue: 0x040) }
  /// Congestion window reduced (RFC 3168 §6.1.2).
  public static var cwr: Self { .init(rawValue: 0x080) }
  /// Accurate ECN (RFC 9768), once the nonce sum (RFC 3540).
  public static var ae: Self { .init(rawValue: 0x100) }
  /// No bit of the wire: the capture cut the header before its flags. What the segment says is not known, nor its length.
  public static var unknown: Self { .init(rawValue: 0x1000) }
}

/// Which TCP options a segment carried, and whether they could be read to their end.
public struct TCPOptionSet: BitwiseCopyable, OptionSet, Hashable, Sendable {
  /// Bits 0 … 6, 12 and 14 are options of the wire; the others say how the segment could be read.
  public var rawValue: UInt16

  @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Kind 2 (RFC 9293 §3.7.1): `Segment.mss` is its value.
  public static var mss: Self { .init(rawValue: 1 << 0) }
  /// Kind 3 (RFC 7323 §2): `Segment.windowScale` is its shift.
  public static var windowScale: Self { .init(rawValue: 1 << 1) }
  /// Kind 4 (RFC 2018 §2): on a SYN.
  public static var sackPermitted: Self { .init(rawValue: 1 << 2) }
  /// Kind 5 (RFC 2018 §3): `Segment.sackCount` blocks.
  public static var sack: Self { .init(rawValue: 1 << 3) }
  /// Kind 8 (RFC 7323 §3): `Segment.timestampValue` and `.timestampEcho`.
  @inlinable public static var timestamps: Self { .init(rawValue: 1 << 4) }
  /// Kind 34 (RFC 7413 §4.1.1), a cookie or the request for one; kind 254 of experiment F989 too.
  public static var fastOpen: Self { .init(rawValue: 1 << 5) }
  /// Kind 30 (RFC 8684 §3), whatever its subtype.
  public static var mptcp: Self { .init(rawValue: 1 << 6) }
  /// With `.notCaptured`: kinds and lengths are known to the header's end, and of what was cut nobody needs more. No other option stands
  /// there. Of timestamps without their values `Segment` has zeros.
  @inlinable public static var listed: Self { .init(rawValue: 1 << 7) }
  /// An option that breaks the rules (length 0 or 1, beyond the header): what came before it was understood.
  public static var malformed: Self { .init(rawValue: 1 << 8) }
  /// The capture cut the header: options that it has not whole are unknown, not absent.
  @inlinable public static var notCaptured: Self { .init(rawValue: 1 << 9) }
  /// A TCP segment in IP fragments: the counts cover all of them.
  public static var reassembled: Self { .init(rawValue: 1 << 10) }
  /// Captured whole, and its checksum is wrong amid right ones of the same sender: a kernel drops it. Only where checksums are
  /// verified, and never set for what offload leaves undone.
  public static var badChecksum: Self { .init(rawValue: 1 << 11) }
  /// The capture cut the header before its window.
  public static var windowNotCaptured: Self { .init(rawValue: 1 << 13) }
  /// MP_JOIN (RFC 8684 §3.2) or MP_TCPRST (§3.6): a subflow of a connection of multipath TCP begins, or ends with a reason.
  public static var mptcpSubflow: Self { .init(rawValue: 1 << 12) }
  /// MP_FASTCLOSE (RFC 8684 §3.5): the whole connection is aborted.
  public static var mptcpFastClose: Self { .init(rawValue: 1 << 14) }
  /// Its payload is short, was captured whole, and is no TLS alert: see `TLSAlert`.
  @inlinable public static var noAlert: Self { .init(rawValue: 1 << 15) }

  /// What is not among them may stand in what the capture cut: it is unknown, not absent.
  @inlinable @inline(__always) public var mayHideOthers: Bool { intersection([.notCaptured, .listed]) == .notCaptured }
}

/// One selective acknowledgement: `start ..< end` has arrived (RFC 2018); the first may be a duplicate (RFC 2883).
public struct SACKBlock: BitwiseCopyable, Equatable, Sendable {
  /// The first sequence number that the block holds.
  public var start: SequenceNumber
  /// The first one behind it.
  public var end: SequenceNumber

  /// In the order of the wire: a block that breaks the rules may end before it starts.
  public init(start: SequenceNumber, end: SequenceNumber) {
    self.start = start
    self.end = end
  }
}

/// A TCP segment as it was on the wire: the plain value that leaves this module.
///
/// Lengths come from the IP header, never from the captured length: a snaplen changes no count.
public struct Segment: BitwiseCopyable, Sendable {
  // What is written or looked at together stands together, so that it is one access.

  /// Of the innermost IP header.
  public var source = IPAddress(high: 0, low: 0)
  /// Of the innermost IP header, as `source`.
  public var destination = IPAddress(high: 0, low: 0)
  /// `sequence` in the upper half and `acknowledgment` in the lower, as they stand in the header: one load takes both.
  public var numbers: UInt64 = 0

  /// As the capture dates it, and its place there.
  public var time = Timestamp(nanoseconds: 0)
  /// Input and number in its file; of a reassembled segment, the fragment that completed it.
  public var packet = PacketReference.none
  /// Number over the whole run, 1-based.
  public var ordinal: UInt64 = 0

  /// Bytes of TCP payload, on the wire: 0 … 4 GiB (jumbograms, offload).
  public var payloadLength: UInt32 = 0
  /// As on the wire, unscaled.
  public var window: UInt16 = 0
  /// As on the wire; `.unknown` alone where the capture cut the header before them.
  public var flags = TCPFlags()

  /// TSval and TSecr (RFC 7323 §3), where `options` has `.timestamps`; 0 where the capture cut them.
  public var timestampEcho: UInt32 = 0
  /// TSval; 0 where the option is absent, and a sender may send 0 too.
  public var timestampValue: UInt32 = 0
  /// Identification field of the IPv4 header (of the fragment header in IPv6), 0 where there is none.
  public var ipID: UInt16 = 0
  /// As on the wire: with payload equal too, equal checksums say equal segments.
  public var checksum: UInt16 = 0

  /// Bytes of the IP packet, header included; of all its fragments where it came in fragments.
  public var wireLength: UInt32 = 0
  /// As on the wire, 0 too; known even where the capture cut the header.
  public var sourcePort: UInt16 = 0
  /// As on the wire, as `sourcePort`.
  public var destinationPort: UInt16 = 0

  /// What the header carried, and what the capture could not keep of it.
  public var options = TCPOptionSet()
  /// Value of the MSS option, where `options` has `.mss`.
  public var mss: UInt16 = 0
  /// Shift count of the window scale option, where `options` has `.windowScale`.
  public var windowScale: UInt8 = 0
  /// How many of `sack` are set: 0 … 4.
  public var sackCount: UInt8 = 0
  /// IPv4 TTL or IPv6 hop limit.
  public var ttl: UInt8 = 0
  /// 4 or 6.
  public var ipVersion: UInt8 = 4
  /// First 16 bits of a hash of the sender's link-layer address; 0 where the link has none.
  public var macHash: UInt16 = 0
  /// Index of the interface over the run.
  public var interface: UInt16 = 0
  /// Index into the decoder's `encapsulations` (VLANs, tunnels); 0 is none.
  public var encapsulation: UInt16 = 0
  /// As on the wire, the first `sackCount` of them; what stands behind is left from an earlier segment.
  public var sack = InlineArray<4, SACKBlock>(repeating: SACKBlock(start: SequenceNumber(0), end: SequenceNumber(0)))

  /// All zero, of IPv4: a place to decode into.
  public init() {}

  /// Writes down what its frame knows of it.
  @inlinable @inline(__always)
  public mutating func date(_ time: Timestamp, _ packet: PacketReference, ordinal: UInt64, interface: UInt16) {
    self.time = time
    self.packet = packet
    self.ordinal = ordinal
    self.interface = interface
  }

  /// Of the first byte of payload, or of the SYN before it.
  public var sequence: SequenceNumber {
    @inline(__always) get { SequenceNumber(UInt32(truncatingIfNeeded: numbers >> 32)) }
    @inline(__always) set { numbers = UInt64(newValue.rawValue) << 32 | numbers & 0xffff_ffff }
  }

  /// Meaningful where `flags` has `.ack`.
  public var acknowledgment: SequenceNumber {
    @inline(__always) get { SequenceNumber(UInt32(truncatingIfNeeded: numbers)) }
    @inline(__always) set { numbers = numbers & ~0xffff_ffff | UInt64(newValue.rawValue) }
  }

  /// Sequence space that the segment takes: payload, and one each for SYN and FIN (RFC 9293 §3.4, SEG.LEN).
  public var sequenceLength: Int {
    Int(payloadLength) + (flags.contains(.syn) ? 1 : 0) + (flags.contains(.fin) ? 1 : 0)
  }
}
