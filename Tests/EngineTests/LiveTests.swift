import Audit
import Capture
import Engine
import Expectation
import Flow
import PacketScript
import Report
import Testing
import Wire

@Suite("A live audit, with a capture's timestamps as its clock")
struct LiveTests {
  static let recordings = Set(
    ExpectationFile.all.filter { !$0.comparesBothEnds }.compactMap { file in
      (try? file.expectations().captures.first).map { ExpectationFile.root + file.folder + "/" + $0 }
    }
  ).sorted()

  /// Since the script began.
  private func seconds(_ time: Timestamp) -> Double { Double(time.since(PacketScript().start)) / 1e9 }

  private func audit(_ text: String) throws -> (live: LiveLedger, whole: LiveLedger) {
    let scratch = Folder()
    let path = scratch.capture(try PacketScript.parse(text).pcapng(), ".pcapng")
    return (try replay([path]), try offline([path]))
  }

  @Test(arguments: recordings) func inTheEndItSaysWhatAnAuditOfTheFileSays(_ path: String) throws {
    let live = try replay([path])
    let whole = try offline([path])
    #expect(live.mistakes == [])
    #expect(live.standing == whole.standing)
    #expect(live.summary.findings.filter { $0.value > 0 } == whole.summary.findings)
    #expect(live.summary.rules == whole.summary.rules)
    #expect(live.connections == whole.connections)
  }

  /// What is told at a moment was not provable two seconds before: an audit of what had passed by then does not find it.
  @Test(arguments: recordings) func itIsToldWithinTwoSeconds(_ path: String) throws {
    let live = try replay([path])
    for entry in live.all where entry.isEarly && !entry.record.finding.isHealed {
      let then = entry.told.advanced(by: -2_000_000_000)
      let scratch = Folder()
      let part = scratch.capture(try beginning(of: path, until: then), ".pcapng")
      let claim = line(entry.record.connection, entry.record.finding).split(separator: " ").prefix(4)
      let found = try offline([part]).standing.map { $0.split(separator: " ").prefix(4) }
      #expect(!found.contains(claim), "\(claim) was provable two seconds before \(seconds(entry.told))")
    }
  }

  /// The packets up to `end`, as a recording that went on until then.
  private func beginning(of path: String, until end: Timestamp) throws -> [UInt8] {
    var timeline = try Timeline(paths: [path])
    var writer = PcapngWriter()
    var last = Timestamp(nanoseconds: 0)
    while let frame = timeline.next() {
      guard frame.time <= end else { break }
      writer.write(frame, interfaceName: nil)
      last = frame.time
    }
    guard last.nanoseconds > 0, end > last else { return writer.bytes }
    // Interface statistics whose isb_endtime is `end` (draft-ietf-opsawg-pcapng §4.6).
    let time = UInt64(bitPattern: end.nanoseconds)
    let words: [UInt32] = [
      5, 40, 0, UInt32(time >> 32), UInt32(truncatingIfNeeded: time), 8 << 16 | 3, UInt32(time >> 32),
      UInt32(truncatingIfNeeded: time), 0, 40,
    ]
    return writer.bytes + words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
  }

  private let vanishing = """
    0.000 C > S S <mss 1460,sackOK,TS,wscale 7>
    0.010 S > C S. <mss 1460,sackOK,TS,wscale 7>
    0.020 C > S .
    0.030 C > S P. 1:101
    0.040 S > C . ack 101
    10.00 C > S P. 101:201
    10.21 C > S P. 101:201
    10.63 C > S P. 101:201
    11.47 C > S P. 101:201
    13.15 C > S P. 101:201
    """

  @Test func silenceIsNoticedByTheClock() throws {
    let (live, whole) = try audit(vanishing + "\n60 tick")
    let first = try #require(live.all.first)
    #expect(first.record.finding.rule == "peer-vanished")
    #expect(first.isEarly)
    // Four transmissions over three seconds, and five seconds of silence.
    #expect((15.0...17.0).contains(seconds(first.told)), "\(seconds(first.told))")
    #expect(live.standing == whole.standing)
    #expect(live.all.filter { $0.record.finding.rule == "peer-vanished" }.count <= 2)
  }

  @Test func anOutageThatHealsSaysSo() throws {
    let (live, whole) = try audit(
      vanishing + """

        20.00 C > S P. 101:201
        20.01 S > C . ack 201
        20.10 S > C P. 1:51 ack 201
        20.11 C > S . ack 51
        30 tick
        """)
    #expect(whole.standing == [])
    #expect(live.standing == [])
    let healing = try #require(live.all.last)
    #expect(healing.record.finding.isHealed && healing.isEarly)
    #expect(healing.record.finding.summary.hasPrefix("healed: "))
    #expect(healing.record.revises != nil)
    #expect((20.0...22.1).contains(seconds(healing.told)), "\(seconds(healing.told))")
    #expect(live.summary.findings.values.allSatisfy { $0 == 0 })
  }

  @Test func aResetIsToldAtOnce() throws {
    let (live, whole) = try audit(severalConnections + "\n60 tick")
    #expect(live.standing == whole.standing)
    let cut = try #require(live.all.first { $0.record.finding.rule == "half-close-truncated" })
    #expect(cut.isEarly && seconds(cut.told) < 2.2, "\(seconds(cut.told))")
  }

  @Test func closedWithoutAnAnswer() throws {
    var options = RunOptions()
    options.thresholds.linger = 60_000_000_000
    let scratch = Folder()
    let script = """
      0.000 C > S S
      0.010 S > C S.
      0.020 C > S .
      0.030 C > S P. 1:101
      0.040 S > C . ack 101
      1.000 S > C F. 1:1 ack 101
      1.010 C > S . ack 2
      400 tick
      """
    let path = scratch.capture(try PacketScript.parse(script).pcapng(), ".pcapng")
    let live = try replay([path], options)
    let first = try #require(live.all.first)
    #expect(first.record.finding.rule == "fin-unanswered")
    #expect((61.0...63.1).contains(seconds(first.told)), "\(seconds(first.told))")
    #expect(live.standing == (try offline([path], options)).standing)
    // Likely, and certain once it has lasted four times as long.
    #expect(live.all.map(\.record.finding.confidence) == [.likely, .certain])
  }

  @Test func whatIsNotWantedIsNotTold() throws {
    var options = RunOptions()
    options.selection.ignored = ["peer-vanished"]
    let scratch = Folder()
    let path = scratch.capture(try PacketScript.parse(vanishing + "\n60 tick").pcapng(), ".pcapng")
    let live = try replay([path], options)
    #expect(live.all.allSatisfy { $0.record.finding.rule != "peer-vanished" })
    #expect(live.summary.leftOutFindings == 1)
  }

  /// Nobody answers a SYN of five minutes ago: an audit that runs for weeks forgets it, and counts it.
  @Test func aLoneSYNIsGivenUp() throws {
    let (live, whole) = try audit("0 C > S S\nhost D = 10.0.0.3:40001\n500 D > S S\n510 S > D S.\n511 D > S .")
    #expect(live.summary.connections == 2)
    #expect(live.standing == whole.standing)
  }
}
