/// How far one frame has been read, and what was learnt on the way.
///
/// The protocols' files extend it by one method each: it reads the header at `offset`, moves on, and says what comes next.
struct Walk {
  /// Headers in each other that are followed: more is an attack or an accident.
  static var layersMax: Int { 64 }

  /// Of the next header, bytes from the start of the frame (of the datagram, once reassembled).
  var offset = 0
  /// Where the packet ends by its innermost length field; at first, by the frame's length on the wire.
  var end = 0
  /// Where reading ends: the least of what was captured and of every `end` so far.
  var limit = 0
  /// Whose word `end` is.
  var bound = LengthBound.capture
  var layers = 0
  /// A UDP port suggested a tunnel, and no IP header inside has confirmed it yet.
  var isGuess = false
  var macHash: UInt16 = 0
  /// The innermost IP header.
  var ip = IPHeader()
  /// VLANs and tunnels so far.
  var path = EncapsulationPath()
  /// After `.failed`.
  var failure = DecodeFailure(.link, .headerCut)
  /// After `.fragment`.
  var fragment = Fragment(id: 0, next: 0, start: 0, length: 0, hasMore: false, captured: 0)

  /// Ready for a frame of `original` bytes of which `captured` are there.
  mutating func start(captured: Int, original: Int) {
    offset = 0
    end = max(captured, original)
    limit = captured
    bound = .capture
    layers = 0
    isGuess = false
    macHash = 0
    path.clear()
  }

  /// Whether `count` more bytes can be read.
  func has(_ count: Int) -> Bool { limit &- offset >= count }

  /// `count` bytes of a header were needed and are not there.
  @inline(never)
  mutating func cut(_ layer: Layer, _ count: Int) -> Step {
    let claimed = end &- offset
    let isClaim = claimed < count
    failure = DecodeFailure(
      layer, .headerCut, offset: offset, needed: count, available: isClaim ? claimed : limit &- offset,
      bound: isClaim ? bound : .capture)
    return .failed
  }

  @inline(never)
  mutating func skip(_ layer: Layer, _ reason: FailureReason, needed: Int = 0, available: Int = 0, _ bound: LengthBound)
    -> Step
  {
    failure = DecodeFailure(layer, reason, offset: offset, needed: needed, available: available, bound: bound)
    return .failed
  }

  /// Where an IP packet ends that says so of itself. PPPoE counted its own bytes: what lies beyond is padding. Any other
  /// claim of a frame may be wrong (old tools wrote the captured length as the original one).
  func endOfPacket(_ claimed: Int) -> Int { bound == .pppoeLength ? min(end, claimed) : claimed }

  /// A length field says where the packet ends, be that before or behind what was thought. What is read never grows by it.
  mutating func setEnd(_ newEnd: Int, _ newBound: LengthBound) {
    end = newEnd
    limit = min(limit, newEnd)
    bound = newBound
  }
}

/// What the innermost IP header said.
struct IPHeader {
  var source = IPAddress(high: 0, low: 0)
  var destination = IPAddress(high: 0, low: 0)
  var version: UInt8 = 4
  var ttl: UInt8 = 0
  var id: UInt16 = 0
  /// Bytes of the packet, header included; of all fragments once reassembled.
  var length = 0
  var isReassembled = false

  func write(into segment: inout Segment) {
    segment.source = source
    segment.destination = destination
    segment.ipVersion = version
    segment.ttl = ttl
    segment.ipID = id
    segment.wireLength = UInt32(truncatingIfNeeded: length)
  }
}

/// What comes next in a frame.
enum Step {
  case ethernet
  /// IEEE 802.2.
  case llc
  case etherType(UInt16)
  case mpls
  case ppp
  /// Version by the first nibble.
  case ip
  case ipv4
  case ipv6
  /// What an IPv4 protocol or IPv6 next-header field names.
  case payload(UInt8)
  /// `Walk.fragment`.
  case fragment
  case notTCP
  /// `Walk.failure`.
  case failed
}
