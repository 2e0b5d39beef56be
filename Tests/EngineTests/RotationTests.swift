import Audit
import Capture
import Engine
import Flow
import PacketScript
import Report
import Testing
import Wire

@Suite("Rotated files: the parts of a recording, given one by one, say what the whole says")
struct RotationTests {
  /// Short recordings of real kernels, with echoes, duplicate ACKs and repetitions in all of which a seam may lie.
  private static let recordings = [
    "transfer-hangup", "half-close-late", "half-close-given-up", "half-close-hangup", "reset-forged",
    "reset-forged-ipv6", "time-wait-late-duplicates", "cut-reply", "reset-challenged", "server-closes-first",
    "acks-lost",
    "tls-truncated",
  ]

  @Test(arguments: recordings) func everySeam(recording: String) throws {
    let frames = try Parts(ExpectationFile.root + recording + "/client.pcapng")
    let folder = Folder()
    let whole = try said(of: [folder.file("whole", frames.bytes(0..<frames.count))])
    let step = max(1, frames.count / 40)
    for cut in stride(from: 1, to: frames.count, by: step) {
      let parts = [0..<cut, cut..<frames.count].map { folder.file("part-\($0.lowerBound)", frames.bytes($0)) }
      let found = try said(of: parts)
      #expect(found == whole, "cut behind packet \(cut)")
      if found != whole { break }
    }
  }

  /// Nothing but its place tells one duplicate ACK from the next, in IPv6 and where a sender does not number its packets.
  @Test(arguments: [true, false]) func duplicateACKs(ipv6: Bool) throws {
    var text =
      (ipv6 ? "host C = [2001:db8::1]:40000\nhost S = [2001:db8::2]:80\n" : "") + """
        0.000 C > S S <mss 1460,sackOK,wscale 7>
        0.080 S > C S. <mss 1460,sackOK,wscale 7>
        0.081 C > S . id 0
        0.100 C > S P. 1:101
        0.180 S > C . 1:1001 ack 101
        0.181 C > S . 101 ack 1001 id 0

        """
    for place in 0..<6 {
      text += "0.18\(2 + place / 2)\(5 * (place % 2))0 S > C . \(2001 + 1000 * place):\(3001 + 1000 * place) ack 101\n"
      text += "0.18\(2 + place / 2)\(5 * (place % 2))5 C > S . 101 ack 1001 id 0\n"
    }
    text += "0.280 S > C . 1001:2001 ack 101\n0.281 C > S . 101 ack 8001 id 0\n"
    let folder = Folder()
    let frames = try Parts(folder.capture(try PacketScript.parse(text).pcap()))
    let whole = try said(of: [folder.file("whole", frames.bytes(0..<frames.count))])
    for cut in 1..<frames.count {
      let parts = [0..<cut, cut..<frames.count].map { folder.file("part-\($0.lowerBound)", frames.bytes($0)) }
      #expect(try said(of: parts) == whole, "cut behind packet \(cut)")
    }
    // The same file twice is another matter.
    let twice = try records([folder.path + "/whole", folder.path + "/whole"])
    let once = try records([folder.path + "/whole"])
    for side in Side.allCases {
      #expect(twice.facts.map { $0[side].packets } == once.facts.map { $0[side].packets })
      #expect(twice.facts.map { $0[side].duplicatePackets } == once.facts.map { UInt64($0[side].packets) })
    }
  }

  /// Who draws the ladder reads the files again, and takes no real packet for a copy either.
  @Test func theLadderToo() throws {
    let folder = Folder()
    let frames = try Parts(ExpectationFile.root + "half-close-late/client.pcapng")
    let parts = [0..<14, 14..<frames.count].map { folder.file("part-\($0.lowerBound)", frames.bytes($0)) }
    let record = try #require(try records(parts).connections.first)
    let packets = try ConnectionPackets(of: record, in: parts, RunOptions())
    let output = Output()
    var ladder = Ladder(
      record.facts, segments: packets.segments, errors: packets.errors, places: packets.places, findings: [],
      run: RunRecord(version: "test", inputs: parts), style: Style(width: 200), all: true)
    ladder.draw(to: output)
    #expect(!String(decoding: output.collected, as: UTF8.self).contains("the same packet"))
  }

  /// Every record as CSV has it, and every finding, but for what names files and packets.
  private func said(of paths: [String]) throws -> [String] {
    let lines = try report({ CSVReport($0) }, paths).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    let heading = try #require(lines.first)
    let naming = [
      "id", "interface", "client_first_packet", "client_last_packet", "server_first_packet", "server_last_packet",
    ]
    let kept = heading.indices.filter { !naming.contains(String(heading[$0])) && !heading[$0].hasSuffix("input") }
    let rows = lines.dropFirst().map { line in kept.map { "\(heading[$0])=\(line[$0])" }.joined(separator: " ") }
    let found = try records(paths)
    let findings = (found.findings + found.ofCapture).map {
      "\($0.rule) \($0.severity) \($0.confidence) \($0.suspects) \($0.summary)"
    }
    return rows + findings
  }
}

/// The frames of a capture, to be written as classic files.
private struct Parts {
  private var header: [UInt8] = []
  private var records: [[UInt8]] = []

  init(_ path: String) throws {
    var timeline = try Timeline(paths: [path])
    while let frame = timeline.next() {
      if header.isEmpty {
        header = Parts.words([0xa1b2_3c4d, 4 << 16 | 2, 0, 0, 262_144, UInt32(frame.linkType.rawValue)])
      }
      let time = frame.time.nanoseconds
      records.append(
        Parts.words([
          UInt32(time / 1_000_000_000), UInt32(time % 1_000_000_000), UInt32(frame.bytes.byteCount),
          UInt32(frame.originalLength),
        ]) + frame.bytes.withUnsafeBytes { Array($0) })
    }
  }

  var count: Int { records.count }

  func bytes(_ range: Range<Int>) -> [UInt8] { header + records[range].joined() }

  private static func words(_ words: [UInt32]) -> [UInt8] {
    words.flatMap { word in [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: word >> $0) } }
  }
}
