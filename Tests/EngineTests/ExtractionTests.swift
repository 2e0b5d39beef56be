import Audit
import Capture
import Engine
import Flow
import PacketScript
import Report
import Testing
import Wire

/// `--extract DIR`: what the files hold.
@Suite("Extraction: the packets of each finding's connection")
struct ExtractionTests {
  /// Keeps the records, and notes those with findings.
  private struct Keeper: Reporter {
    var extraction: Extraction
    var records: [ConnectionRecord] = []

    mutating func begin(_ run: RunRecord) {}
    mutating func report(_ finding: FindingRecord) {}
    mutating func end(_ summary: SummaryRecord) {}

    mutating func report(_ connection: ConnectionRecord) {
      guard !connection.findings.isEmpty else { return }
      records.append(connection)
      extraction.note(connection)
    }
  }

  /// A packet as it lies in a file: when, which bytes, how long it was, and its comments.
  private struct Packet: Equatable {
    var time: Timestamp
    var bytes: [UInt8]
    var length: Int
    var comments: [String] = []
  }

  private func extract(_ paths: [String], _ options: RunOptions = RunOptions()) throws -> (
    records: [ConnectionRecord], files: [[Packet]], extraction: Extraction
  ) {
    var keeper = Keeper(extraction: Extraction(options))
    let pipeline = try Pipeline(paths, options)
    _ = pipeline.run(&keeper, RunRecord(version: "test", inputs: paths))
    let folder = Folder()
    try keeper.extraction.write(to: folder.path, from: paths)
    #expect(keeper.extraction.failure == nil)
    let files = try keeper.records.map { record in
      try packets(of: "\(folder.path)/\(record.facts.id)-\(record.findings[0].finding.rule).pcapng")
    }
    return (keeper.records, files, keeper.extraction)
  }

