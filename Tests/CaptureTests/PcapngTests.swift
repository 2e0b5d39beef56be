import Capture
import PacketScript
import Testing
import Wire

@Suite struct PcapngTests {
  @Test(arguments: [false, true])
  func eitherByteOrder(bigEndian: Bool) throws {
    let script = try PacketScript.parse(threePackets)
    let reading = try Reading(script.pcapng(bigEndian: bigEndian))
    #expect(reading.errors == [])
    #expect(reading.frames.map(\.time) == script.captured.map(\.time))
    #expect(reading.frames.map(\.packet.number) == [1, 2, 3])
    #expect(reading.frames.map(\.bytes.count) == [58, 58, 60])
    #expect(reading.frames.map(\.originalLength) == [58, 58, 154])
    #expect(reading.frames[1].bytes == script.frameBytes(script.captured[1]))
  }

  /// Nanoseconds that one tick at 1, and 2^40 ticks, are.
  @Test(
    arguments: [
      (nil, 0, 1_000_000, 1_000_000_000), (6, 0, 1_000_000, 1_000_000_000), (9, 0, 1_000_000, 1_000_000),
      (0, 0, 3, 3_000_000_000), (3, 0, 3, 3_000_000), (12, 0, 5_000, 5), (20, 0, 5_000, 0), (127, 0, .max, 0),
      (0x80, 0, 3, 3_000_000_000), (0x81, 0, 3, 1_500_000_000), (0x9e, 0, 1 << 30, 1_000_000_000),
      (0xa0, 0, 1 << 31, 500_000_000), (0xff, 0, .max, 0),
      (6, 7, 1, 7_000_001_000), (6, -7, 1, -6_999_999_000), (9, .min, 0, .min), (9, .max, 0, .max),
      // Beyond 2262 the clock stands still.
      (0, 0, .max, .max), (6, 0, .max, .max), (9, 0, .max, .max),
    ] as [(resolution: UInt8?, offset: Int64, ticks: UInt64, nanoseconds: Int64)])
  func everyResolution(_ clock: (resolution: UInt8?, offset: Int64, ticks: UInt64, nanoseconds: Int64)) throws {
    for bigEndian in [false, true] {
      var file = HandMade.pcapng(bigEndian: bigEndian)
      var options: [(UInt16, [UInt8])] = []
      if let resolution = clock.resolution { options.append((9, [resolution])) }
      if clock.offset != 0 { options.append((14, file.value(UInt64(bitPattern: clock.offset)))) }
      file.interface(options: options)
      file.packet(0, ticks: clock.ticks, [1, 2, 3])
      let reading = try Reading(file.bytes)
      #expect(reading.errors == [])
      #expect(reading.frames.map(\.time.nanoseconds) == [clock.nanoseconds])
    }
  }

