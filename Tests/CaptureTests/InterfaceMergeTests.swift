import Capture
import PacketScript
import Testing
import Wire

@Suite("Several interfaces of one file are merged by time") struct InterfaceMergeTests {
  /// Packets as (interface, ms), in this order in the file; their bytes are their places.
  private func file(_ packets: [(UInt32, UInt64)], interfaces: Int = 2, late: Int? = nil) -> [UInt8] {
    var file = HandMade.pcapng()
    for _ in 0..<interfaces { file.interface() }
    for (place, (interface, milliseconds)) in packets.enumerated() {
      if place == late { file.interface() }
      file.packet(interface, ticks: milliseconds * 1000, bytes(place), original: 100)
    }
    return file.bytes
  }

  private func bytes(_ place: Int) -> [UInt8] {
    [UInt8](repeating: UInt8(truncatingIfNeeded: place), count: 1 + place % 60)
  }

  /// Places in the file, in the order in which the packets come.
  private func order(_ file: [UInt8], filter: String? = nil) throws -> [Int] {
    let reading = try Reading(file, filter: filter)
    #expect(reading.errors == [])
    for frame in reading.frames {
      let place = Int(frame.packet.number) - 1
      #expect(frame.bytes == bytes(place) && frame.originalLength == 100)
    }
    #expect(reading.frames.map(\.ordinal) == Array(1..<UInt64(reading.frames.count + 1)))
    return reading.frames.map { Int($0.packet.number) - 1 }
  }

  @Test(
    arguments: [
      ([(0, 1), (0, 3), (1, 2), (1, 4)], [0, 2, 1, 3]),
      ([(1, 900), (0, 1), (0, 2), (1, 901)], [1, 2, 0, 3]),
      ([(0, 5), (1, 5), (0, 5)], [0, 1, 2]),  // at one time the file's order
      ([(0, 3), (0, 1), (1, 2)], [2, 0, 1]),  // within one interface too
      ([(0, 1), (1, 2000), (1, 3500), (0, 3)], [0, 1, 3, 2]),  // too far apart: it has been told
      ([(0, 5000), (1, 5001), (0, 100), (1, 101), (0, 102)], [0, 1, 2, 3, 4]),  // the clock was set back
    ] as [([(UInt32, UInt64)], [Int])])
  func inOrderOfTime(packets: [(UInt32, UInt64)], places: [Int]) throws {
    #expect(try order(file(packets)) == places)
  }

  @Test func oneInterfaceKeepsItsOrder() throws {
    #expect(try order(file([(0, 3), (0, 1), (0, 2)], interfaces: 1)) == [0, 1, 2])
  }

  /// Described when packets have been read already.
  @Test func aSecondInterfaceInTheMidst() throws {
    #expect(
      try order(file([(0, 3), (0, 1), (0, 10), (1, 5), (0, 11), (1, 12)], interfaces: 1, late: 2)) == [
        0, 1, 3, 2, 4, 5,
      ])
  }

  /// More than wait at a time: in memory that is bounded, and in the order of the file where it has to be.
  @Test func tooManyToWait() throws {
    var packets = (0..<40_000 as Range<UInt64>).map { (UInt32(0), 1 + $0 / 100) }
    packets.append((1, 390))
    packets.append((1, 401))
    let places = try order(file(packets))
    #expect(Set(places).count == packets.count)
    #expect(places.last == 40_001)
    let moved = try #require(places.firstIndex(of: 40_000))
    #expect(packets[places[moved - 1]].1 == 390 && packets[places[moved + 1]].1 == 391)
    packets[40_000].1 = 2
    #expect(try order(file(packets)).firstIndex(of: 40_000)! < 40_000 - 16_000)
  }

  /// What was read before the damage is told, and in order.
  @Test func damageBehind() throws {
    let whole = file([(0, 1), (0, 3), (1, 2), (1, 4)])
    let reading = try Reading(Array(whole.dropLast(5)))
    #expect(reading.frames.map(\.packet.number) == [1, 3, 2])
    #expect(reading.errors.map(\.isTruncation) == [true])
  }

  @Test(.enabled(if: hasLibpcap, noLibpcap)) func aFilter() throws {
    #expect(try order(file([(0, 1), (0, 3), (1, 2), (1, 4)]), filter: "greater 3") == [0, 2, 1, 3])
  }
}
