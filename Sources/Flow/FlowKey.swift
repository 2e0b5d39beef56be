internal import Wire

/// The secrets of a run's hash: every factor of its products has one, so that no sender can make a product that it knows.
struct HashSeed: BitwiseCopyable, Sendable {
  let first: UInt64
  let second: UInt64
  let third: UInt64
  let fourth: UInt64
  let fifth: UInt64

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
  }

  /// Both halves of the product.
  @inline(__always) static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }
}

/// Both ends of a connection in canonical order, so that both directions give the same key.
///
/// The lower (address, port) is `a`. Forty bytes, integer fields only: compared with five loads and no loop.
struct FlowKey: Hashable, BitwiseCopyable {
  var aHigh: UInt64
  var aLow: UInt64
  var bHigh: UInt64
  var bLow: UInt64
  var aPort: UInt16
  var bPort: UInt16
  /// Joined by `--key-vlan` and `--key-tunnel`; 0 otherwise.
  var scope: UInt16
  var ipVersion: UInt16

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

  /// 32 bits, seeded per run: whoever sends the packets picks the tuples, not the buckets. Never 0.
  @inline(__always) func hash(seed: HashSeed) -> UInt32 {
    let rest = UInt64(aPort) << 48 | UInt64(bPort) << 32 | UInt64(scope) << 16 | UInt64(ipVersion)
    let low = HashSeed.fold(aLow ^ seed.first, bLow ^ seed.second)
    let high = HashSeed.fold(aHigh ^ seed.third, bHigh ^ seed.fourth)
    let all = HashSeed.fold(low ^ rest, high ^ seed.fifth)
    return UInt32(truncatingIfNeeded: all >> 32) | 1
  }

  var a: Endpoint { Endpoint(address: IPAddress(high: aHigh, low: aLow), port: aPort) }
  var b: Endpoint { Endpoint(address: IPAddress(high: bHigh, low: bLow), port: bPort) }
}
