internal import Wire

/// The secrets of a run's hash: every factor of its products has one, so that no sender can make a product that it knows.
struct HashSeed: BitwiseCopyable, Sendable {
  let first: UInt64
  let second: UInt64
  let third: UInt64
  let fourth: UInt64
  let fifth: UInt64
  /// What the upper halves of two IPv4 addresses come to: the same for all.
  let mapped: UInt64

  init(_ seed: UInt64) {
    // SplitMix64.
    func word(_ number: UInt64) -> UInt64 {
      var x = seed &+ number &* 0x9e37_79b9_7f4a_7c15
      x = (x ^ (x >> 30)) &* 0xbf58_476d_1ce4_e5b9
      x = (x ^ (x >> 27)) &* 0x94d0_49bb_1331_11eb
      return x ^ (x >> 31)
    }
    first = word(1)
    second = word(2)
    third = word(3)
    fourth = word(4)
    fifth = word(5)
    mapped = HashSeed.fold(third, fourth) ^ fifth
  }

  /// Both halves of the product.
  @inline(__always) static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }
}

/// Both ends of a connection in canonical order, so that both directions give the same key.
///
/// The lower (address, port) is `a`. Five words: compared with as many loads and no loop.
struct FlowKey: Hashable, BitwiseCopyable {
  var aHigh: UInt64
  var aLow: UInt64
  var bHigh: UInt64
  var bLow: UInt64
  /// Ports, scope and version, from the top down.
  private var rest: UInt64

  @inline(__always) init(
    aHigh: UInt64, aLow: UInt64, bHigh: UInt64, bLow: UInt64, aPort: UInt16, bPort: UInt16, scope: UInt16,
    ipVersion: UInt16
  ) {
    self.aHigh = aHigh
    self.aLow = aLow
    self.bHigh = bHigh
    self.bLow = bLow
    rest = UInt64(aPort) << 48 | UInt64(bPort) << 32 | UInt64(scope) << 16 | UInt64(ipVersion)
  }

  var aPort: UInt16 { UInt16(truncatingIfNeeded: rest >> 48) }
  var bPort: UInt16 { UInt16(truncatingIfNeeded: rest >> 32) }
  /// Joined by `--key-vlan` and `--key-tunnel`; 0 otherwise.
  var scope: UInt16 { UInt16(truncatingIfNeeded: rest >> 16) }
  var ipVersion: UInt16 { UInt16(truncatingIfNeeded: rest) }

  /// The key, and whether the segment's source is `a`.
  @inline(__always) static func of(_ segment: Segment, scope: UInt16) -> (key: FlowKey, fromA: Bool) {
    make(
      source: segment.source, sourcePort: segment.sourcePort, destination: segment.destination,
      destinationPort: segment.destinationPort, ipVersion: segment.ipVersion, scope: scope)
  }

  @inline(__always) static func make(
    source: IPAddress, sourcePort: UInt16, destination: IPAddress, destinationPort: UInt16, ipVersion: UInt8,
    scope: UInt16
  ) -> (key: FlowKey, fromA: Bool) {
    let fromA: Bool
    if source.low != destination.low {
      fromA = source.low < destination.low
    } else if source.high != destination.high {
      fromA = source.high < destination.high
    } else {
      fromA = sourcePort <= destinationPort
    }
    let version = UInt16(ipVersion)
    if fromA {
      let key = FlowKey(
        aHigh: source.high, aLow: source.low, bHigh: destination.high, bLow: destination.low, aPort: sourcePort,
        bPort: destinationPort, scope: scope, ipVersion: version)
      return (key, true)
    }
    let key = FlowKey(
      aHigh: destination.high, aLow: destination.low, bHigh: source.high, bLow: source.low, aPort: destinationPort,
      bPort: sourcePort, scope: scope, ipVersion: version)
    return (key, false)
  }

  /// 32 bits, seeded per run: whoever sends the packets picks the tuples, not the buckets. Never 0: the highest bit is
  /// always set, which says nothing of a slot; were it the lowest, every second slot would be nobody's first.
  @inline(__always) func hash(seed: HashSeed) -> UInt32 { mixed(seed) | 1 << 31 }

  @inline(__always) func mixed(_ seed: HashSeed) -> UInt32 {
    let low = HashSeed.fold(aLow ^ seed.first, bLow ^ seed.second)
    let high =
      aHigh | bHigh == 0 ? seed.mapped : HashSeed.fold(aHigh ^ seed.third, bHigh ^ seed.fourth) ^ seed.fifth
    return UInt32(truncatingIfNeeded: HashSeed.fold(low ^ rest, high) >> 32)
  }

  /// Both addresses, where they are IPv4's.
  var pairOfIPv4: UInt64? {
    aHigh | bHigh == 0 && aLow >> 32 == 0xffff && bLow >> 32 == 0xffff ? aLow << 32 | bLow & 0xffff_ffff : nil
  }

  var a: Endpoint { Endpoint(address: IPAddress(high: aHigh, low: aLow), port: aPort) }
  var b: Endpoint { Endpoint(address: IPAddress(high: bHigh, low: bLow), port: bPort) }
}
