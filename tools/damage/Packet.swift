import Capture
import Wire

/// One packet of a recording, and what a perturbation wants to know of it.
struct Packet {
  /// Which way, seen from whoever sent the connection's first captured packet.
  enum Way { case forward, backward, none }

  var bytes: [UInt8]
  var originalLength: Int
  /// Nanoseconds since 1970.
  var time: Int64
  var linkType: LinkType
  var interface: UInt16
  var way = Way.none
  /// Of a connection of which both directions were seen.
  var isAnswered = false
  /// ACK alone: no data, no SYN, FIN or RST.
  var isPureACK = false

  /// A router further: TTL or hop limit one less, and other MAC addresses. Where the IP header is not found, only a copy.
  var routed: Packet {
    var copy = self
    guard let ip = internetHeader else { return copy }
    if bytes[ip] >> 4 == 4, bytes.count >= ip + 20, bytes[ip + 8] > 1 {
      copy.bytes[ip + 8] -= 1
      // RFC 1624: the TTL is the high byte of its word, so the sum grows by 0x100 and its carry.
      let sum = UInt32(bytes[ip + 10]) << 8 + UInt32(bytes[ip + 11]) + 0x100
      let folded = (sum & 0xffff) + (sum >> 16)
      copy.bytes[ip + 10] = UInt8(folded >> 8)
      copy.bytes[ip + 11] = UInt8(folded & 0xff)
    } else if bytes[ip] >> 4 == 6, bytes.count >= ip + 40, bytes[ip + 7] > 1 {
      copy.bytes[ip + 7] -= 1
    }
    if linkType == .ethernet {
      for place in [4, 5, 10, 11] { copy.bytes[place] ^= 0x5a }
    }
    return copy
  }

  private var internetHeader: Int? {
    var place: Int
    switch linkType {
    case .ethernet:
      place = 14
      while bytes.count > place, bytes[place - 2] == 0x81, bytes[place - 1] == 0 { place += 4 }
      guard bytes.count > place, [[8, 0], [0x86, 0xdd]].contains(bytes[place - 2..<place]) else { return nil }
    case .linuxCooked: place = 16
    case .linuxCooked2: place = 20
    case .null, .loop: place = 4
    case .raw, .raw12, .raw14, .ipv4, .ipv6: place = 0
    default: return nil
    }
    return bytes.count > place ? place : nil
  }
}

/// A recording in memory.
struct Recording {
  private(set) var packets: [Packet] = []
  private(set) var interfaces: [CaptureInterface] = []

  private struct Ends: Hashable {
    var source: IPAddress
    var sourcePort: UInt16
    var destination: IPAddress
    var destinationPort: UInt16
  }

  /// Nil where nothing of the file can be read.
  init?(path: String) {
    guard var timeline = try? Timeline(paths: [path]) else { return nil }
    var decoder = Decoder()
    var segment = Segment()
    var forward: Set<Ends> = []
    var answered: Set<Ends> = []
    var connections: [Int: Ends] = [:]
    while let frame = timeline.next() {
      var packet = Packet(
        bytes: (0..<frame.bytes.byteCount).map { frame.bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) },
        originalLength: frame.originalLength, time: frame.time.nanoseconds, linkType: frame.linkType,
        interface: frame.interface)
      switch decoder.decode(frame, into: &segment) {
      case .segment, .cutSegment:
        let ends = Ends(
          source: segment.source, sourcePort: segment.sourcePort, destination: segment.destination,
          destinationPort: segment.destinationPort)
        let answer = Ends(
          source: segment.destination, sourcePort: segment.destinationPort, destination: segment.source,
          destinationPort: segment.sourcePort)
        packet.way = forward.contains(answer) ? .backward : .forward
        if packet.way == .forward { forward.insert(ends) } else { answered.insert(answer) }
        connections[packets.count] = packet.way == .forward ? ends : answer
        packet.isPureACK =
          segment.payloadLength == 0 && segment.flags.contains(.ack)
          && segment.flags.isDisjoint(with: [.syn, .fin, .rst])
      default: break
      }
      packets.append(packet)
    }
    guard !packets.isEmpty else { return nil }
    for (place, ends) in connections { packets[place].isAnswered = answered.contains(ends) }
    interfaces = timeline.interfaces
  }
}
