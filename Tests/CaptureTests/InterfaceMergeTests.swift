import PacketScript
import Testing
import Wire

@testable import Capture

@Suite("Several interfaces of one file are merged by time, within a window") struct InterfaceMergeTests {
  /// Interface and time, ms.
  typealias Packet = (interface: UInt32, time: UInt64)

  /// In this order in the file; the bytes of each are its place.
  private func file(_ packets: [Packet], interfaces: Int = 2, late: Int? = nil, length: Int = 0) -> [UInt8] {
    var file = HandMade.pcapng()
    for _ in 0..<interfaces { file.interface() }
    for (place, packet) in packets.enumerated() {
      if place == late { file.interface() }
      file.packet(packet.interface, ticks: packet.time * 1000, bytes(place, length))
    }
    return file.bytes
  }

  private func bytes(_ place: Int, _ length: Int = 0) -> [UInt8] {
    [UInt8](repeating: UInt8(truncatingIfNeeded: place), count: 1 + place % 60 + length)
  }

  /// Places in the file, in the order in which the packets come.
  private func order(_ file: [UInt8], filter: String? = nil, length: Int = 0) throws -> [Int] {
    let reading = try Reading(file, filter: filter)
    #expect(reading.errors == [])
    let frames = reading.frames
    #expect(frames.allSatisfy { $0.bytes == bytes(Int($0.packet.number) - 1, length) })
    #expect(frames.map(\.ordinal) == Array(1..<UInt64(frames.count + 1)))
    // What came first is told from the references alone, and no interface is out of its order.
    #expect(frames.map(\.packet.place) == Array(1..<UInt64(frames.count + 1)))
    var latest: [UInt16: UInt64] = [:]
    for frame in frames {
      #expect(latest[frame.interface, default: 0] < frame.packet.number)
      latest[frame.interface] = frame.packet.number
    }
    return frames.map { Int($0.packet.number) - 1 }
  }

  @Test(
    "7: the interfaces of one file",
    arguments: [
      ([(0, 1), (0, 3), (1, 2), (1, 4)], [0, 2, 1, 3]),
      ([(1, 450), (0, 1), (0, 2), (1, 451)], [1, 2, 0, 3]),
      ([(0, 5), (1, 5), (0, 5)], [0, 1, 2]),  // at one time the file's order
      ([(0, 3), (0, 1), (1, 2)], [2, 0, 1]),  // within one interface too
      ([(0, 1), (1, 1000), (1, 1600), (0, 3)], [0, 1, 2, 3]),  // too far apart
      ([(0, 9), (1, 90_000), (0, 10), (1, 12), (0, 11)], [0, 1, 2, 3, 4]),  // from the future: set back after it
    ] as [([Packet], [Int])])
  func inOrderOfTime(packets: [Packet], places: [Int]) throws {
    #expect(try order(file(packets)) == places)
  }

  @Test("7: one interface keeps its order", arguments: 1...2) func oneInterface(described: Int) throws {
    #expect(try order(file([(0, 3), (0, 1), (0, 2)], interfaces: described)) == [0, 1, 2])
  }

  /// Described when packets have been read already.
  @Test func aSecondInterfaceInTheMidst() throws {
    let packets: [Packet] = [(0, 3), (0, 1), (0, 10), (1, 5), (0, 11), (1, 12)]
    #expect(try order(file(packets, interfaces: 1, late: 2)) == [0, 1, 3, 2, 4, 5])
  }

  /// Each section begins anew, and one of one interface stays as it is.
  @Test func sections() throws {
    let merged = file([(0, 3), (1, 2)])
    let plain = file([(0, 3), (0, 2)], interfaces: 1)
    let frames = try Reading(merged + plain + merged + merged).frames
    #expect(frames.map(\.packet.number) == [2, 1, 3, 4, 6, 5, 8, 7])
    #expect(frames.map(\.packet.place) == Array(1...8))
  }

  @Test("7: clocks an hour apart") func anHourApart() throws {
    let packets = (0..<5000 as Range<UInt64>).map { Packet(UInt32($0 % 2), $0 + $0 % 2 * 3_600_000) }
    #expect(try order(file(packets)) == Array(0..<5000))
  }

  /// A recorder's thread that stood still once: what waits goes, however much it is, and the next is merged again.
  @Test func aLateFlush() throws {
    var packets = (0..<2000 as Range<UInt64>).map { Packet(0, 1000 + $0 / 4) }
    packets += [(0, 1510), (1, 1005), (0, 1600), (1, 1595)]
    #expect(try order(file(packets)) == Array(0..<2002) + [2003, 2002])
  }

  /// By less than the window: it looks as if each answer had come before its question.
  @Test("7: a clock is set back on one of two") func setBackOnOne() throws {
    let before: [Packet] = [(0, 1000), (0, 1002), (1, 1001)]
    let after = (0..<1000 as Range<UInt64>).map { Packet(UInt32($0 % 2), $0 % 2 * 300 + 710 + $0) }
    let bytes = file(before + after)
    #expect(try order(bytes) == [0, 2, 1] + Array(3..<1003))
    // Noted once, as of the file.
    let loss = try Reading(bytes).loss
    #expect(loss.backwardSteps == 1)
    #expect(loss.firstBackwardStep.number == 4)
    #expect(loss.largestBackwardStep == 292_000_000)
  }

