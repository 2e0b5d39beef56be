import Audit
import Capture
import Engine
import Flow
import PacketScript
import Report
import Testing
import Wire

@Suite("What is read a second time: show and --extract")
struct SecondReadingTests {
  /// The same addresses and ports in two VLANs, packet by packet.
  private static let twoNetworks: String = {
    let lines = ["S", "P. 1:11", "R. 11"].enumerated()
    return lines.map { number, line in
      (7...8).map { "\(number).\(0)0\($0) C > S \(line) vlan \($0)" }.joined(separator: "\n")
    }.joined(separator: "\n")
  }()

  private var byVLAN: RunOptions {
    var options = RunOptions()
    options.keyVLAN = true
    return options
  }

  @Test func aConnectionOfOneVLANHasNoPacketsOfTheOther() throws {
    let folder = Folder()
    let path = folder.capture(try PacketScript.parse(Self.twoNetworks).pcap())
    let connections = try records([path], byVLAN).connections
    #expect(connections.count == 2)
    for connection in connections {
      let packets = try ConnectionPackets(of: connection, in: [path], byVLAN)
      #expect(packets.segments.map(\.packet.number) == [0, 2, 4].map { $0 + connection.facts.id })
    }
  }

  /// What an extraction writes is a whole file of its connection, and nothing else lies beside it.
  @Test func anExtractOfOneVLAN() throws {
    let folder = Folder()
    let path = folder.capture(try PacketScript.parse(Self.twoNetworks).pcap())
    var extraction = Extraction(byVLAN)
    for var connection in try records([path], byVLAN).connections {
      connection.findings = [finding(of: connection)]
      extraction.note(connection)
    }
    let directory = folder.folder("extracts")
    #expect(extraction.overwritten(in: directory, of: [path]) == nil)
    try extraction.write(to: directory, from: [path])
    #expect(extraction.failure == nil)
    #expect(extraction.files == 2)
    #expect(Folder.names(directory) == ["1-reset-abort.pcapng", "2-reset-abort.pcapng"])
    let extracts = Folder.names(directory).map { directory + "/" + $0 }
    for extract in extracts { #expect(try json([extract]).last?.contains(#""packets":3,"#) == true) }
    // Whatever it is called.
    #expect(extraction.overwritten(in: directory, of: [path, extracts[1]]) == extracts[1])
  }

  @Test func whatCannotBeWrittenLeavesNothing() throws {
    let folder = Folder()
    let path = folder.capture(try PacketScript.parse(Self.twoNetworks).pcap())
    var extraction = Extraction(byVLAN)
    for var connection in try records([path], byVLAN).connections {
      connection.findings = [finding(of: connection)]
      extraction.note(connection)
    }
    let directory = folder.folder("extracts")
    // A directory stands where the second file should.
    _ = folder.folder("extracts/2-reset-abort.pcapng")
    try extraction.write(to: directory, from: [path])
    #expect(extraction.failure?.contains("2-reset-abort.pcapng can't be written") == true)
    #expect(Folder.names(directory) == ["1-reset-abort.pcapng", "2-reset-abort.pcapng"])
    #expect(extraction.files == 1)
  }

  private func finding(of connection: ConnectionRecord) -> FindingRecord {
    FindingRecord(
      id: 1, connection: connection.facts.id,
      finding: Finding(
        rule: "reset-abort", severity: .note, confidence: .possible, suspects: [], summary: "", evidence: []))
  }

  @Test func aFileIsItselfByAnyName() throws {
    let folder = Folder()
    let (one, other) = (folder.capture([1]), folder.capture([1]))
    #expect(FileIdentity(of: one) == FileIdentity(of: "/tmp/../" + one))
    #expect(FileIdentity(of: one) != FileIdentity(of: other))
    #expect(FileIdentity(of: "/dev/null") == nil)
    #expect(FileIdentity(of: "/nonexistent/x") == nil)
  }

  /// What is said of the capture as a whole is proved by the first connection that it is true of.
  @Test func findingsOfTheCaptureHaveEvidence() throws {
    let folder = Folder()
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
    let path = folder.capture(try PacketScript.parse(script).pcap())
    let loss = try #require(try records([path], RunOptions()).ofCapture.first { $0.rule == "capture-loss" })
    #expect(loss.evidence.map(\.moment.packet.number) == [4])
    let copies = try records([path, path], RunOptions()).ofCapture.filter { $0.rule == "capture-duplicated" }
    #expect(copies.map { $0.evidence.map(\.moment.packet.number) } == [[1]])
  }
}
