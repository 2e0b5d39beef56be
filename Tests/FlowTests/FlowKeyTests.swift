import Testing
import Wire

@testable import Flow

@Suite("The hash of a connection's key")
struct FlowKeyTests {
  private func key(_ source: IPAddress, _ destination: IPAddress, port: UInt16 = 1) -> FlowKey {
    FlowKey.make(
      source: source, sourcePort: port, destination: destination, destinationPort: 80, ipVersion: 6, scope: 0
    ).key
  }

  /// Addresses that made a factor zero, or a sum constant, under a hash whose constants were known.
  @Test(arguments: [1, 2, 0x7463_7061_7564_6974] as [UInt64]) func noSenderPicksTheBuckets(seed: UInt64) {
    let seed = HashSeed(seed)
    var zero: Set<UInt32> = []
    var constant: Set<UInt32> = []
    let count: UInt64 = 4096
    for number in 0..<count {
      let target = IPAddress(high: 1, low: 0x9e37_79b9_7f4a_7c15)
      zero.insert(key(IPAddress(high: 1, low: number), target).hash(seed: seed))
      let source = IPAddress(high: number << 1, low: 5)
      constant.insert(key(source, IPAddress(high: ~number, low: 6)).hash(seed: seed))
    }
    #expect(zero.count > 4000 && constant.count > 4000)
  }

  @Test func bothDirectionsHaveOneKey() {
    let (one, other) = (IPAddress(high: 3, low: 9), IPAddress(high: 7, low: 1))
    let there = FlowKey.make(
      source: one, sourcePort: 5, destination: other, destinationPort: 80, ipVersion: 6, scope: 0)
    let back = FlowKey.make(
      source: other, sourcePort: 80, destination: one, destinationPort: 5, ipVersion: 6, scope: 0)
    #expect(there.key == back.key && there.fromA != back.fromA)
  }
}
