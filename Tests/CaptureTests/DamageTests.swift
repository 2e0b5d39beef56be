import Capture
import Glibc
import PacketScript
import Testing
import Wire

@Suite struct DamageTests {
  /// Where the records of a sound file end, and how many packets lie before.
  private func ends(_ bytes: [UInt8], isPcapng: Bool) -> [(end: Int, packets: Int)] {
    var ends: [(end: Int, packets: Int)] = isPcapng ? [] : [(24, 0)]
    var place = isPcapng ? 0 : 24
    var packets = 0
    func number(_ place: Int) -> Int { (0..<4).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) } }
    while place < bytes.count {
      if !isPcapng || number(place) == 6 { packets += 1 }
      place += isPcapng ? number(place + 4) : 16 + number(place + 8)
      ends.append((place, packets))
    }
    return ends
  }

  /// Cut anywhere: every whole record before is given, and one error says where the broken one begins.
  @Test(arguments: [false, true])
  func everyTruncation(isPcapng: Bool) throws {
    let script = try PacketScript.parse(threePackets)
    let bytes = isPcapng ? script.pcapng(dropped: 2) : script.pcap()
    let whole = try Reading(bytes)
    let ends = ends(bytes, isPcapng: isPcapng)
    for length in 0..<bytes.count {
      let reading = try Reading(Array(bytes[..<length]))
      let before = ends.last { $0.end <= length }
      #expect(reading.frames == Array(whole.frames.prefix(before?.packets ?? 0)), "\(length) bytes")
      if length > 0 && before?.end == length {
        #expect(reading.errors == [], "\(length) bytes")
      } else {
        #expect(reading.errors.count == 1, "\(length) bytes")
        #expect(reading.errors.first?.offset == UInt64(before?.end ?? 0), "\(length) bytes")
        // An empty file has no record that it could end in.
        #expect(reading.errors.first?.isTruncation == (length > 0), "\(length) bytes: \(reading.errors)")
        #expect(reading.errors.first?.isUnread == (length < (isPcapng ? 28 : 24)), "\(length) bytes: \(reading.errors)")
      }
    }
  }

  /// What is refused, and where.
  @Test(arguments: Damage.all)
  func damage(_ damage: Damage) throws {
    let reading = try Reading(damage.bytes)
    #expect(reading.frames.count == damage.packets)
    #expect(reading.errors.count == 1)
    let error = try #require(reading.errors.first)
    #expect(error.offset == damage.offset)
    #expect(error.cause.contains(damage.says), "\(error.cause)")
    #expect(!error.isTruncation)
  }

  struct Damage: CustomTestStringConvertible {
    var testDescription: String
    var bytes: [UInt8]
    var packets: Int
    var offset: UInt64
    var says: String

    init(_ name: String, _ file: HandMade, packets: Int = 0, offset: UInt64, says: String) {
      testDescription = name
      bytes = file.bytes
      self.packets = packets
      self.offset = offset
      self.says = says
    }

    static func pcap(_ fill: (inout HandMade) -> Void) -> HandMade {
      var file = HandMade.pcap()
      file.record(1, 0, [1, 2, 3])
      fill(&file)
      return file
    }

    static func pcapng(_ fill: (inout HandMade) -> Void) -> HandMade {
      var file = HandMade.pcapng()  // 28 bytes
      file.interface()  // 20 bytes
      file.packet(0, ticks: 1, [1, 2, 3])  // 36 bytes
      fill(&file)
      return file
    }

    static let all = [
      Damage(
        "captured length", pcap { $0.record(2, 0, [1], captured: 262_145) }, packets: 1, offset: 43, says: "262145"),
      Damage(
        "captured length", pcap { $0.record(2, 0, [1], captured: .max) }, packets: 1, offset: 43, says: "4294967295"),
      Damage("version", HandMade.pcap(version: (2, 5)), offset: 4, says: "2.5"),
      Damage("version", HandMade.pcap(version: (1, 4)), offset: 4, says: "1.4"),
      Damage("reserved bits", HandMade.pcap(network: 0x0030_0000), offset: 20, says: "0x300000"),
      Damage("block length 0", pcapng { $0.block(6, length: 0) { _ in } }, packets: 1, offset: 88, says: "0 bytes"),
      Damage("block length 13", pcapng { $0.block(4, length: 11) { _ in } }, packets: 1, offset: 88, says: "11 bytes"),
      Damage(
        "block length", pcapng { $0.block(6, length: (16 << 20) + 4) { _ in } }, packets: 1, offset: 88,
        says: "16777220 bytes"),
      Damage(
        "lengths differ", pcapng { $0.block(6, trailer: 40) { $0.put([UInt8](repeating: 0, count: 24)) } }, packets: 1,
        offset: 84, says: "36 bytes and ends with one of 40"),
      Damage("no such interface", pcapng { $0.packet(1, ticks: 1, []) }, packets: 1, offset: 92, says: "interface 1"),
      Damage(
        "statistics of none", pcapng { $0.statistics(7, ticks: 1, options: [(5, [0, 0, 0, 0, 0, 0, 0, 0])]) },
        packets: 1, offset: 92, says: "interface 7"),
      Damage(
        "packet larger than its block",
        pcapng {
          $0.block(6) {
            for number in [0, 0, 1, 5, 5, 0] as [UInt32] { $0.put(number) }
          }
        }, packets: 1, offset: 104, says: "5 captured bytes"),
      Damage(
        "section without magic", pcapng { $0.block(0x0a0d_0d0a) { $0.put([UInt8](repeating: 9, count: 16)) } },
        packets: 1,
        offset: 92, says: "byte-order"),
      Damage("section version", pcapng { $0.section(version: (2, 0)) }, packets: 1, offset: 96, says: "2.0"),
      Damage(
        "simple packet without interface",
        {
          var file = HandMade.pcapng()
          file.block(3) { $0.put(UInt64(4)) }
          return file
        }(), offset: 36, says: "interface 0"),
    ]
  }

  /// What else there is, by its name and with what to do.
  @Test(
    arguments: [
      ("xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00], "xz -dc"), ("bzip2", Array("BZh91AY".utf8), "bzip2 -dc"),
      ("snoop", Array("snoop\0\0\0\0\0\0\u{2}\0\0\0\u{4}".utf8), "editcap"),
      ("Network Monitor", Array("GMBU".utf8), "editcap"),
      ("lz4 in its old format", [0x02, 0x21, 0x4c, 0x18], "lz4 -dc"),
      ("text", Array("12:00:00.000 IP 10.0.0.1.80 > 10.0.0.2.1234: Flags [S]".utf8), "tcpdump -w"),
      ("text", Array("<!DOCTYPE html><html lang=\"en\"><head><title>404</title>".utf8), "tcpdump -w"),
      ("empty", [], "tcpdump -U"), ("few", [1, 2, 3, 4, 5, 6, 7], ""),
      ("text transfer", [0x0d, 0x0a, 0x0d, 0x0d, 0x0d, 0x0a], "binary"),
      ("0xfefefefe", [UInt8](repeating: 0xfe, count: 40), "editcap"),
    ] as [(String, [UInt8], String)])
  func foreignFormats(says: String, bytes: [UInt8], mend: String) throws {
    let reading = try Reading(bytes)
    #expect(reading.frames.isEmpty)
    #expect(reading.errors.count == 1)
    let error = try #require(reading.errors.first)
    #expect(error.cause.contains(says), "\(error.cause)")
    #expect(mend.isEmpty || error.mend.contains(mend), "\(error.mend)")
  }

  @Test func whatCannotBeOpened() throws {
    let folder = Folder()
    let reading = try Reading(paths: ["\(folder.path)/none.pcap", folder.path])
    #expect(reading.errors.map(\.cause) == ["no such file", "a directory, not a file"])
    #expect(reading.errors.map(\.offset) == [nil, nil])
    #expect(reading.recordingEnd == nil)
    let closed = folder.file("closed.pcap", HandMade.pcap().bytes)
    chmod(closed, 0)
    // Root may read everything.
    if geteuid() != 0 { #expect(try Reading(paths: [closed]).errors.map(\.cause) == ["permission denied"]) }
  }

  /// A sound capture with bytes changed, added and lost at random: it may be refused, it may not hurt.
  @Test(arguments: 0..<20 as Range<UInt64>)
  func mutations(seed: UInt64) throws {
    let script = try PacketScript.parse(threePackets)
    let folder = Folder()
    var random = Random(seed: seed)
    let seeds = [script.pcap(), script.pcapng(bigEndian: seed % 2 == 0, dropped: 9), sample()]
    for round in 0..<60 {
      var bytes = seeds[round % seeds.count]
      for _ in 0...random.next(below: 4) {
        let place = random.next(below: bytes.count)
        switch random.next(below: 4) {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes[place] ^= 1 << UInt8(random.next(below: 8))
        case 2: bytes.remove(at: place)
        default: bytes.insert([0, 0xff, 0x7f, 6][random.next(below: 4)], at: place)
        }
      }
      let reading = try Reading(paths: [folder.file("mutant", bytes)])
      #expect(reading.frames.count < 40, "seed \(seed), round \(round)")
      #expect(reading.errors.count <= 1, "seed \(seed), round \(round)")
      #expect(reading.frames.allSatisfy { $0.bytes.count <= bytes.count }, "seed \(seed), round \(round)")
    }
  }

  /// One of each block.
  private func sample() -> [UInt8] {
    var file = HandMade.pcapng()
    file.interface(options: [(2, Array("eth0".utf8)), (9, [9]), (14, [0, 0, 0, 0, 0, 0, 0, 1])])
    file.packet(0, ticks: 1, [1, 2, 3], options: [(4, file.value(9))])
    file.block(3) { $0.put(UInt64(4)) }
    file.statistics(0, ticks: 5, options: [(3, file.halves(8)), (5, file.value(3)), (7, file.value(3))])
    file.block(4) { $0.put(UInt64(0)) }
    file.section()
    file.interface(options: [(9, [0x85])])
    file.packet(0, ticks: 1, [1, 2, 3])
    return file.bytes
  }
}

/// SplitMix64: the same numbers from the same seed.
struct Random {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  mutating func next(below bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }
}
