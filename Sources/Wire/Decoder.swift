/// What became of one frame.
public enum Decoded: BitwiseCopyable, Sendable {
  /// A TCP segment, now in the place that was handed in.
  case segment
  /// A TCP segment, now in the place that was handed in, of which the capture has ports and sequence number alone:
  /// `TCPFlags.unknown`.
  case cutSegment(DecodeFailure)
  /// An ICMP error that quotes a TCP segment: `decoder.quotedError`.
  case quotedError
  /// A fragment of what may be a TCP segment, or carry one in a tunnel; held until the others come.
  case fragment
  /// Understood, and no TCP.
  case notTCP
  /// Not understood to its end.
  case skipped(DecodeFailure)
}

/// From frames to segments: the chain of link layer, VLANs, tunnels, IP, TCP.
///
/// State it has only where packets need one another: the table of encapsulations and the fragments that wait.
public struct Decoder: ~Copyable {
  /// The latest ICMP error, after `.quotedError`.
  public private(set) var quotedError = QuotedError()
  private var table = EncapsulationTable()
  private var fragments = Fragments()
  private var walk = Walk()
  private var hostChecksums = HostChecksums()
  @usableFromInline let verifiesChecksums: Bool

  /// - Parameter verifyChecksums: counts the wrong checksums of segments captured whole, and sets `TCPOptionSet.badChecksum`;
  ///   costs a look at every byte.
  public init(verifyChecksums: Bool = false) { verifiesChecksums = verifyChecksums }

  /// `[Segment.encapsulation]`; place 0 is none. Grows while decoding, up to 65,536; what comes later is not told apart
  /// from none.
  public var encapsulations: [Encapsulation] { table.encapsulations }
  /// Datagrams whose fragments never completed, so far; all of them after `finish()`.
  public var incompleteFragments: UInt64 { fragments.incomplete }
  /// What came of verifying checksums so far; nil where nobody asked for it.
  public var checksums: ChecksumCounts? { verifiesChecksums ? hostChecksums.counts : nil }

  /// Reads one frame, if it is what nearly all are. False, and nothing is written, where `decode` has to look.
  /// It says `mutating` and is not: a reader of a value this large is given a copy.
  @inlinable @inline(__always) public mutating func decodeUsual(_ frame: borrowing Frame, into segment: inout Segment)
    -> Bool
  {
    guard decodeUsual(frame.bytes, frame.linkType, into: &segment) else { return false }
    Decoder.date(&segment, by: frame)
    return true
  }

  /// The same of bytes alone: what the frame itself knows is left to the caller (`Segment.date`).
  @inlinable @inline(__always)
  public mutating func decodeUsual(_ bytes: RawSpan, _ linkType: LinkType, into segment: inout Segment) -> Bool {
    guard linkType.rawValue == LinkType.ethernet.rawValue, !verifiesChecksums else { return false }
    return PlainFrame.decodeUsual(bytes, into: &segment)
  }

  /// The same of an Ethernet frame, and of a few more: TCP over IPv4 or IPv6 without tags, tunnels, fragments and extensions, whatever
  /// its options.
  @inlinable @inline(__always) public static func decodePlain(_ bytes: RawSpan, into segment: inout Segment) -> Bool {
    PlainFrame.decodeUsual(bytes, into: &segment) || PlainFrame.decode(bytes, into: &segment)
  }

  /// Reads any frame, also what `decodeUsual` reads. Writes `segment` where the result is `.segment` or `.cutSegment`, and leaves it undefined otherwise.
  public mutating func decode(_ frame: borrowing Frame, into segment: inout Segment) -> Decoded {
    if frame.linkType.rawValue == LinkType.ethernet.rawValue, !verifiesChecksums,
      PlainFrame.decode(frame.bytes, into: &segment)
    {
      Decoder.date(&segment, by: frame)
      return .segment
    }
    return decodeAny(frame, into: &segment)
  }

  /// What the frame itself knows.
  @inlinable @inline(__always) static func date(_ segment: inout Segment, by frame: borrowing Frame) {
    segment.date(frame.time, frame.packet, ordinal: frame.ordinal, interface: frame.interface)
  }

  /// No more frames: what still waits is incomplete.
  public mutating func finish() { fragments.finish() }

  @inline(never)
  private mutating func decodeAny(_ frame: borrowing Frame, into segment: inout Segment) -> Decoded {
    let bytes = frame.bytes
    walk.start(captured: bytes.byteCount, original: frame.originalLength)
    let outcome = follow(walk.link(frame.linkType, bytes), bytes, frame, into: &segment)
    // A port that only happened to be a tunnel's: what failed was no packet of a tunnel.
    if walk.isGuess, case .skipped(let failure) = outcome, failure.bound != .capture || failure.reason != .headerCut {
      return .notTCP
    }
    return outcome
  }