  /// Our own reader for the packets, and the file's blocks for their comments.
  private func packets(of path: String) throws -> [Packet] {
    var timeline = try Timeline(paths: [path], filter: nil)
    var packets: [Packet] = []
    while let frame = timeline.next() {
      packets.append(
        Packet(time: frame.time, bytes: frame.bytes.withUnsafeBytes { Array($0) }, length: frame.originalLength))
    }
    #expect(timeline.errors.isEmpty)
    let comments = commentsOfPackets(try #require(Folder.bytes(path)))
    try #require(comments.count == packets.count)
    for place in packets.indices { packets[place].comments = comments[place] }
    return packets
  }

  /// `opt_comment` of each Enhanced Packet Block, read by the draft and not by our reader.
  private func commentsOfPackets(_ bytes: [UInt8]) -> [[String]] {
    func word(_ place: Int, _ count: Int) -> Int { (0..<count).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) } }
    var comments: [[String]] = []
    var place = 0
    while place < bytes.count {
      let length = word(place + 4, 4)
      guard length >= 12, place + length <= bytes.count else { return [] }
      if word(place, 4) == 6 {
        var found: [String] = []
        var option = place + 28 + (word(place + 20, 4) + 3) / 4 * 4
        while option + 4 <= place + length - 4, word(option, 2) != 0 {
          let size = word(option + 2, 2)
          if word(option, 2) == 1 {
            found += String(decoding: bytes[(option + 4)..<(option + 4 + size)], as: UTF8.self).split(separator: "\n")
              .map(String.init)
          }
          option += 4 + (size + 3) / 4 * 4
        }
        comments.append(found)
      }
      place += length
    }
    return comments
  }

  /// What a script puts into a capture for the connection of one client.
  private func expected(_ script: PacketScript, client: UInt32) -> [Packet] {
    script.captured.compactMap { entry in
      guard case .tcp(let packet) = entry.content,
        packet.source.address == IPAddress(v4: client) || packet.destination.address == IPAddress(v4: client)
      else { return nil }
      let frame = script.frameBytes(entry)
      return Packet(time: entry.time, bytes: frame, length: frame.count)
    }
  }

  private func bare(_ packets: [Packet]) -> [Packet] {
    packets.map { Packet(time: $0.time, bytes: $0.bytes, length: $0.length) }
  }

  @Test func aFileHoldsExactlyItsConnectionsPackets() throws {
    let folder = Folder()
    let script = try PacketScript.parse(severalConnections)
    let (records, files, extraction) = try extract([folder.capture(script.pcap())])
    #expect(Set(records.flatMap { $0.findings.map(\.finding.rule) }) == ["half-close-truncated", "syn-refused"])
    #expect(extraction.files == 2)
    #expect(extraction.omitted == 0)
    for (record, packets) in zip(records, files) {
      let client = UInt32(truncatingIfNeeded: record.facts.clientEndpoint.address.low)
      #expect(bare(packets) == expected(script, client: client))
    }
  }

  /// The decisive packets, and no others, say what they prove.
  @Test func theDecisivePacketsAreCommented() throws {
    let folder = Folder()
    let (records, files, _) = try extract([folder.capture(try PacketScript.parse(severalConnections).pcap())])
    for (record, packets) in zip(records, files) {
      var wanted: [Timestamp: [String]] = [:]
      for finding in record.findings.map(\.finding) {
        for evidence in finding.evidence {
          wanted[evidence.moment.time, default: []].append("\(finding.rule): \(evidence.what)")
        }
      }
      #expect(!wanted.isEmpty)
      let commented = packets.filter { !$0.comments.isEmpty }
      #expect(Dictionary(commented.map { ($0.time, $0.comments) }) { $0 + $1 } == wanted)
    }
  }

  /// An audit of the extract says the same as the audit of the whole did.
  @Test func anExtractIsJudgedAsTheWholeWas() throws {
    let folder = Folder()
    let whole = folder.capture(try PacketScript.parse(severalConnections).pcap())
    let directory = folder.folder("extracts")
    var keeper = Keeper(extraction: Extraction(RunOptions()))
    let pipeline = try Pipeline([whole], RunOptions())
    _ = pipeline.run(&keeper, RunRecord(version: "test", inputs: [whole]))
    try keeper.extraction.write(to: directory, from: [whole])
    for record in keeper.records {
      let name = "\(directory)/\(record.facts.id)-\(record.findings[0].finding.rule).pcapng"
      let again = try EngineTests.records([name])
      #expect(again.connections.count == 1)
      #expect(again.findings.map(\.summary) == record.findings.map(\.finding.summary))
    }
  }

  /// The later of two connections on the same ports does not get the packets of the earlier, nor the other way.
  @Test func twoIncarnationsAreTwoFiles() throws {
    let folder = Folder()
    let refused = "C > S S\n+1ms S > C R. =0 ack 1\n"
    let script = try PacketScript.parse("0 " + refused + "isn C 900000\n90 " + refused)
    let (records, files, _) = try extract([folder.capture(script.pcap())])
    #expect(records.count == 2)
    let all = expected(script, client: 0x0a00_0001)
    #expect(files.map(bare) == [Array(all.prefix(2)), Array(all.dropFirst(2))])
  }

  /// Over several inputs, cut by a snaplen: the lengths on the wire stay.
  @Test func severalInputsAndASnaplen() throws {
    let folder = Folder()
    let script = try PacketScript.parse(severalConnections)
    var (first, second) = (script, script)
    first.entries = Array(script.entries.prefix(14))
    second.entries = Array(script.entries.dropFirst(14))
    let (records, files, _) = try extract([
      folder.capture(first.pcap(snaplen: 80)), folder.capture(second.pcapng(snaplen: 80), ".pcapng"),
    ])
    for (record, packets) in zip(records, files) {
      let client = UInt32(truncatingIfNeeded: record.facts.clientEndpoint.address.low)
      let wanted = expected(script, client: client).map {
        Packet(time: $0.time, bytes: Array($0.bytes.prefix(80)), length: $0.length)
      }
      #expect(bare(packets) == wanted)
    }
  }
}
