public import Wire

/// Writes packets as the bytes of link-layer frames, checksums included.
public struct FrameBuilder: Sendable {
  /// Ethernet, RAW (101), NULL, Linux cooked v1 (113) or v2 (276).
  public var linkType: LinkType

  public init(linkType: LinkType = .ethernet) { self.linkType = linkType }

  public func frame(_ packet: TCPPacket) -> [UInt8] {
    var bytes: [UInt8] = []
    append(packet, to: &bytes)
    return bytes
  }

  public func append(_ packet: TCPPacket, to bytes: inout [UInt8]) {
    appendLink(packet.source, packet.destination, vlans: packet.vlans, to: &bytes)
    appendIP(packet, to: &bytes)
  }

  public func frame(_ error: ICMPError) -> [UInt8] {
    var bytes: [UInt8] = []
    appendLink(error.source, error.destination, vlans: error.vlans, to: &bytes)
    var quote: [UInt8] = []
    appendIP(error.quoted, to: &quote)
    let six = error.source.ipVersion == 6
    quote.removeLast(max(0, quote.count - (six ? 40 : 20) - error.quotedBytes))
    var message = [error.type, error.code, 0, 0] + bigEndian(error.mtu) + quote
    var sum = InternetChecksum()
    if six { sum.addPseudoHeader(error.source, error.destination, length: message.count, protocol: 58) }
    sum.add(message, from: 0)
    let value = sum.value
    message[2] = UInt8(value >> 8)
    message[3] = UInt8(value & 255)
    appendHeader(
      error.source, error.destination, length: message.count, protocol: six ? 58 : 1, ipID: error.ipID, to: &bytes)
    return bytes + message
  }

  /// A UDP datagram that has nothing to do with any connection: the capture was still running.
  public func clockTick(from source: Host, to destination: Host) -> [UInt8] {
    var bytes: [UInt8] = []
    appendLink(source, destination, vlans: [], to: &bytes)
    appendHeader(source, destination, length: 12, protocol: 17, ipID: 0, to: &bytes)
    bytes += bigEndian(UInt16(9)) + bigEndian(UInt16(9)) + bigEndian(UInt16(12)) + [0, 0] + Array("tick".utf8)
    return bytes
  }

  private func appendLink(_ source: Host, _ destination: Host, vlans: [UInt16], to bytes: inout [UInt8]) {
    let type: UInt16 = source.ipVersion == 6 ? 0x86dd : 0x0800
    switch linkType.rawValue {
    case 0:
      bytes += source.ipVersion == 6 ? [30, 0, 0, 0] : [2, 0, 0, 0]
    case 101:
      break
    case 113:
      bytes += [0, 0, 0, 1, 0, 6] + mac(source) + [0, 0] + bigEndian(type)
    case 276:
      bytes += bigEndian(type) + [0, 0] + [0, 0, 0, 2] + [0, 1, 0, 6] + mac(source) + [0, 0]
    default:
      bytes += mac(destination) + mac(source)
      for (index, vlan) in vlans.enumerated() {
        bytes += bigEndian(UInt16(index + 1 < vlans.count ? 0x88a8 : 0x8100)) + bigEndian(vlan)
      }
      bytes += bigEndian(type)
    }
  }

  private func appendIP(_ packet: TCPPacket, to bytes: inout [UInt8]) {
    let length = packet.headerLength + packet.payloadLength
    appendHeader(
      packet.source, packet.destination, length: length, protocol: 6, ipID: packet.ipID,
      trafficClass: packet.trafficClass, lengthZero: packet.lengthZero, to: &bytes)
    let start = bytes.count
    bytes += bigEndian(packet.source.port) + bigEndian(packet.destination.port)
    bytes += bigEndian(packet.sequence) + bigEndian(packet.acknowledgment)
    let flags = UInt16(packet.headerLength / 4) << 12 | packet.flags.rawValue
    bytes += bigEndian(flags) + bigEndian(packet.window) + [0, 0] + bigEndian(packet.urgent)
    for option in packet.options { bytes += option.bytes }
    while bytes.count - start < packet.headerLength { bytes.append(1) }
    bytes += packet.payload
    var sum = InternetChecksum()
    sum.addPseudoHeader(packet.source, packet.destination, length: length, protocol: 6)
    sum.add(bytes, from: start)
    let value = packet.badChecksum ? sum.value ^ 0x5555 : sum.value
    bytes[start + 16] = UInt8(value >> 8)
    bytes[start + 17] = UInt8(value & 255)
  }

  private func appendHeader(
    _ source: Host, _ destination: Host, length: Int, protocol number: UInt8, ipID: UInt16, trafficClass: UInt8 = 0,
    lengthZero: Bool = false, to bytes: inout [UInt8]
  ) {
    if source.ipVersion == 6 {
      let field = UInt16(truncatingIfNeeded: lengthZero || length > 65_535 ? 0 : length)
      bytes += [0x60 | trafficClass >> 4, trafficClass << 4, 0, 0] + bigEndian(field) + [number, source.ttl]
      bytes += address(source) + address(destination)
      return
    }
    let start = bytes.count
    let total = lengthZero || length + 20 > 65_535 ? 0 : length + 20
    bytes += [0x45, trafficClass] + bigEndian(UInt16(total)) + bigEndian(ipID) + [0x40, 0, source.ttl, number, 0, 0]
    bytes += address(source) + address(destination)
    var sum = InternetChecksum()
    sum.add(bytes, from: start)
    let value = sum.value
    bytes[start + 10] = UInt8(value >> 8)
    bytes[start + 11] = UInt8(value & 255)
  }

  private func mac(_ host: Host) -> [UInt8] { Array(bigEndian(host.mac).dropFirst(2)) }
}

func address(_ host: Host) -> [UInt8] {
  host.ipVersion == 6
    ? bigEndian(host.address.high) + bigEndian(host.address.low) : bigEndian(host.address.v4)
}

/// The sum of RFC 1071.
struct InternetChecksum {
  private var sum: UInt64 = 0

  mutating func add(_ bytes: [UInt8], from start: Int) {
    bytes.withUnsafeBufferPointer { bytes in
      var index = start
      while index + 1 < bytes.count {
        sum &+= UInt64(bytes[index]) << 8 | UInt64(bytes[index + 1])
        index += 2
      }
      if index < bytes.count { sum &+= UInt64(bytes[index]) << 8 }
    }
  }

  /// RFC 9293 §3.1, RFC 8200 §8.1.
  mutating func addPseudoHeader(_ source: Host, _ destination: Host, length: Int, protocol number: UInt8) {
    add(address(source), from: 0)
    add(address(destination), from: 0)
    sum &+= UInt64(length >> 16) &+ UInt64(length & 0xffff) &+ UInt64(number)
  }

  var value: UInt16 {
    var folded = sum
    while folded > 0xffff { folded = folded & 0xffff + folded >> 16 }
    return ~UInt16(folded)
  }
}