  /// Goes from header to header until one has the last word.
  private mutating func follow(
    _ first: Step, _ bytes: RawSpan, _ frame: borrowing Frame, into segment: inout Segment
  ) -> Decoded {
    var step = first
    while walk.layers <= Walk.layersMax {
      walk.layers &+= 1
      switch step {
      case .ethernet: step = walk.ethernet(bytes)
      case .llc: step = walk.llc(bytes)
      case .etherType(let type): step = walk.etherType(type, bytes)
      case .mpls: step = walk.mpls(bytes)
      case .ppp: step = walk.ppp(bytes)
      case .ip: step = walk.ip(bytes)
      case .ipv4: step = walk.ipv4(bytes)
      case .ipv6: step = walk.ipv6(bytes)
      case .payload(6): return segmentFound(bytes, frame, into: &segment)
      case .payload(1) where walk.ip.version == 4, .payload(58) where walk.ip.version == 6:
        return quoteFound(bytes, frame)
      case .payload(let number): step = walk.payload(number, bytes)
      case .fragment: return takeFragment(bytes, frame, into: &segment)
      case .notTCP: return .notTCP
      case .failed: return .skipped(walk.failure)
      }
    }
    if case .failed = step { return .skipped(walk.failure) }
    return .skipped(DecodeFailure(.tunnel, .tooDeep, offset: walk.offset, bound: walk.bound))
  }

  private mutating func segmentFound(
    _ bytes: RawSpan, _ frame: borrowing Frame, into segment: inout Segment
  ) -> Decoded {
    if let failure = TCPHeader.read(
      bytes, at: walk.offset, limit: walk.limit, end: walk.end, bound: walk.bound, into: &segment)
    {
      guard failure.reason == .headerCut,
        TCPHeader.readCut(bytes, at: walk.offset, limit: walk.limit, end: walk.end, into: &segment)
      else { return .skipped(failure) }
      walk.ip.write(into: &segment)
      fill(&segment, frame)
      if walk.ip.isReassembled { segment.options.insert(.reassembled) }
      return segment.flags.contains(.unknown) ? .cutSegment(failure) : .segment
    }
    walk.ip.write(into: &segment)
    fill(&segment, frame)
    if walk.ip.isReassembled { segment.options.insert(.reassembled) }
    if verifiesChecksums, walk.limit == walk.end { verifyChecksum(bytes, of: &segment) }
    return .segment
  }

  @inline(never)
  private mutating func verifyChecksum(_ bytes: RawSpan, of segment: inout Segment) {
    let verdict = Checksum.look(bytes, from: walk.offset, to: walk.end, walk.ip, field: segment.checksum)
    if hostChecksums.take(verdict, from: segment.source) { segment.options.insert(.badChecksum) }
  }

  private mutating func quoteFound(_ bytes: RawSpan, _ frame: borrowing Frame) -> Decoded {
    let outcome = walk.quote(bytes, into: &quotedError)
    guard case .quotedError = outcome else { return outcome }
    var quoted = quotedError.quoted
    fill(&quoted, frame)
    quotedError.quoted = quoted
    return outcome
  }

  private mutating func fill(_ segment: inout Segment, _ frame: borrowing Frame) {
    segment.encapsulation = table.index(of: &walk.path)
    segment.macHash = walk.macHash
    Decoder.date(&segment, by: frame)
  }

  /// Puts a fragment to the others of its datagram, and reads on in the whole once it is complete.
  private mutating func takeFragment(
    _ bytes: RawSpan, _ frame: borrowing Frame, into segment: inout Segment
  ) -> Decoded {
    let ip = walk.ip
    let fragment = walk.fragment
    let key = FragmentKey(
      source: ip.source, destination: ip.destination, id: fragment.id, next: ip.version == 6 ? 0 : fragment.next,
      version: ip.version, encapsulation: table.index(of: &walk.path))
    switch fragments.add(fragment, key, bytes, at: walk.offset, wireLength: ip.length, time: frame.time) {
    case .held: return fragment.mayBeTCP ? .fragment : .notTCP
    case .bad:
      let layer: Layer = ip.version == 6 ? .ipv6Extension : .ipv4
      return .skipped(DecodeFailure(layer, .badFragment, offset: walk.offset, bound: walk.bound))
    case .complete(let index):
      let datagram = fragments[index]
      walk.ip.length = datagram.wireLength
      walk.ip.isReassembled = true
      walk.offset = 0
      walk.end = datagram.total
      walk.limit = datagram.prefixLength
      let whole = datagram.prefix.span.raw
      let next = ip.version == 6 ? walk.extensions(whole, datagram.next) : .payload(datagram.next)
      return follow(next, whole, frame, into: &segment)
    }
  }
}
