import Glibc

/// An interface, whole frames in and out.
struct Port {
  let descriptor: Int32

  /// Ends the program where it can't be had.
  init(_ interface: String) {
    let everything = Int32(UInt16(0x0003).bigEndian)  // ETH_P_ALL
    descriptor = socket(AF_PACKET, Int32(SOCK_RAW.rawValue) | Int32(SOCK_NONBLOCK.rawValue), everything)
    guard descriptor >= 0 else { fail("packet socket") }
    // 0 would be all of them.
    let index = if_nametoindex(interface)
    guard index > 0 else { fail(interface) }
    var one: Int32 = 1
    setsockopt(descriptor, 263, 23, &one, 4)  // SOL_PACKET, PACKET_IGNORE_OUTGOING
    var size: Int32 = 16 << 20
    setsockopt(descriptor, SOL_SOCKET, 33, &size, 4)  // SO_RCVBUFFORCE
    setsockopt(descriptor, SOL_SOCKET, 32, &size, 4)  // SO_SNDBUFFORCE
    // struct sockaddr_ll: family, protocol, index, and 12 bytes that bind() does not look at.
    var name = [UInt8](repeating: 0, count: 20)
    name.withUnsafeMutableBytes {
      $0.storeBytes(of: UInt16(AF_PACKET), as: UInt16.self)
      $0.storeBytes(of: UInt16(0x0003).bigEndian, toByteOffset: 2, as: UInt16.self)
      $0.storeBytes(of: Int32(index), toByteOffset: 4, as: Int32.self)
    }
    let result = name.withUnsafeBytes {
      bind(descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), 20)
    }
    guard result == 0 else { fail(interface) }
  }

  /// The next frame that waits.
  func receive(_ buffer: inout [UInt8]) -> [UInt8]? {
    let count = read(descriptor, &buffer, buffer.count)
    return count > 0 ? Array(buffer[..<count]) : nil
  }

  func send(_ frame: [UInt8]) {
    // A veth that is full says ENOBUFS: that packet is lost, as on a real link.
    _ = write(descriptor, frame, frame.count)
  }
}

/// One direction: packets that wait for their time.
struct Direction {
  private struct Waiting {
    let due: Double
    let frame: [UInt8]
  }

  var settings = Settings()
  private(set) var tally = Tally()
  private let from: Port
  private let to: Port
  /// The receiver of what goes this way.
  private let end: End
  /// By due time; what is due at the same time in the order of arrival.
  private var waiting: [Waiting] = []
  private var lastDue = 0.0
  private var lineFreeAt = 0.0

  init(from: Port, to: Port, end: End) {
    self.from = from
    self.to = to
    self.end = end
  }

  var nextDue: Double? { waiting.first?.due }

  /// Sends what is due.
  mutating func deliver(_ time: Double) {
    let due = waiting.prefix { $0.due <= time }
    for packet in due { to.send(packet.frame) }
    waiting.removeFirst(due.count)
  }

  /// Takes what has come.
  mutating func receive(_ buffer: inout [UInt8], _ time: Double, _ random: inout Random) {
    while let frame = from.receive(&buffer) { take(frame, time, &random) }
  }

  private mutating func take(_ frame: [UInt8], _ time: Double, _ random: inout Random) {
    guard !isNeighbourDiscovery(frame) else { return to.send(frame) }
    if let packet = TCPPacket(frame) {
      forge(packet, frame)
      for index in settings.drops.indices where settings.drops[index].takes(packet) {
        tally.eaten += 1
        return
      }
    }
    if settings.isBlack {
      tally.blackened += 1
      return
    }
    if settings.mtu > 0, frame.count - 14 > settings.mtu {
      tally.tooLarge += 1
      return
    }
    if random.next() < settings.loss {
      tally.lost += 1
      return
    }
    var due = time
    if settings.rate > 0 {
      guard (lineFreeAt - time) * settings.rate / 8 < settings.queue else {
        tally.lost += 1
        return
      }
      lineFreeAt = max(lineFreeAt, time) + Double(frame.count * 8) / settings.rate
      due = lineFreeAt
    }
    due += settings.delay + settings.jitter * random.next()
    tally.carried += 1
    if random.next() < settings.reorder {
      tally.late += 1
      insert(frame, due + settings.hold)
    } else {
      lastDue = max(due, lastDue)
      insert(frame, lastDue)
    }
    if random.next() < settings.duplicate {
      tally.copied += 1
      insert(frame, due + settings.hold)
    }
    deliver(time)
  }

  /// A device needs no time, and stands on this side of the delay.
  private mutating func forge(_ packet: TCPPacket, _ frame: [UInt8]) {
    guard let index = settings.forgeries.firstIndex(where: { $0.kind.covers(packet) }) else { return }
    let forgery = settings.forgeries.remove(at: index)
    for target in forgery.ends {
      let forged = packet.reset(of: frame, fromSender: target == end, forgery)
      (target == end ? to : from).send(forged)
      tally.forged += 1
    }
  }

  private mutating func insert(_ frame: [UInt8], _ due: Double) {
    var place = waiting.endIndex
    while place > 0, waiting[place - 1].due > due { place -= 1 }
    waiting.insert(Waiting(due: due, frame: frame), at: place)
  }

  /// ARP and ICMPv6 133 to 136 pass at once: no scenario is about them.
  private func isNeighbourDiscovery(_ frame: [UInt8]) -> Bool {
    guard frame.count > 54 else { return frame.count > 13 && frame[12] == 0x08 && frame[13] == 0x06 }
    if frame[12] == 0x08 { return frame[13] == 0x06 }
    return frame[12] == 0x86 && frame[20] == 58 && (133...136).contains(frame[54])
  }
}

/// SplitMix64: the same seed gives the same losses.
struct Random {
  var state: UInt64

  /// From 0 up to 1.
  mutating func next() -> Double {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return Double((value ^ value >> 31) >> 11) / Double(1 << 53)
  }
}
