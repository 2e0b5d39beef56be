/// The fields of a TCP segment in an Ethernet frame that a device looks at.
struct TCPPacket {
  /// Where the headers begin in the frame.
  let network: Int
  let transport: Int
  let payload: Int
  let isIPv6: Bool
  private let flags: UInt8
  let sequence: UInt32
  let acknowledgment: UInt32

  /// Nil where the frame holds none.
  init?(_ frame: [UInt8]) {
    guard frame.count >= 54 else { return nil }
    network = 14
    let length: Int
    switch UInt16(frame[12]) << 8 | UInt16(frame[13]) {
    case 0x0800:
      // No later fragment: it has no header.
      guard frame[14] >> 4 == 4, frame[23] == 6, frame[20] & 0x1f == 0, frame[21] == 0 else { return nil }
      transport = 14 + Int(frame[14] & 0xf) * 4
      length = 14 + (Int(frame[16]) << 8 | Int(frame[17]))
      isIPv6 = false
    case 0x86dd:
      guard frame[20] == 6 else { return nil }
      transport = 54
      length = 54 + (Int(frame[18]) << 8 | Int(frame[19]))
      isIPv6 = true
    default: return nil
    }
    guard frame.count >= transport + 20 else { return nil }
    flags = frame[transport + 13]
    payload = length - transport - Int(frame[transport + 12] >> 4) * 4
    sequence = frame.number(at: transport + 4)
    acknowledgment = frame.number(at: transport + 8)
  }

  var isFIN: Bool { flags & 1 != 0 }
  var isSYN: Bool { flags & 2 != 0 }
  var isRST: Bool { flags & 4 != 0 }
  var isACK: Bool { flags & 16 != 0 }
  /// The sequence number after it.
  var next: UInt32 { sequence &+ UInt32(max(0, payload)) &+ (isSYN ? 1 : 0) &+ (isFIN ? 1 : 0) }

  /// A RST in the name of this packet's sender, or of its receiver.
  func reset(of frame: [UInt8], fromSender: Bool, _ forgery: Forgery) -> [UInt8] {
    var forged = Array(frame[..<transport]) + frame[transport..<transport + 4] + [UInt8](repeating: 0, count: 16)
    if isIPv6 {
      forged.set(UInt16(20), at: network + 4)
      forged[network + 7] = forgery.ttl
    } else {
      forged.set(UInt16(transport - network + 20), at: network + 2)
      forged.set(UInt16.zero, at: network + 4)
      forged[network + 8] = forgery.ttl
    }
    if !fromSender {
      forged.exchange(0, 6, length: 6)
      if isIPv6 { forged.exchange(network + 8, network + 24, length: 16) }
      if !isIPv6 { forged.exchange(network + 12, network + 16, length: 4) }
      forged.exchange(transport, transport + 2, length: 2)
    }
    forged.set((fromSender ? sequence : acknowledgment) &+ forgery.offset, at: transport + 4)
    if forgery.hasACK { forged.set(fromSender ? acknowledgment : next, at: transport + 8) }
    forged[transport + 12] = 5 << 4
    forged[transport + 13] = forgery.hasACK ? 0x14 : 0x04
    if !isIPv6 {
      forged.set(UInt16.zero, at: network + 10)
      forged.set(~forged.sum(network..<transport), at: network + 10)
    }
    let addresses = isIPv6 ? network + 8..<network + 40 : network + 12..<network + 20
    // The pseudo header: addresses, protocol 6, length 20.
    forged.set(
      ~forged.sum(transport..<transport + 20, starting: UInt32(forged.sum(addresses)) + 6 + 20), at: transport + 16)
    return forged
  }
}

extension [UInt8] {
  fileprivate func number(at place: Int) -> UInt32 {
    self[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }

  fileprivate mutating func set(_ value: UInt16, at place: Int) {
    self[place] = UInt8(value >> 8)
    self[place + 1] = UInt8(value & 0xff)
  }

  fileprivate mutating func set(_ value: UInt32, at place: Int) {
    set(UInt16(value >> 16), at: place)
    set(UInt16(value & 0xffff), at: place + 2)
  }

  fileprivate mutating func exchange(_ one: Int, _ other: Int, length: Int) {
    for place in 0..<length { swapAt(one + place, other + place) }
  }

  /// The Internet checksum's sum, RFC 1071, of an even number of bytes.
  fileprivate func sum(_ range: Range<Int>, starting: UInt32 = 0) -> UInt16 {
    var sum = starting
    for place in stride(from: range.lowerBound, to: range.upperBound, by: 2) {
      sum += UInt32(self[place]) << 8 | UInt32(self[place + 1])
    }
    while sum >> 16 != 0 { sum = sum & 0xffff + sum >> 16 }
    return UInt16(sum)
  }
}
