import Testing
import Wire

@testable import Flow

@Suite("What is remembered of hosts, in few bytes")
struct KnownHostsTests {
  @Test func aHostOfIPv4AndAPairTakeLittle() {
    #expect(MemoryLayout<KnownHost<UInt64Halves, TTLRange>>.stride <= 32)
    #expect(MemoryLayout<KnownHost<UInt64Halves, Sightings>>.stride <= 32)
  }

  @Test func addressesOfBothVersionsAreToldApart() {
    var known = KnownHosts<Sightings>(limit: 4, seed: HashSeed(1))
    let v4 = IPAddress(v4: 0x0a00_0001)
    let v6 = IPAddress(high: 1, low: v4.low)
    let short = IPAddress(high: 0, low: 0x0a00_0001)
    let places = [known.place(of: v4), known.place(of: v6), known.place(of: short), known.place(of: v4, v6)]
    #expect(Set(places).count == 4 && !places.contains(nil))
    #expect([known.find(v4), known.find(v6), known.find(short), known.find(v6, v4)] == places)
    #expect([known.place(of: v4), known.place(of: v6), known.place(of: short), known.place(of: v4, v6)] == places)
    #expect(known.place(of: v4, short) == nil && known.place(of: IPAddress(v4: 7)) == nil, "no room")
    for case let place? in places { known[place].severalPlaces = place == places[1] }
    #expect(places.compactMap(\.self).map { known[$0].severalPlaces } == [false, true, false, false])
  }

  /// As if all were remembered.
  @Test(arguments: 1...200 as ClosedRange<UInt64>) func theWitnessesAreEnough(_ seed: UInt64) {
    var random = Generator(seed: seed)
    var sightings = Sightings()
    var both: Set<UInt64> = []
    var oneOnly: Set<UInt64> = []
    for _ in 0..<8 {
      let id = UInt64(random.below(4))
      if random.below(3) == 0 {
        both.insert(id)
        sightings.add(.both, id)
      } else {
        oneOnly.insert(id)
        sightings.add(.oneOnly, id)
      }
      for asking in 0...4 as ClosedRange<UInt64> {
        let expected: Bool? =
          !both.subtracting([asking]).isEmpty ? true : !oneOnly.subtracting([asking]).isEmpty ? false : nil
        #expect(sightings.without(asking) == expected)
      }
    }
  }

  @Test(arguments: 1...200 as ClosedRange<UInt64>) func theExtremesAreEnough(_ seed: UInt64) {
    var random = Generator(seed: seed)
    var range = TTLRange()
    var all: [(id: UInt64, range: ClosedRange<UInt8>)] = []
    for _ in 0..<8 {
      let low = [0, 1, 64, 254, 255][random.below(5)]
      let added = UInt8(low)...UInt8(min(255, low + random.below(3)))
      all.append((UInt64(random.below(4)), added))
      range.add(added, all[all.count - 1].id)
      for asking in 0...4 as ClosedRange<UInt64> {
        let others = all.filter { $0.id != asking }.map(\.range)
        #expect(range.without(asking)?.lowerBound == others.map(\.lowerBound).min())
        #expect(range.without(asking)?.upperBound == others.map(\.upperBound).max())
      }
    }
  }
}
