internal import Wire

/// The RST that refused an attempt, beside the attempt's own record: what a scan is made of must not cost a connection
/// either. The next packet makes a connection of both, which is then as if they had been observed at once.
struct RefusingReset: BitwiseCopyable, Hashable, Sendable {
  private var time: Int64
  private var packet: UInt64
  private var sequence: UInt32
  private var timestampValue: UInt32
  /// Flags below, options above.
  private var flagsAndOptions: UInt32
  private var window: UInt16
  private var ipID: UInt16
  private var checksum: UInt16
  private var macHash: UInt16
  private var wireLength: UInt8
  private var ttl: UInt8
  /// The attempt's.
  var turn: Turn

  /// nil for anything but a RST that the attempt's target answers with (RFC 9293 §3.10.7.3): whatever says more than fits
  /// here, or refuses nothing, makes a connection at once.
  init?(_ segment: inout Segment, of attempt: Attempt, at place: UInt32) {
    guard segment.flags.intersection([.syn, .ack, .fin, .rst, .unknown]) == [.rst, .ack], segment.payloadLength == 0,
      segment.options.isSubset(of: .timestamps),
      segment.wireLength <= UInt8.max, attempt.isAcknowledged(by: segment),
      attempt.moment.precedes(Moment(time: segment.time, packet: segment.packet))
    else { return nil }
    time = segment.time.nanoseconds
    packet = segment.packet.rawValue
    sequence = segment.sequence.rawValue
    timestampValue = segment.timestampValue
    flagsAndOptions = UInt32(segment.flags.rawValue) | UInt32(segment.options.rawValue) << 16
    window = segment.window
    ipID = segment.ipID
    checksum = segment.checksum
    macHash = segment.macHash
    wireLength = UInt8(truncatingIfNeeded: segment.wireLength)
    ttl = segment.ttl
    turn = Turn(of: place)
  }

  /// The RST as it came, in all that a connection learns from what is not its first packet.
  func segment(answering syn: Segment) -> Segment {
    var segment = Segment()
    segment.time = Timestamp(nanoseconds: time)
    segment.packet = PacketReference(rawValue: packet)
    segment.source = syn.destination
    segment.destination = syn.source
    segment.sourcePort = syn.destinationPort
    segment.destinationPort = syn.sourcePort
    segment.sequence = SequenceNumber(sequence)
    segment.timestampValue = timestampValue
    segment.acknowledgment = syn.sequence.advanced(by: 1)
    segment.flags = TCPFlags(rawValue: UInt16(truncatingIfNeeded: flagsAndOptions))
    segment.options = TCPOptionSet(rawValue: UInt16(truncatingIfNeeded: flagsAndOptions >> 16))
    segment.window = window
    segment.ipID = ipID
    segment.checksum = checksum
    segment.macHash = macHash
    segment.wireLength = UInt32(wireLength)
    segment.ttl = ttl
    return segment
  }

  var moment: Moment { Moment(time: Timestamp(nanoseconds: time), packet: PacketReference(rawValue: packet)) }
  var timeToLive: UInt8 { ttl }
}

/// A client's SYN that its target refused by RST, and nothing else.
public struct Refusal: Hashable, Sendable {
  let attempt: Attempt
  let refusing: RefusingReset
  /// How far the input had got when it ended.
  let observedUntil: Timestamp

  /// The one SYN.
  public var syn: Moment { attempt.moment }
  /// The RST that acknowledges it.
  public var reset: Moment { refusing.moment }
  /// TTL of the RST.
  public var timeToLive: UInt8 { refusing.timeToLive }
}
