public import Wire

/// A packet sequence, written down in a notation near packetdrill's; `docs` of the notation are at `parse`.
public struct PacketScript: Sendable {
  /// What one line of a script puts on the wire.
  public enum Content: Sendable {
    case tcp(TCPPacket)
    case icmp(ICMPError)
    /// A datagram that only says that the capture was still running.
    case tick
  }

  /// One captured packet (or one that the capture lacks, where `lost`).
  public struct Entry: Sendable {
    public var time: Timestamp
    public var content: Content
    public var interface: UInt16 = 0
    /// Captured bytes of this packet; nil is all.
    public var snaplen: Int?
    /// It was on the wire, and the capture has it not.
    public var lost = false
    /// Line of the script, from 1.
    public var line = 0

    public init(time: Timestamp, _ content: Content) {
      self.time = time
      self.content = content
    }
  }

  /// Everything, in the order of the script, lost packets included.
  public var entries: [Entry] = []
  /// Time 0 of the script: 2026-01-01T00:00:00Z.
  public var start = Timestamp(seconds: 1_767_225_600)
  /// When the recording ended, where the script says so (`end`): pcapng's `isb_endtime`.
  public var recordingEnd: Timestamp?
  public var linkType = LinkType.ethernet

  public init() {}

  /// The moment `seconds` after the script's time 0.
  public func time(_ seconds: Double) -> Timestamp {
    start.advanced(by: Int64((seconds * 1_000_000_000).rounded()))
  }

  /// What the capture holds, in its order: numbers count from 1.
  public var captured: [Entry] { entries.filter { !$0.lost } }

  /// Bytes of one entry's frame, uncut.
  public func frameBytes(_ entry: Entry) -> [UInt8] {
    let builder = FrameBuilder(linkType: linkType)
    return switch entry.content {
    case .tcp(let packet): builder.frame(packet)
    case .icmp(let error): builder.frame(error)
    case .tick:
      builder.clockTick(
        from: Host(IPAddress(v4: 0x0aff_0001), port: 9), to: Host(IPAddress(v4: 0x0aff_0002), port: 9))
    }
  }

  /// The captured TCP segments as a decoder gives them: input 0, numbers and ordinals from 1.
  public var segments: [Segment] {
    numbered { number, entry in
      guard case .tcp(let packet) = entry.content else { return nil }
      return Segment(packet, time: entry.time, number: number, interface: entry.interface)
    }
  }

  /// The captured ICMP errors, with the segment that each quotes.
  public var icmpErrors: [CapturedICMPError] {
    numbered { number, entry in
      guard case .icmp(let error) = entry.content else { return nil }
      return CapturedICMPError(
        error: error, quoted: Segment(error.quoted, time: entry.time, number: number, interface: entry.interface),
        time: entry.time, packet: PacketReference(input: 0, number: number), ordinal: number)
    }
  }

  /// The captured frames, uncut.
  public var frames: [[UInt8]] { captured.map(frameBytes) }

  /// The end of the recording: the last packet of any kind, or `end` where that is later.
  public var captureEnd: Timestamp {
    let last = captured.map(\.time).max() ?? start
    return max(last, recordingEnd ?? last)
  }

  /// Hands every captured packet over as a source lends it.
  public func withFrames(snaplen: Int = .max, _ body: (borrowing Frame) throws -> Void) rethrows {
    for (index, entry) in captured.enumerated() {
      let whole = frameBytes(entry)
      let cut = Array(whole.prefix(min(snaplen, entry.snaplen ?? .max)))
      let frame = Frame(
        bytes: cut.span.bytes, originalLength: whole.count, time: entry.time,
        packet: PacketReference(input: 0, number: UInt64(index + 1)), ordinal: UInt64(index + 1), linkType: linkType,
        interface: entry.interface)
      try body(frame)
    }
  }

  private func numbered<Value>(_ make: (UInt64, Entry) -> Value?) -> [Value] {
    captured.enumerated().compactMap { make(UInt64($0.offset + 1), $0.element) }
  }
}

/// An ICMP error of a script, as a decoder should give it.
public struct CapturedICMPError: Sendable {
  public var error: ICMPError
  public var quoted: Segment
  public var time: Timestamp
  public var packet: PacketReference
  public var ordinal: UInt64
}

extension Segment {
  /// `packet` as a decoder gives it when it was captured whole.
  public init(_ packet: TCPPacket, time: Timestamp, number: UInt64, interface: UInt16 = 0) {
    self.init()
    source = packet.source.address
    destination = packet.destination.address
    sourcePort = packet.source.port
    destinationPort = packet.destination.port
    sequence = SequenceNumber(packet.sequence)
    acknowledgment = SequenceNumber(packet.acknowledgment)
    self.time = time
    self.packet = PacketReference(input: 0, number: number)
    ordinal = number
    payloadLength = UInt32(packet.payloadLength)
    wireLength = UInt32(packet.ipLength)
    flags = packet.flags
    window = packet.window
    ipID = packet.source.ipVersion == 6 ? 0 : packet.ipID
    ttl = packet.source.ttl
    ipVersion = packet.source.ipVersion
    macHash = hash(mac: packet.source.mac)
    self.interface = interface
    let bytes = FrameBuilder(linkType: LinkType(rawValue: 101)).frame(packet)
    let header = packet.source.ipVersion == 6 ? 40 : 20
    checksum = UInt16(bytes[header + 16]) << 8 | UInt16(bytes[header + 17])
    if packet.badChecksum { options.insert(.badChecksum) }
    if (1...Int(TLSAlert.longest)).contains(packet.payloadLength), !packet.isAlert { options.insert(.noAlert) }
    for option in packet.options { take(option) }
  }

  private mutating func take(_ option: TCPOption) {
    guard !options.contains(.malformed) else { return }
    switch option {
    case .mss(let size):
      options.insert(.mss)
      mss = size
    case .windowScale(let shift):
      options.insert(.windowScale)
      windowScale = shift
    case .sackPermitted: options.insert(.sackPermitted)
    case .sack(let ranges):
      options.insert(.sack)
      sackCount = UInt8(min(4, ranges.count))
      for (index, range) in ranges.prefix(4).enumerated() {
        sack[index] = SACKBlock(start: SequenceNumber(range.start), end: SequenceNumber(range.end))
      }
    case .timestamps(let value, let echo):
      options.insert(.timestamps)
      timestampValue = value
      timestampEcho = echo
    case .fastOpen: options.insert(.fastOpen)
    case .mptcp(let bytes):
      options.insert(.mptcp)
      if let first = bytes.first, first >> 4 == 7 { options.insert(.mptcpFastClose) }
      if let first = bytes.first, first >> 4 == 1 || first >> 4 == 8 { options.insert(.mptcpSubflow) }
    case .md5: break
    case .nop: break
    case .malformed: options.insert(.malformed)
    }
  }
}

/// Distinct addresses give distinct values, never 0; which value is the decoder's own affair.
func hash(mac: UInt64) -> UInt16 {
  let mixed = (mac &* 0x9e37_79b9_7f4a_7c15) >> 48
  return mixed == 0 ? 1 : UInt16(mixed)
}
