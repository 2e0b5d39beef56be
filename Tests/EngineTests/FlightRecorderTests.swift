import Audit
import Capture
import Engine
import Flow
import Glibc
import PacketScript
import Report
import Testing
import Wire

@Suite("The packets around a finding, recorded")
struct FlightRecorderTests {
  private let scratch = Folder()

  private func comments(in path: String) -> [String] {
    (Folder.text(path) ?? "").matches(of: /[a-z-]+: [A-Za-z0-9 ,+-]+/).map { String($0.0) }
  }

  @Test func aFileForEachConnectionWithFindings() throws {
    let folder = scratch.folder("record")
    let script = try PacketScript.parse(severalConnections + "\n60 tick")
    let whole = scratch.capture(script.pcapng(), ".pcapng")
    _ = try replay([whole], recorder: FlightRecorder(try RecordDirectory(folder)))
    let names = Folder.names(folder)
    #expect(
      names.map { String($0.drop { $0 != "-" }) } == ["-1-half-close-truncated.pcapng", "-10-syn-refused.pcapng"],
      "\(names)")
    // Alone it shows what it showed among others, from its first packet on.
    let cut = folder + "/" + names[0]
    let alone = try offline([cut])
    #expect(alone.entries.values.contains { $0.record.finding.rule == "half-close-truncated" })
    #expect(alone.summary.connections == 1)
    #expect(comments(in: cut).contains { $0.hasPrefix("half-close-truncated: FIN after 4 bytes") })
  }

  /// What came before the trouble and does not fit any more is gone, and what is there is whole.
  @Test func memoryIsBounded() throws {
    let folder = scratch.folder("record")
    var text = "0 C > S S\n0.01 S > C S.\n0.02 C > S .\n"
    for turn in 0..<3000 {
      text += "\(1 + Double(turn) / 1000) C > S P. \(1 + turn * 100):\(101 + turn * 100)\n"
      text += "\(1.0005 + Double(turn) / 1000) S > C . ack \(101 + turn * 100)\n"
    }
    text += "5 S > C R. 1 ack 300001\n9 tick"
    let path = scratch.capture(try PacketScript.parse(text).pcapng(), ".pcapng")
    var limits = FlightRecorder.Limits()
    limits.memory = 1 << 16
    let live = try replay([path], recorder: FlightRecorder(try RecordDirectory(folder), limits))
    #expect(!live.all.isEmpty)
    let name = try #require(Folder.names(folder).first)
    let recorded = try offline([folder + "/" + name])
    #expect((100...1000).contains(recorded.summary.packets), "\(recorded.summary.packets)")
  }

  @Test func theOldestFilesGo() throws {
    let folder = scratch.folder("record")
    var text = ""
    for turn in 0..<9 {
      text +=
        "host C\(turn) = 10.0.1.\(turn + 1):4000\n\(turn * 5) C\(turn) > S S\n\(turn * 5).01 S > C\(turn) R. =0 ack 1\n"
    }
    let path = scratch.capture(try PacketScript.parse(text + "60 tick").pcapng(), ".pcapng")
    var limits = FlightRecorder.Limits()
    limits.files = 3
    _ = try replay([path], recorder: FlightRecorder(try RecordDirectory(folder), limits))
    #expect(Folder.names(folder).count == 3)
    #expect(Folder.names(folder).contains { $0.hasSuffix("Z-17-syn-refused.pcapng") })
  }

  /// Another run begins to count at 1 again; what is there stays, and is nobody else's to read.
  @Test func anEarlierRunIsNotOverwritten() throws {
    let folder = scratch.folder("record")
    let path = scratch.capture(try PacketScript.parse(severalConnections + "\n60 tick").pcapng(), ".pcapng")
    _ = try replay([path], recorder: FlightRecorder(try RecordDirectory(folder)))
    let first = Folder.names(folder)
    let bytes = first.map { Folder.bytes(folder + "/" + $0) }
    _ = try replay([path], recorder: FlightRecorder(try RecordDirectory(folder)))
    #expect(Folder.names(folder).count == 2 * first.count)
    #expect(first.map { Folder.bytes(folder + "/" + $0) } == bytes)
    for name in Folder.names(folder) {
      var status = stat()
      #expect(stat(folder + "/" + name, &status) == 0 && status.st_mode & 0o777 == 0o600)
    }
  }

  /// Whatever is put in its place: files go where it was opened, and through no link.
  @Test func aDirectoryThatIsReplaced() throws {
    let folder = scratch.folder("record")
    let directory = try RecordDirectory(folder)
    let victim = scratch.folder("victim")
    #expect(rename(folder, folder + ".moved") == 0 && symlink(victim, folder) == 0)
    let path = scratch.capture(try PacketScript.parse(severalConnections + "\n60 tick").pcapng(), ".pcapng")
    _ = try replay([path], recorder: FlightRecorder(directory))
    #expect(Folder.names(victim).isEmpty && Folder.names(folder + ".moved").count == 2)
    #expect(throws: (any Error).self) { try RecordDirectory(folder, isNew: true) }
  }
}
