import Capture
import PacketScript
import Testing
import Wire

/// Three packets; one that was cut by the snaplen.
let threePackets = """
  0.5          C > S  S  <mss 1460>
  0.500000123  S > C  S. <mss 1460>
  0.75         C > S  .  1:101  snap 60
  """

@Suite struct PcapTests {
  @Test(arguments: [false, true], [false, true])
  func everyByteOrderAndResolution(bigEndian: Bool, nanosecond: Bool) throws {
    let script = try PacketScript.parse(threePackets)
    let reading = try Reading(script.pcap(nanosecond: nanosecond, bigEndian: bigEndian))
    #expect(reading.errors == [])
    let resolution: Int64 = nanosecond ? 1 : 1000
    let times = script.captured.map { $0.time.nanoseconds / resolution * resolution }
    #expect(reading.frames.map(\.time.nanoseconds) == times)
    #expect(reading.frames.map(\.packet.number) == [1, 2, 3])
    #expect(reading.frames.map(\.ordinal) == [1, 2, 3])
    #expect(reading.frames.map(\.bytes.count) == [58, 58, 60])
    #expect(reading.frames.map(\.originalLength) == [58, 58, 154])
    #expect(reading.frames[0].bytes == script.frameBytes(script.captured[0]))
    #expect(reading.recordingEnd?.nanoseconds == times[2])
    #expect(reading.interfaces == [CaptureInterface(input: 0, name: nil, linkType: .ethernet, snaplen: 262_144)])
  }

  /// libpcap's list: the same records behind five magic numbers, two of them with longer record headers.
  @Test(
    arguments: [
      (magic: 0xa1b2_c3d4 as UInt32, extra: 0, unit: 1000 as Int64), (0xa1b2_3c4d, 0, 1), (0xa12b_3c4d, 0, 1000),
      (0xa1b2_cd34, 8, 1000), (0xa1b2_34cd, 8, 1000),
    ], [false, true])
  func everyMagic(_ variant: (magic: UInt32, extra: Int, unit: Int64), bigEndian: Bool) throws {
    var file = HandMade.pcap(magic: variant.magic, bigEndian: bigEndian)
    file.record(7, 5, [1, 2, 3], original: 9, extra: [UInt8](repeating: 0xee, count: variant.extra))
    file.record(8, 6, [4, 5], extra: [UInt8](repeating: 0xee, count: variant.extra))
    let reading = try Reading(file.bytes)
    #expect(reading.errors == [])
    #expect(reading.frames.map(\.bytes) == [[1, 2, 3], [4, 5]])
    #expect(reading.frames.map(\.originalLength) == [9, 2])
    #expect(
      reading.frames.map(\.time.nanoseconds) == [7_000_000_000 + 5 * variant.unit, 8_000_000_000 + 6 * variant.unit])
  }

  /// Before 2.3 the captured length came second; in 2.3 the smaller is the captured one.
  @Test(arguments: [((2, 0), 9, 3), ((2, 2), 9, 3), ((543, 0), 9, 3), ((2, 3), 9, 3), ((2, 3), 3, 9), ((2, 4), 3, 9)])
  func lengthsOfOldVersions(version: (Int, Int), first: Int, second: Int) throws {
    var file = HandMade.pcap(version: (UInt16(version.0), UInt16(version.1)))
    file.record(1, 0, [7, 8, 9], captured: UInt32(first), original: UInt32(second))
    let reading = try Reading(file.bytes)
    #expect(reading.errors == [])
    #expect(reading.frames.map(\.bytes) == [[7, 8, 9]])
    #expect(reading.frames.map(\.originalLength) == [9])
  }

  /// D-Bus has messages of up to 128 MiB, and USB transfers: no TCP among them, and no damage.
  @Test(arguments: [
    (231, 300_000, 2), (189, 300_000, 2), (279, 300_000, 2), (1, 300_000, 0), (231, (128 << 20) + 1, 0),
  ])
  func packetsOfAnotherBus(linkType: UInt32, length: UInt32, count: Int) throws {
    var file = HandMade.pcap(snaplen: 128 << 20, network: linkType)
    file.record(1, 0, [UInt8](repeating: 1, count: 300_000), captured: length, original: length)
    file.record(2, 0, [1, 2, 3])
    let reading = try Reading(file.bytes)
    #expect(reading.frames.map(\.packet.number) == Array(1..<UInt64(count + 1)))
    #expect(reading.errors.isEmpty == (count > 0))
    guard count > 0 else { return }
    #expect(reading.frames.map(\.originalLength) == [300_000, 3] && reading.frames[1].bytes == [1, 2, 3])
    #expect(try Reading(Array(file.bytes.prefix(1000))).errors.map(\.isTruncation) == [true])
  }
}
