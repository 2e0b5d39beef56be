import Audit
import Capture
import Engine
import Flow
import Glibc
import PacketScript
import Report
import Testing
import Wire

/// What is left in the directory at every moment can be opened, whatever becomes of the files in it.
@Suite("Recordings are whole, though files are taken away and ports are used again")
struct RecordingsLeftTests {
  private let scratch = Folder()

  /// Nobody answers from 10 s on; it heals at 20 s, and once more.
  private let faltering = """
    host E = 10.0.0.4:40002
    host G = 10.0.0.2:9999
    0.000 C > S S <mss 1460,sackOK,TS,wscale 7>
    0.010 S > C S. <mss 1460,sackOK,TS,wscale 7>
    0.020 C > S .
    0.030 C > S P. 1:101
    0.040 S > C . ack 101
    10.00,10.21,10.63,11.47,13.15 C > S P. 101:201
    17.00 E > G S
    17.01 G > E R. =0 ack 1
    20.00 C > S P. 101:201
    20.01 S > C . ack 201
    20.10 S > C P. 1:51 ack 201
    20.11 C > S . ack 51
    30.00,30.21,30.63,31.47,33.15 C > S P. 201:301 ack 51
    40.00 C > S P. 201:301 ack 51
    40.01 S > C . ack 301
    60 tick
    """

  /// A live audit of the packets, during which something is done once at `time`, seconds of the script.
  private func audit(
    _ text: String, _ folder: String, _ limits: FlightRecorder.Limits = FlightRecorder.Limits(), at time: Double = 0,
    _ action: @escaping () -> Void = {}
  ) throws -> LiveLedger {
    let path = scratch.capture(try PacketScript.parse(text).pcapng(), ".pcapng")
    let ledger = LiveLedger()
    var reporter = LedgerReporter(ledger: ledger)
    let recorder = FlightRecorder(try RecordDirectory(folder), limits)
    var isDone = false
    _ = try Replay([path], RunOptions(), recorder: recorder).run(
      &reporter, RunRecord(version: "test", inputs: [path])
    ) {
      ledger.now = $0
      guard !isDone, Double($0.since(PacketScript().start)) / 1e9 >= time else { return }
      isDone = true
      action()
    }
    return ledger
  }

  private func packets(_ path: String) throws -> UInt64 {
    // A section header begins each.
    #expect(Folder.bytes(path)?.prefix(4) == [0x0a, 0x0d, 0x0d, 0x0a])
    return try offline([path]).summary.packets
  }

  @Test func aFileThatIsWrittenToIsNotDropped() throws {
    let first = scratch.folder("first")
    let then = scratch.folder("then")
    _ = try audit(faltering, first, at: 19) {
      for name in Folder.names(first) { _ = rename(first + "/" + name, then + "/" + name) }
    }
    #expect(Folder.names(then).count == 2, "\(Folder.names(then))")
    var limits = FlightRecorder.Limits()
    limits.bytes = Folder.names(then).reduce(10) { $0 + (Folder.bytes(then + "/" + $1)?.count ?? 0) }
    let folder = scratch.folder("record")
    _ = try audit(faltering, folder, limits)
    let names = Folder.names(folder)
    #expect(names.map { String($0.drop { $0 != "-" }) } == ["-1-peer-vanished.pcapng"], "\(names)")
    #expect(try packets(folder + "/" + (names.first ?? "")) == 21)
  }

  @Test(arguments: [true, false]) func whatIsTakenAwayStopsNothing(isGone: Bool) throws {
    let folder = scratch.folder("record")
    let evidence = scratch.folder("evidence")
    _ = try audit(faltering, folder, at: 18) {
      let names = Folder.names(folder).filter { $0.contains("peer-vanished") }
      #expect(names.count == 1)
      for name in names {
        if isGone {
          _ = rename(folder + "/" + name, evidence + "/" + name)
        } else {
          _ = truncate(folder + "/" + name, 0)
        }
      }
    }
    let names = Folder.names(folder).filter { $0.hasSuffix("-1-peer-vanished.pcapng") }
    let again = try #require(names.first { $0.hasPrefix("2-") }, "\(names)")
    #expect(names.count == (isGone ? 1 : 2))
    #expect(try packets(folder + "/" + again) == 21)
    #expect(Folder.names(folder).contains { $0.hasSuffix("syn-refused.pcapng") })
    if isGone { #expect(try packets(evidence + "/" + (Folder.names(evidence).first ?? "")) == 10) }
  }

  /// The next connection begins before anybody has judged the first.
  @Test func theNextConnectionIsNotInIt() throws {
    let folder = scratch.folder("record")
    let cut = """
      0.000 C > S S
      0.080 S > C S.
      0.081 C > S .
      0.082 C > S P. 1:5
      0.083 C > S F.
      0.161 S > C . ack 6
      0.162 S > C P. 1:5001/1000
      0.163 C > S R 6

      """
    let next = """
      isn C 700000
      isn S 9000000
      0.170 C > S S
      0.172 S > C S.
      0.173 C > S .
      0.174 C > S P. 1:101
      0.175 S > C . ack 101
      20 tick

      """
    _ = try audit(cut + next, folder)
    let name = try #require(Folder.names(folder).first)
    #expect(try packets(folder + "/" + name) == 12)
    #expect(try offline([folder + "/" + name]).summary.connections == 1)
  }

  /// What an error says of the last packet comes after it.
  @Test func theErrorsAreInIt() throws {
    let folder = scratch.folder("record")
    let script = """
      host R = 10.0.0.9:1
      0,1,3 C > S S
      3.1 R > C icmp unreachable host for C > S
      60 tick
      """
    let live = try audit(script, folder)
    let name = try #require(Folder.names(folder).first, "\(live.all.map { $0.record.finding.rule })")
    #expect(try offline([folder + "/" + name]).summary.frames == 4)
  }
}
