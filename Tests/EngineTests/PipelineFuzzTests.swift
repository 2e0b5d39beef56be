import Audit
import Engine
import Flow
import PacketScript
import Report
import Testing
import Wire

/// Numbers from a seed (splitmix64).
private struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
}

/// A pcapng file in its blocks, to be damaged.
private struct Blocks {
  var blocks: [[UInt8]] = []

  init(_ bytes: [UInt8]) {
    var place = 0
    while place + 12 <= bytes.count {
      let length = (0..<4).reduce(0) { $0 | Int(bytes[place + 4 + $1]) << (8 * $1) }
      blocks.append(Array(bytes[place..<place + length]))
      place += length
    }
  }

  private static let extremes: [UInt32] = [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0xffff_fffe, 0x0000_ffff]

  mutating func damage(_ random: inout Seeded) {
    let place = random.below(blocks.count)
    switch random.below(10) {
    // A packet at the edge of time.
    case 0, 1:
      guard blocks[place][0] == 6 else { return }
      set(place, 12, Self.extremes.randomElement(using: &random) ?? 0)
      if random.below(2) == 0 { set(place, 16, Self.extremes.randomElement(using: &random) ?? 0) }
    // What a packet, an interface or its statistics says, to the last option.
    case 2, 3:
      let words = blocks[place].count / 4
      set(place, 4 * random.below(words), Self.extremes.randomElement(using: &random) ?? 0)
    // Drops before a packet, or by the statistics: as many as can be said.
    case 4:
      guard blocks[place][0] == 6 || blocks[place][0] == 5 else { return }
      let number = random.below(2) == 0 ? UInt64.max : random.next()
      insert(place, option: [4, 0, 8, 0] + (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) })
    // A resolution or an offset of the interface's clock.
    case 5:
      guard blocks[place][0] == 1 else { return }
      insert(place, option: [9, 0, 1, 0, UInt8(random.below(256)), 0, 0, 0])
      insert(
        place, option: [14, 0, 8, 0] + (0..<8).map { _ in [0, 0x7f, 0x80, 0xff].randomElement(using: &random) ?? 0 })
    case 6: blocks.insert(blocks[place], at: random.below(blocks.count))
    case 7: blocks.swapAt(place, random.below(blocks.count))
    case 8: if blocks.count > 4 { blocks.remove(at: place) }
    default: blocks[place][random.below(blocks[place].count)] = UInt8(random.below(256))
    }
  }

  private mutating func set(_ place: Int, _ offset: Int, _ word: UInt32) {
    for byte in 0..<4 { blocks[place][offset + byte] = UInt8(truncatingIfNeeded: word >> (8 * byte)) }
  }

  private mutating func insert(_ place: Int, option: [UInt8]) {
    // Where the options of each kind of block begin, or at its end.
    let body = [1: 16, 5: 20][Int(blocks[place][0])] ?? blocks[place].count - 4
    guard body <= blocks[place].count - 4 else { return }
    blocks[place].insert(contentsOf: option, at: body)
    let length = UInt32(blocks[place].count)
    set(place, 4, length)
    set(place, blocks[place].count - 4, length)
  }
}

@Suite("Hostile files, all the way from bytes to report")
struct PipelineFuzzTests {
  private static let scripts = [
    severalConnections,
    """
    0.000 C > S S <mss 1460,sackOK,TS,wscale 7>
    0.010 S > C S. <mss 1460,sackOK,TS,wscale 7>
    0.011 C > S .
    0.012 C > S P. 1:101 vlan 7
    0.013 C > S P. 201:301
    0.213,0.613,1.413 C > S P. 1:101
    2 R > C icmp unreachable host for C > S
    3 S > C . ack 101 win 0
    9 S > C . ack 101 win 500
    99 C > S R. 301
    """,
  ]

  /// No crash, no endless output, and every report comes to its end.
  @Test(arguments: 1...4 as ClosedRange<UInt64>) func noFileTraps(seed: UInt64) throws {
    let folder = Folder()
    var random = Seeded(state: seed)
    let originals = try Self.scripts.map { Blocks(try PacketScript.parse($0).pcapng(snaplen: 96, dropped: 3)) }
    let path = folder.capture([], ".pcapng")
    for round in 0..<600 {
      var file = originals[random.below(originals.count)]
      for _ in 0...random.below(6) { file.damage(&random) }
      var bytes = file.blocks.reduce(into: [UInt8]()) { $0 += $1 }
      if random.below(10) == 0 { bytes.removeLast(random.below(bytes.count)) }
      #expect(PacketScript.write(bytes, to: path))
      let report = try report(path, asText: round % 2 == 0)
      #expect(!report.isEmpty, "seed \(seed), round \(round)")
      #expect(report.utf8.count < 20_000 + 100 * bytes.count, "seed \(seed), round \(round)")
    }
  }

  private func report(_ path: String, asText: Bool) throws -> String {
    var options = RunOptions()
    options.tracker.maxConnections = 256
    options.tracker.maxMemory = 1 << 20
    if asText {
      return try EngineTests.report({ TextReport($0, TextReport.Options(connections: true)) }, [path], options)
    }
    let lines = try EngineTests.json([path], options)
    #expect(lines.last?.hasPrefix(#"{"type":"summary""#) == true)
    return lines.joined(separator: "\n")
  }
}

@Suite("The same input says the same")
struct ReproducibleTests {
  private func json(_ paths: [String], seed: UInt64) throws -> [String] {
    var options = RunOptions()
    options.tracker.seed = seed
    return try EngineTests.json(paths, options)
  }

  /// The seed keeps senders from choosing the table's buckets, and nothing else.
  @Test(arguments: Set(ExpectationFile.all.map(\.folder)).sorted()) func whateverTheSeed(_ scenario: String) throws {
    let path = "\(ExpectationFile.root)\(scenario)/client.pcapng"
    #expect(try json([path], seed: 1) == json([path], seed: 0xfeed_beef_1234_5678))
  }

  /// Several inputs whose packets have all the same time: their order is that of the command line.
  @Test func equalTimesOfSeveralInputs() throws {
    let folder = Folder()
    let clients = (0..<6).map { client in
      "host C = 10.0.0.\(client + 10):4000\(client)\n"
        + "0 C > S S\n0 S > C S.\n0 C > S .\n0 C > S P. 1:101\n0 S > C R. 1 ack 101\n"
    }
    let paths = try clients.map { folder.capture(try PacketScript.parse($0).pcap()) }
    let once = try json(paths, seed: 1)
    #expect(once.filter { $0.hasPrefix(#"{"type":"connection""#) }.count == 6)
    for seed in 2...5 as ClosedRange<UInt64> { #expect(try json(paths, seed: seed) == once) }
  }
}
