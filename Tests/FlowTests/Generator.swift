import Wire

/// Random numbers from a seed, the same on every machine (SplitMix64).
struct Generator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var x = state
    x = (x ^ (x >> 30)) &* 0xbf58_476d_1ce4_e5b9
    x = (x ^ (x >> 27)) &* 0x94d0_49bb_1331_11eb
    return x ^ (x >> 31)
  }

  /// 0 ..< bound
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

/// A transfer of a size that no script could spell out.
enum Bulk {
  /// One client sends `count` segments of `size` bytes from a SYN on; the server acknowledges every nth and the last.
  static func segments(of size: Int, count: Int, acknowledgedEvery nth: Int) -> [Segment] {
    var all: [Segment] = []
    func add(fromClient: Bool, _ flags: TCPFlags, _ sequence: Int, _ acknowledgment: Int, _ length: Int) {
      let number = UInt64(all.count + 1)
      var segment = Segment()
      segment.source = IPAddress(v4: fromClient ? 1 : 2)
      segment.destination = IPAddress(v4: fromClient ? 2 : 1)
      segment.sourcePort = fromClient ? 40_000 : 80
      segment.destinationPort = fromClient ? 80 : 40_000
      segment.flags = flags
      segment.sequence = SequenceNumber(UInt32(truncatingIfNeeded: sequence))
      segment.acknowledgment = SequenceNumber(UInt32(truncatingIfNeeded: acknowledgment))
      segment.payloadLength = UInt32(length)
      segment.wireLength = UInt32(length + 40)
      segment.window = 65_535
      segment.ttl = 64
      segment.ipID = UInt16(truncatingIfNeeded: number)
      segment.time = Timestamp(nanoseconds: Int64(number) * 1_000_000)
      segment.packet = PacketReference(input: 0, number: number)
      segment.ordinal = number
      all.append(segment)
    }
    add(fromClient: true, .syn, 7, 0, 0)
    add(fromClient: false, [.syn, .ack], 100, 8, 0)
    add(fromClient: true, .ack, 8, 101, 0)
    for place in 0..<count {
      add(fromClient: true, [.ack, .psh], 8 + place * size, 101, size)
      if place % nth == 0 || place == count - 1 { add(fromClient: false, .ack, 101, 8 + (place + 1) * size, 0) }
    }
    return all
  }
}