  /// libpcap refuses such files; each packet has the link type, clock and snaplen of its own interface.
  @Test func interfacesOfTheirOwn() throws {
    var file = HandMade.pcapng()
    file.interface(1, snaplen: 100, options: [(2, Array("eth0".utf8)), (9, [9])])
    file.interface(113, snaplen: 64, options: [(9, [6]), (2, Array("any".utf8))])
    file.packet(1, ticks: 1_000_000, [1])
    file.packet(0, ticks: 1_000_000_001, [2, 2])
    let reading = try Reading(file.bytes)
    #expect(reading.errors == [])
    #expect(reading.frames.map(\.linkType.rawValue) == [113, 1])
    #expect(reading.frames.map(\.interface) == [1, 0])
    #expect(reading.frames.map(\.time.nanoseconds) == [1_000_000_000, 1_000_000_001])
    #expect(
      reading.interfaces == [
        CaptureInterface(input: 0, name: "eth0", linkType: .ethernet, snaplen: 100),
        CaptureInterface(input: 0, name: "any", linkType: LinkType(rawValue: 113), snaplen: 64),
      ])
  }

  /// Interfaces count anew in each section, and are others over the run.
  @Test func sectionsOfEitherOrder() throws {
    var file = HandMade.pcapng(bigEndian: true)
    file.interface(1, options: [(9, [9])])
    file.packet(0, ticks: 5, [1])
    file.bigEndian = false
    file.section(length: 16)
    file.interface(101, options: [(9, [9])])
    file.packet(0, ticks: 3, [2])
    let reading = try Reading(file.bytes)
    #expect(reading.errors == [])
    #expect(reading.frames.map(\.linkType.rawValue) == [1, 101])
    #expect(reading.frames.map(\.interface) == [0, 1])
    #expect(reading.frames.map(\.packet.number) == [1, 2])
    #expect(reading.frames.map(\.time.nanoseconds) == [5, 3])
  }

  /// No time of its own: that of the packet before; no captured length: what the snaplen leaves.
  @Test func simplePackets() throws {
    var file = HandMade.pcapng()
    file.interface(1, snaplen: 4, options: [(9, [9])])
    file.packet(0, ticks: 77, [1, 2])
    file.block(3) {
      $0.put(UInt32(9))
      $0.put([1, 2, 3, 4] as [UInt8])
    }
    file.block(3) {
      $0.put(UInt32(3))
      $0.put([1, 2, 3] as [UInt8])
    }
    let reading = try Reading(file.bytes)
    #expect(reading.errors == [])
    #expect(reading.frames.map(\.bytes) == [[1, 2], [1, 2, 3, 4], [1, 2, 3]])
    #expect(reading.frames.map(\.originalLength) == [2, 9, 3])
    #expect(reading.frames.map(\.time.nanoseconds) == [77, 77, 77])
  }

  @Test func obsoletePackets() throws {
    var file = HandMade.pcapng()
    file.interface(1, options: [(9, [9])])
    for (time, drops) in [(10, 0), (20, 7), (30, 0xffff)] as [(UInt64, UInt16)] {
      file.block(2) {
        $0.put(UInt16(0))
        $0.put(drops)
        $0.putHalves(time)
        $0.put(UInt32(3))
        $0.put(UInt32(60))
        $0.put([1, 2, 3] as [UInt8])
      }
    }
    let reading = try Reading(file.bytes)
    #expect(reading.errors == [])
    #expect(reading.frames.map(\.bytes) == [[1, 2, 3], [1, 2, 3], [1, 2, 3]])
    #expect(reading.frames.map(\.originalLength) == [60, 60, 60])
    // 65,535 says that nobody counted.
    #expect(reading.loss.kernelDropped == 7)
    #expect(reading.loss.blind == [Timestamp(nanoseconds: 10)...Timestamp(nanoseconds: 20)])
  }

  /// Name resolution, secrets, what nobody knows, at any length; custom and journal blocks have a number in Wireshark.
  @Test func otherBlocksAreSkipped() throws {
    var file = HandMade.pcapng()
    file.interface(1, options: [(9, [9]), (1, Array("a comment".utf8))])
    file.block(4) { $0.put([UInt8](repeating: 1, count: 40)) }
    file.packet(0, ticks: 1, [1], options: [(1, Array("a comment".utf8)), (2, [1, 0, 0, 0])])
    file.block(10) { $0.put([UInt8](repeating: 2, count: 7)) }
    file.block(0x0bad) { $0.put([UInt8](repeating: 3, count: 8)) }
    file.block(0x1234_5678) { $0.put([UInt8](repeating: 4, count: 700_000)) }
    file.packet(0, ticks: 2, [2])
    let reading = try Reading(file.bytes)
    #expect(reading.errors == [])
    #expect(reading.frames.map(\.bytes) == [[1], [2]])
    #expect(reading.frames.map(\.packet.number) == [1, 3])
    #expect(reading.frames.map(\.ordinal) == [1, 2])
  }

  /// Sections of one file describe its interfaces again and again.
  @Test func moreSectionsThanInterfacesOfARun() throws {
    var file = HandMade()
    for second in 0..<70_000 as Range<UInt64> {
      file.section()
      file.interface()
      file.packet(0, ticks: second, [1])
    }
    let reading = try Reading(file.bytes)
    #expect(reading.errors == [])
    #expect(reading.frames.count == 70_000)
  }
}
