import Audit
import Capture
import Engine
import Flow
import PacketScript
import Report
import Testing
import Wire

/// Keeps records.
private struct Records: Reporter {
  var connections: [ConnectionRecord] = []
  var findings: [FindingRecord] = []

  mutating func begin(_ run: RunRecord) {}
  mutating func report(_ connection: ConnectionRecord) { connections.append(connection) }
  mutating func report(_ finding: FindingRecord) { findings.append(finding) }
  mutating func end(_ summary: SummaryRecord) {}
}

@Suite("What is read a second time: show and --extract")
struct SecondReadingTests {
  /// The same addresses and ports in two VLANs, packet by packet.
  private static let twoNetworks: String = {
    let lines = ["S", "P. 1:11", "R. 11"].enumerated()
    return lines.map { number, line in
      (7...8).map { "\(number).\(0)0\($0) C > S \(line) vlan \($0)" }.joined(separator: "\n")
    }.joined(separator: "\n")
  }()

  private func run(_ paths: [String], _ options: RunOptions) throws -> Records {
    var records = Records()
    let pipeline = try Pipeline(paths, options)
    _ = pipeline.run(&records, RunRecord(version: "test", inputs: paths))
    return records
  }

  private var byVLAN: RunOptions {
    var options = RunOptions()
    options.keyVLAN = true
    return options
  }

  @Test func aConnectionOfOneVLANHasNoPacketsOfTheOther() throws {
    let scratch = Scratch()
    let path = scratch.write(try PacketScript.parse(Self.twoNetworks).pcap())
    let connections = try run([path], byVLAN).connections
    #expect(connections.count == 2)
    for connection in connections {
      let packets = try ConnectionPackets(of: connection, in: [path], byVLAN)
      #expect(packets.segments.map(\.packet.number) == [0, 2, 4].map { $0 + connection.facts.id })
    }
  }

  /// What an extraction writes is a whole file of its connection, and nothing else lies beside it.
  @Test func anExtractOfOneVLAN() throws {
    let scratch = Scratch()
    let path = scratch.write(try PacketScript.parse(Self.twoNetworks).pcap())
    var extraction = Extraction(byVLAN)
    for var connection in try run([path], byVLAN).connections {
      connection.findings = [finding(of: connection)]
      extraction.note(connection)
    }
    let directory = scratch.directory()
    #expect(extraction.overwritten(in: directory, of: [path]) == nil)
    try extraction.write(to: directory, from: [path])
    #expect(extraction.failure == nil)
    #expect(extraction.files == 2)
    #expect(folders(in: directory) == ["1-reset-abort.pcapng", "2-reset-abort.pcapng"])
    let extracts = folders(in: directory).map { directory + "/" + $0 }
    for extract in extracts { #expect(try json([extract]).last?.contains(#""packets":3,"#) == true) }
    // Whatever it is called.
    #expect(extraction.overwritten(in: directory, of: [path, extracts[1]]) == extracts[1])
  }

  @Test func whatCannotBeWrittenLeavesNothing() throws {
    let scratch = Scratch()
    let path = scratch.write(try PacketScript.parse(Self.twoNetworks).pcap())
    var extraction = Extraction(byVLAN)
    for var connection in try run([path], byVLAN).connections {
      connection.findings = [finding(of: connection)]
      extraction.note(connection)
    }
    let directory = scratch.directory()
    // A directory stands where the second file should.
    makeFolder(directory + "/2-reset-abort.pcapng")
    try extraction.write(to: directory, from: [path])
    #expect(extraction.failure?.contains("2-reset-abort.pcapng can't be written") == true)
    #expect(folders(in: directory) == ["1-reset-abort.pcapng", "2-reset-abort.pcapng"])
    #expect(extraction.files == 1)
  }

  private func finding(of connection: ConnectionRecord) -> FindingRecord {
    FindingRecord(
      id: 1, connection: connection.facts.id,
      finding: Finding(
        rule: "reset-abort", severity: .note, confidence: .possible, suspects: [], summary: "", evidence: []))
  }

  @Test func aFileIsItselfByAnyName() throws {
    let scratch = Scratch()
    let (one, other) = (scratch.write([1]), scratch.write([1]))
    #expect(FileIdentity(of: one) == FileIdentity(of: "/tmp/../" + one))
    #expect(FileIdentity(of: one) != FileIdentity(of: other))
    #expect(FileIdentity(of: "/dev/null") == nil)
    #expect(FileIdentity(of: "/nonexistent/x") == nil)
  }

  /// What is said of the capture as a whole is proved by the first connection that it is true of.
  @Test func findingsOfTheCaptureHaveEvidence() throws {
    let scratch = Scratch()
    let script = """
      host D = 10.0.0.3:40001
      0.000 C > S S
      0.001 S > C S.
      0.002 C > S .
      1.000 D > S S
      1.001 S > D S.
      1.002 D > S .
      1.003 S > D P. 1:1001
      1.004 S > D P. 1001:2001 lost
      1.005 S > D P. 2001:3001
      1.006 D > S . ack 3001
      """
    let path = scratch.write(try PacketScript.parse(script).pcap())
    let loss = try #require(try run([path], RunOptions()).findings.first { $0.finding.rule == "capture-loss" })
    #expect(loss.finding.evidence.map(\.moment.packet.number) == [4])
    let copies = try run([path, path], RunOptions()).findings.filter { $0.finding.rule == "capture-duplicated" }
    #expect(copies.map { $0.finding.evidence.map(\.moment.packet.number) } == [[1]])
  }
}
