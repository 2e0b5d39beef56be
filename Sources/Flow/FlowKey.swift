internal import Wire

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
  @inline(__always) func hash(seed: UInt64) -> UInt32 {
    let rest = UInt64(aPort) << 48 | UInt64(bPort) << 32 | UInt64(scope) << 16 | UInt64(ipVersion)
    let low = (aLow ^ seed).multipliedFullWidth(by: bLow ^ 0x9e37_79b9_7f4a_7c15)
    let high = (aHigh &+ (bHigh << 1 | bHigh >> 63)) ^ seed ^ 0xbf58_476d_1ce4_e5b9
    let all = (low.high ^ low.low ^ rest).multipliedFullWidth(by: high)
    let mixed = (all.high ^ all.low) &* 0x94d0_49bb_1331_11eb
    return UInt32(truncatingIfNeeded: mixed >> 32) | 1
  }

  var a: Endpoint { Endpoint(address: IPAddress(high: aHigh, low: aLow), port: aPort) }
  var b: Endpoint { Endpoint(address: IPAddress(high: bHigh, low: bLow), port: bPort) }
}