  /// Bursts of 500 each; then one that would have to wait for more than can wait.
  @Test("7: a hundred thousand packets") func aHundredThousand() throws {
    var packets: [Packet] = (0..<100_000).map { place in
      let (burst, within) = (place / 1000, place % 1000)
      return (UInt32(within / 500), UInt64(1 + burst * 20 + within % 500 / 25))
    }
    let places = try order(file(packets))
    #expect(places != Array(0..<100_000))
    #expect(places.map { packets[$0].time } == packets.map(\.time).sorted())
    // All at one time but the first, which is later: it waits as long as one may.
    packets = (0..<20_000).map { _ in (1, 100) }
    packets[0] = (0, 101)
    #expect(try order(file(packets)).firstIndex(of: 0) == Int(InterfaceMerge.mostWaiting))
  }

  /// The same for bytes; and what is larger than all the room there is.
  @Test func tooManyBytes() throws {
    var packets = [Packet](repeating: (1, 100), count: 200)
    packets[0] = (0, 101)
    let places = try order(file(packets, length: 60_000), length: 60_000)
    let waited = try #require(places.firstIndex(of: 0))
    #expect((60...70).contains(waited))
    let large = try order(file([(0, 2), (1, 1), (0, 3), (1, 2)], length: 5 << 20), length: 5 << 20)
    #expect(large == [0, 1, 2, 3])
  }

  @Test func tooManyInterfaces() throws {
    let many = (0..<200 as Range<UInt64>).map { Packet(UInt32($0 % 65), 1000 - $0) }
    let places = try order(file(many, interfaces: 65))
    #expect(Array(places.prefix(64)) == Array((0..<64).reversed()))
    #expect(Array(places.dropFirst(64)) == Array(64..<200))
  }

  /// Blocks that are no packets have numbers too.
  @Test(
    arguments: [
      (3, [5, 6, 1, 7], [1, 5, 6, 7]), (8189, [8191, 8192, 1, 8193], [1, 8191, 8192, 8193]),
      (8190, [8192, 1, 8193, 8194], [1, 8192, 8193, 8194]), (8191, [1, 8193, 8194, 8195], [1, 8193, 8194, 8195]),
    ] as [(Int, [UInt64], [UInt64])])
  func numbersOfOtherBlocks(count: Int, numbers: [UInt64], places: [UInt64]) throws {
    var file = HandMade.pcapng()
    file.interface()
    file.interface()
    file.packet(0, ticks: 9000, [1])
    for _ in 0..<count { file.block(0x0bad) { $0.put(UInt32(0)) } }
    file.packet(1, ticks: 8000, [2])
    file.packet(1, ticks: 7990, [3])
    file.packet(0, ticks: 9001, [4])
    let frames = try Reading(file.bytes).frames
    #expect(frames.map(\.packet.number) == numbers)
    #expect(frames.map(\.packet.place) == places)
  }

  @Test(arguments: [(1, 2), (2, 1), (5000, 13_191), (13_191, 5000), ((1 << 33) - 1, (1 << 33) + 8190)])
  func references(number: UInt64, place: UInt64) {
    let reference = PacketReference(input: 65_535, number: number, place: place)
    #expect(reference.input == 65_535 && reference.number == number && reference.place == place)
    #expect(reference.isMoved && !PacketReference(input: 1, number: number, place: number).isMoved)
  }

  /// What was read before the damage is told, and in order.
  @Test func damageBehind() throws {
    let whole = file([(0, 1), (0, 3), (1, 2), (1, 4)])
    let reading = try Reading(Array(whole.dropLast(5)))
    #expect(reading.frames.map(\.packet.number) == [1, 3, 2])
    #expect(reading.errors.map(\.isTruncation) == [true])
  }

  /// Two files: the first packets of the one are not those that stand first in it.
  @Test func severalFiles() throws {
    let folder = Folder()
    let paths = [
      folder.file("a", file([(0, 100), (0, 103), (1, 90), (1, 102)])),
      folder.file("b", file([(0, 95), (1, 91), (0, 101)])),
    ]
    let frames = try Reading(paths: paths).frames
    #expect(frames.map(\.time.nanoseconds) == [90, 91, 95, 100, 101, 102, 103].map { $0 * 1_000_000 })
  }

  @Test(.enabled(if: hasLibpcap, noLibpcap)) func aFilter() throws {
    let bytes = file([(0, 1), (0, 3), (1, 2), (1, 4)])
    #expect(try Reading(bytes, filter: "greater 3").frames.map(\.packet.number) == [3, 4])
    #expect(try Reading(bytes, filter: "greater 2").frames.map(\.packet.number) == [3, 2, 4])
    #expect(try Reading(bytes, filter: "greater 2").frames.map(\.ordinal) == [2, 3, 4])
  }
}
