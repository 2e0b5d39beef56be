internal import Wire

/// A lone SYN that waits for whatever comes next, in one cache line: what a flood is made of must not cost a connection.
/// The second packet makes a connection of it, which is then as if the SYN had been observed at once.
struct Attempt: BitwiseCopyable, Hashable, Sendable {
  private var time: Int64
  private var packet: UInt64
  private(set) var source: UInt32
  private var destination: UInt32
  private(set) var sequence: UInt32
  private var timestampValue: UInt32
  /// Number over the run, less the number in the file.
  private var framesBefore: UInt32
  /// Flags below, options above; 0 where the place is free.
  private(set) var flagsAndOptions: UInt32
  /// Where the RST that refused it is kept; 0 while nothing has followed it.
  var refusal: UInt32 = 0
  private(set) var sourcePort: UInt16
  private var destinationPort: UInt16
  private(set) var window: UInt16
  private(set) var mss: UInt16
  private(set) var ipID: UInt16
  private(set) var checksum: UInt16
  private(set) var macHash: UInt16
  private(set) var wireLength: UInt8
  private(set) var interface: UInt8
  private(set) var encapsulation: UInt8
  private(set) var windowScale: UInt8
  private(set) var ttl: UInt8

  /// nil for anything but a plain SYN over IPv4: what says more than fits here begins a connection at once.
  @inline(__always) init?(_ segment: inout Segment, scope: UInt16) {
    guard segment.flags.intersection([.syn, .ack, .fin, .rst]) == .syn, segment.ipVersion == 4, scope == 0,
      segment.payloadLength == 0, segment.acknowledgment.rawValue == 0, segment.timestampEcho == 0,
      segment.sackCount == 0, segment.source.isV4Mapped, segment.destination.isV4Mapped,
      segment.wireLength <= UInt8.max, segment.interface <= UInt8.max, segment.encapsulation <= UInt8.max,
      segment.ordinal >= segment.packet.number, segment.ordinal - segment.packet.number <= UInt32.max
    else { return nil }
    time = segment.time.nanoseconds
    packet = segment.packet.rawValue
    source = segment.source.v4
    destination = segment.destination.v4
    sequence = segment.sequence.rawValue
    timestampValue = segment.timestampValue
    framesBefore = UInt32(truncatingIfNeeded: segment.ordinal - segment.packet.number)
    flagsAndOptions = UInt32(segment.flags.rawValue) | UInt32(segment.options.rawValue) << 16
    sourcePort = segment.sourcePort
    destinationPort = segment.destinationPort
    window = segment.window
    mss = segment.mss
    ipID = segment.ipID
    checksum = segment.checksum
    macHash = segment.macHash
    wireLength = UInt8(truncatingIfNeeded: segment.wireLength)
    interface = UInt8(truncatingIfNeeded: segment.interface)
    encapsulation = UInt8(truncatingIfNeeded: segment.encapsulation)
    windowScale = segment.windowScale
    ttl = segment.ttl
  }

  /// The SYN as it came.
  @inline(__always) var segment: Segment {
    var segment = Segment()
    segment.time = Timestamp(nanoseconds: time)
    segment.packet = PacketReference(rawValue: packet)
    segment.ordinal = segment.packet.number + UInt64(framesBefore)
    segment.source = IPAddress(v4: source)
    segment.destination = IPAddress(v4: destination)
    segment.sequence = SequenceNumber(sequence)
    segment.timestampValue = timestampValue
    segment.flags = TCPFlags(rawValue: UInt16(truncatingIfNeeded: flagsAndOptions))
    segment.options = TCPOptionSet(rawValue: UInt16(truncatingIfNeeded: flagsAndOptions >> 16))
    segment.sourcePort = sourcePort
    segment.destinationPort = destinationPort
    segment.window = window
    segment.mss = mss
    segment.ipID = ipID
    segment.checksum = checksum
    segment.macHash = macHash
    segment.wireLength = UInt32(wireLength)
    segment.interface = UInt16(interface)
    segment.encapsulation = UInt16(encapsulation)
    segment.windowScale = windowScale
    segment.ttl = ttl
    return segment
  }

  var moment: Moment { Moment(time: Timestamp(nanoseconds: time), packet: PacketReference(rawValue: packet)) }
  var client: Endpoint { Endpoint(address: IPAddress(v4: source), port: sourcePort) }
  var server: Endpoint { Endpoint(address: IPAddress(v4: destination), port: destinationPort) }
  var timeToLive: UInt8 { ttl }

  var key: FlowKey {
    FlowKey.make(
      source: IPAddress(v4: source), sourcePort: sourcePort, destination: IPAddress(v4: destination),
      destinationPort: destinationPort, ipVersion: 4, scope: 0
    ).key
  }

  /// Whether `segment`, of the same addresses and ports, comes from the target and acknowledges the SYN.
  @inline(__always) func isAcknowledged(by segment: Segment) -> Bool {
    segment.acknowledgment.rawValue == sequence &+ 1 && segment.source.v4 == destination
      && segment.sourcePort == destinationPort && (source != destination || sourcePort != destinationPort)
  }

  /// What tells it from every other connection.
  var birth: Birth {
    Birth(
      clientISN: SequenceNumber(sequence), serverISN: nil, clientFirst: Timestamp(nanoseconds: time), serverFirst: nil,
      clientTTL: ttl, serverTTL: 0)
  }

  /// Of the connection that it is.
  var id: UInt64 { PacketReference(rawValue: packet).number + UInt64(framesBefore) }

  var isLive: Bool { flagsAndOptions != 0 }
  mutating func clear() { flagsAndOptions = 0 }

  /// Whether it is the one with this key, which came from either end.
  @inline(__always) func hasKey(_ key: FlowKey) -> Bool {
    guard key.ipVersion == 4, key.scope == 0, key.aHigh == 0, key.bHigh == 0 else { return false }
    let from = 0xffff_0000_0000 | UInt64(source)
    let to = 0xffff_0000_0000 | UInt64(destination)
    if key.aLow == from, key.bLow == to, key.aPort == sourcePort, key.bPort == destinationPort { return true }
    return key.bLow == from && key.aLow == to && key.bPort == sourcePort && key.aPort == destinationPort
  }
}
