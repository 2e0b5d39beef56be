public import Wire

/// A TCP option as it is written into a header.
public enum TCPOption: Sendable, Hashable {
  case mss(UInt16)
  case windowScale(UInt8)
  case sackPermitted
  /// Absolute sequence numbers, at most four pairs.
  case sack([SequenceRange])
  case timestamps(value: UInt32, echo: UInt32)
  /// RFC 7413: 0 bytes ask for a cookie.
  case fastOpen(cookie: [UInt8])
  /// RFC 8684: the first nibble of `bytes` is the subtype.
  case mptcp(bytes: [UInt8])
  case md5
  case nop
  /// An option of length 0: no reader gets beyond it.
  case malformed

  /// Kind, length and content.
  public var bytes: [UInt8] {
    switch self {
    case .mss(let size): [2, 4] + bigEndian(size)
    case .windowScale(let shift): [3, 3, shift]
    case .sackPermitted: [4, 2]
    case .sack(let ranges):
      [5, UInt8(truncatingIfNeeded: 2 + 8 * ranges.count)] + ranges.flatMap { bigEndian($0.start) + bigEndian($0.end) }
    case .timestamps(let value, let echo): [8, 10] + bigEndian(value) + bigEndian(echo)
    case .fastOpen(let cookie): [34, UInt8(truncatingIfNeeded: 2 + cookie.count)] + cookie
    case .mptcp(let bytes): [30, UInt8(truncatingIfNeeded: 2 + bytes.count)] + bytes
    case .md5: [19, 18] + [UInt8](repeating: 0xa5, count: 16)
    case .nop: [1]
    case .malformed: [253, 0]
    }
  }
}

/// `start ..< end` in absolute sequence numbers.
public struct SequenceRange: Sendable, Hashable {
  public var start: UInt32
  public var end: UInt32

  public init(_ start: UInt32, _ end: UInt32) {
    self.start = start
    self.end = end
  }
}

/// One end of a connection as its packets show it.
public struct Host: Sendable, Hashable {
  public var address: IPAddress
  public var port: UInt16
  /// 4 or 6: how `address` is written on the wire.
  public var ipVersion: UInt8
  /// Link-layer address, low 48 bits.
  public var mac: UInt64
  public var ttl: UInt8

  public init(_ address: IPAddress, port: UInt16, ipVersion: UInt8 = 4, mac: UInt64 = 0x0200_0000_0001, ttl: UInt8 = 64)
  {
    self.address = address
    self.port = port
    self.ipVersion = ipVersion
    self.mac = mac
    self.ttl = ttl
  }
}

/// A TCP segment with everything around it, ready to be written into a frame.
public struct TCPPacket: Sendable {
  public var source: Host
  public var destination: Host
  public var flags: TCPFlags
  public var sequence: UInt32
  public var acknowledgment: UInt32 = 0
  public var window: UInt16 = 502
  public var options: [TCPOption] = []
  public var payloadLength = 0
  public var urgent: UInt16 = 0
  public var ipID: UInt16 = 0
  /// Outermost first.
  public var vlans: [UInt16] = []
  /// IP length field written as 0: a super-segment captured before it was cut (TSO, BIG TCP).
  public var lengthZero = false
  /// The checksum is written wrong, as offload leaves it.
  public var badChecksum = false
  /// The payload is one TLS record of type alert.
  public var isAlert = false
  /// TOS or traffic class, ECN bits included.
  public var trafficClass: UInt8 = 0

  public init(from source: Host, to destination: Host, _ flags: TCPFlags, sequence: UInt32) {
    self.source = source
    self.destination = destination
    self.flags = flags
    self.sequence = sequence
  }

  /// What it carries.
  public var payload: [UInt8] {
    let data = sequence &+ (flags.contains(.syn) ? 1 : 0)
    var bytes = (0..<payloadLength).map { streamByte(at: data &+ UInt32(truncatingIfNeeded: $0)) }
    if isAlert, payloadLength >= 7 {
      bytes.replaceSubrange(0..<5, with: [21, 3, 3] + bigEndian(UInt16(truncatingIfNeeded: payloadLength - 5)))
    }
    return bytes
  }

  /// Bytes of the TCP header, options padded to whole words.
  public var headerLength: Int { 20 + (options.reduce(0) { $0 + $1.bytes.count } + 3) / 4 * 4 }
  /// Bytes of the IP packet.
  public var ipLength: Int { (source.ipVersion == 6 ? 40 : 20) + headerLength + payloadLength }
}

/// An ICMP or ICMPv6 error about an earlier packet.
public struct ICMPError: Sendable {
  public var source: Host
  public var destination: Host
  public var type: UInt8
  public var code: UInt8
  /// Next-hop MTU where the type has one, else 0.
  public var mtu: UInt32 = 0
  public var quoted: TCPPacket
  /// How much of the quoted TCP segment comes back, bytes: at least 8 (RFC 792), as much as fits (RFC 4443).
  public var quotedBytes = 8
  public var ipID: UInt16 = 0
  public var vlans: [UInt16] = []

  public init(from source: Host, to destination: Host, type: UInt8, code: UInt8, about quoted: TCPPacket) {
    self.source = source
    self.destination = destination
    self.type = type
    self.code = code
    self.quoted = quoted
  }
}

/// The byte of a stream at a sequence number: the same whenever it is sent again.
public func streamByte(at sequence: UInt32) -> UInt8 {
  UInt8(truncatingIfNeeded: (sequence &* 0x9e37_79b1) >> 24)
}

func bigEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
  (0..<(Number.bitWidth / 8)).reversed().map { UInt8(truncatingIfNeeded: number >> (Number($0) * 8)) }
}
