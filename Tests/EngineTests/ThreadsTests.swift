import Audit
import Capture
import Flow
import PacketScript
import Report
import Testing
import Wire

@testable import Engine

@Suite("On several threads: the same, to the byte")
struct ThreadsTests {
  private enum Format: CaseIterable {
    case text, everything, json, findings, csv, zeek

    func report(_ paths: [String], threads: Int, _ options: RunOptions = RunOptions()) throws -> String {
      var options = options
      options.threads = threads
      options.reportsAllConnections = self != .text && self != .findings
      options.tracker.zeek = self == .zeek
      // What is asked for is done: else one thread would be held against itself.
      #expect(options.threads(for: paths) == threads)
      return switch self {
      case .text: try EngineTests.report({ TextReport($0) }, paths, options)
      case .everything:
        try EngineTests.report({ TextReport($0, TextReport.Options(connections: true, all: true)) }, paths, options)
      case .json: try EngineTests.report({ JSONReport($0) }, paths, options)
      case .findings: try EngineTests.report({ JSONReport($0, findingsOnly: true) }, paths, options)
      case .csv: try EngineTests.report({ CSVReport($0) }, paths, options)
      case .zeek: try EngineTests.report({ ZeekReport($0) }, paths, options)
      }
    }
  }

  private func expectTheSame(_ paths: [String], _ options: RunOptions = RunOptions(), threads: [Int] = [2, 3, 8]) throws
  {
    for format in Format.allCases {
      let one = try format.report(paths, threads: 1, options)
      for count in threads {
        let several = try format.report(paths, threads: count, options)
        #expect(
          Self.difference(one, several) == nil,
          "\(format) on \(count) threads: \(paths.first ?? "") and \(paths.count - 1) more")
      }
    }
  }

  /// The first line that one has and the other has not in its place; nil where they are equal.
  private static func difference(_ one: String, _ other: String) -> String? {
    guard one != other else { return nil }
    let (left, right) = (one.split(separator: "\n"), other.split(separator: "\n"))
    let place = zip(left, right).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    guard let place else { return "\(left.count) lines and \(right.count)" }
    return "line \(place + 1): \(left[place].prefix(300)) / \(right[place].prefix(300))"
  }

  private static let scenarios = Set(ExpectationFile.all.map(\.folder)).sorted()

  private static func recordings(_ scenario: String) -> [String] {
    Folder.names(ExpectationFile.root + scenario).filter { $0.hasSuffix(".pcapng") || $0.hasSuffix(".pcap") }
      .map { "\(ExpectationFile.root)\(scenario)/\($0)" }
  }

  @Test(arguments: scenarios) func everyRecording(_ scenario: String) throws {
    let paths = Self.recordings(scenario)
    #expect(!paths.isEmpty)
    for path in paths { try expectTheSame([path], threads: [3]) }
    try expectTheSame(paths, threads: [2])
  }

  /// Connections of all recordings side by side: what they tell of each other.
  @Test func manyRecordingsAtOnce() throws {
    let paths = Self.scenarios.flatMap(Self.recordings)
    #expect(paths.count > 40)
    try expectTheSame(paths)
    var options = RunOptions()
    options.verifiesChecksums = true
    options.keyVLAN = true
    try expectTheSame(paths, options, threads: [5])
  }

  /// Frames that the filter leaves out are counted, and nobody's.
  @Test func throughAFilter() throws {
    var options = RunOptions()
    options.filter = "port 2181 and greater 80"
    try expectTheSame(Self.scenarios.prefix(12).flatMap(Self.recordings), options, threads: [3])
  }

  @Test(arguments: 1...6 as ClosedRange<UInt64>) func damagedInputs(seed: UInt64) throws {
    let folder = Folder()
    let paths = Self.scenarios.flatMap(Self.recordings)
    var chosen: [String] = []
    for number in 0..<4 as Range<UInt64> {
      let path = paths[Int((seed &* 7919 &+ number &* 104_729) % UInt64(paths.count))]
      var bytes = try #require(Folder.bytes(path))
      switch (seed + number) % 3 {
      case 0: bytes.removeLast(min(bytes.count - 1, 13 + Int(seed)))
      case 1: for place in stride(from: 300 + Int(seed) * 31, to: bytes.count, by: 997) { bytes[place] ^= 0x5a }
      default: break
      }
      chosen.append(folder.capture(bytes, ".pcapng"))
    }
    chosen.append(folder.file("none.pcap", "no capture"))
    try expectTheSame(chosen)
  }

  /// Hundreds of connections that close, are refused or stay open while the clock goes on, leaps, and leaps by mistake.
  private static func crowd(_ random: inout some RandomNumberGenerator, _ connections: Int) throws -> [UInt8] {
    var script = ""
    var packets: [(time: Double, line: String)] = []
    for number in 0..<connections {
      let name = "H\(number)"
      // Few ports, so that tuples come again, and some that are both a client's and a service's.
      script += "host \(name) = 10.0.\(number % 7).\(number % 11 + 1):\(number % 5 == 0 ? 443 : 40_000 + number % 90)\n"
      let start = Double(Int.random(in: 0..<900, using: &random)) / 10
      let leap = Int.random(in: 0..<12, using: &random) == 0 ? Double(Int.random(in: 1...80, using: &random)) : 0
      let exchange: [String] =
        switch Int.random(in: 0..<7, using: &random) {
        case 0: ["\(name) > S S"]
        case 1: ["\(name) > S S", "S > \(name) R. =0 ack 1"]
        case 2: ["\(name) > S P. 1:101", "S > \(name) . ack 101"]
        case 3:
          ["\(name) > S P. 1:101", "S > \(name) F. 1 ack 101", "\(name) > S F. 101 ack 2", "S > \(name) . ack 102"]
        case 4:
          ["\(name) > S S", "S > \(name) S.", "\(name) > S .", "\(name) > S P. 1:101", "S > \(name) R. 1 ack 101"]
        case 5:
          [
            "\(name) > S S", "S > \(name) S.", "\(name) > S .", "\(name) > S P. 1:101", "\(name) > S P. 201:301",
            "S > \(name) . ack 301",
          ]
        default:
          [
            "\(name) > S S", "S > \(name) S.", "\(name) > S .", "\(name) > S F. 1", "S > \(name) F. 1 ack 2",
            "\(name) > S . ack 2",
          ]
        }
      for (place, line) in exchange.enumerated() {
        packets.append((start + Double(place) * 0.013 + (place > 2 ? leap : 0), line))
      }
    }
    packets.sort { $0.time < $1.time }
    for packet in packets { script += "\(packet.time) \(packet.line)\n" }
    return try PacketScript.parse(script).pcap()
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>) func crowds(seed: UInt64) throws {
    let folder = Folder()
    var random = Generator(state: seed)
    let one = folder.capture(try Self.crowd(&random, 400))
    try expectTheSame([one])
    try expectTheSame([one, folder.capture(try Self.crowd(&random, 150))])
  }

  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) | (state << 31)
    }
  }

  @Test func oneThreadWhereSeveralGainNothing() throws {
    let folder = Folder()
    let path = try folder.capture("0 C > S S")
    let gzip: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]
    var options = RunOptions()
    options.threads = 4
    #expect(options.threads(for: [path]) == 4)
    #expect(options.threads(for: [path, folder.file("a.pcap.gz", gzip)]) == 1)
    #expect(options.threads(for: ["-"]) == 1)
    #expect(options.threads(for: [path, folder.path + "/missing"]) == 1)
    options.threads = 1000
    #expect(options.threads(for: [path]) == Share.most)
    options.threads = nil
    #expect(options.threads(for: [path]) == 1)
    options.threads = 4
    options.tracker.maxConnections = 1000
    #expect(options.threads(for: [path]) == 1)
  }

  /// Somebody who goes away is nobody's failure, and no thread waits for him.
  @Test func nobodyReadsTheReport() throws {
    let folder = Folder()
    var random = Generator(state: 9)
    let path = folder.capture(try Self.crowd(&random, 400))
    var options = RunOptions()
    options.threads = 3
    var reporter = OneConnection(id: 1)
    _ = try Pipeline([path], options).run(&reporter, RunRecord(version: "test", inputs: [path]))
    #expect(reporter.record?.facts.id == 1)
  }
}
