import Audit
import Capture
import Engine
import Flow
import PacketScript
import Report
import Testing
import Wire

@Suite("The packet's way, joined")
struct PipelineTests {
  private func connections(_ lines: [String]) -> [String] { lines.filter { $0.hasPrefix(#"{"type":"connection""#) } }
  private func findings(_ lines: [String]) -> [String] { lines.filter { $0.hasPrefix(#"{"type":"finding""#) } }

  @Test func aRunBeginsAndEndsAsPromised() throws {
    let folder = Folder()
    let lines = try json([folder.capture(try PacketScript.parse(severalConnections).pcap())])
    #expect(lines.first?.hasPrefix(#"{"type":"run","schema":1,"tool":"tcpaudit""#) == true)
    #expect(lines.last?.hasPrefix(#"{"type":"summary","packets":37,"tcp_packets":37,"#) == true)
    #expect(connections(lines).count == 3)
    #expect(
      findings(lines).contains {
        $0.contains(#""rule":"half-close-truncated""#) && $0.contains(#""at_fault":"client""#)
      })
    #expect(findings(lines).contains { $0.contains(#""rule":"syn-refused""#) })
    #expect(findings(lines).count == 2)
  }

  @Test func acrossAStepBackwardsNoTimeIsInvented() throws {
    let folder = Folder()
    let script = try PacketScript.parse("10 C > S S\n10.1 S > C S.\n5 C > S .\n5.1 C > S P. 1:101\n5.2 S > C . ack 101")
    let line = try #require(connections(try json([folder.capture(script.pcap())])).first)
    #expect(line.contains(#""end":null,"duration":null,"handshake_rtt":null,"state":"established""#))
  }

  /// Packets without times, as pcapng's simple packet blocks: all of them at 0, which is no date.
  @Test func whatHasNoTimeIsNull() throws {
    let folder = Folder()
    let script = try PacketScript.parse(
      "start 0\n0 C > S S\n0 S > C S.\n0 C > S .\n0 C > S P. 1:101\n0 S > C R. 1 ack 101")
    let lines = try json([folder.capture(script.pcap())])
    let line = try #require(connections(lines).first)
    #expect(line.contains(#""start":null,"end":null,"duration":null,"handshake_rtt":null,"state":"reset""#), "\(line)")
    #expect(findings(lines).allSatisfy { !$0.contains("1970") } && !findings(lines).isEmpty)
    #expect(lines.last?.contains(#""start":null,"end":null"#) == true)
  }

  /// No length is made of times that do not tell one.
  @Test func aClockThatRanBackwardsIsSaid() throws {
    let folder = Folder()
    var script = try PacketScript.parse("3600 C > S S\n3600.1 S > C S.\n3600.2 C > S .")
    script.entries += try PacketScript.parse("0 C > S P. 1:101\n0.1 S > C . ack 101").entries
    let path = folder.capture(script.pcap())
    let output = Output()
    var options = TextReport.Options()
    options.connections = true
    var reporter = TextReport(output, options)
    let pipeline = try Pipeline([path], RunOptions())
    _ = pipeline.run(&reporter, RunRecord(version: "test", inputs: [path]))
    let text = String(decoding: output.collected, as: UTF8.self)
    #expect(text.contains("1 connection, length unknown: the clock ran backwards"), "\(text)")
    #expect(text.contains("(-: dated before the capture began, as its clock ran backwards)"), "\(text)")
    #expect(text.contains(/established +\?/), "\(text)")
  }

  /// A connection that spans two files is one connection, whatever the order they are named in.
  @Test(arguments: [1, 5, 12, 20, 36]) func rotatedFilesAreOneTimeline(_ cut: Int) throws {
    let folder = Folder()
    let script = try PacketScript.parse(severalConnections)
    var (first, second) = (script, script)
    first.entries = Array(script.entries.prefix(cut))
    second.entries = Array(script.entries.dropFirst(cut))
    let paths = [folder.capture(first.pcap()), folder.capture(second.pcap())]
    let whole = try json([folder.capture(script.pcap())])
    let names = ["first_packet", "last_packet", "input", "last_input"]
    func blanked(_ line: String) -> String {
      names.reduce(line) { $0.replacing(try! Regex("\"\($1)\":[0-9]*,"), with: "") }
    }
    for order in [paths, paths.reversed()] {
      #expect(connections(try json(order)).map(blanked) == connections(whole).map(blanked))
    }
  }

  @Test func whatIsAskedForIsWhatIsSaid() throws {
    let folder = Folder()
    let path = folder.capture(try PacketScript.parse(severalConnections).pcap())
    var options = RunOptions()
    options.selection.only = ["syn-refused"]
    #expect(findings(try json([path], options)).count == 1)
    options.selection = RuleSelection()
    options.selection.ignored = ["syn-refused"]
    #expect(findings(try json([path], options)).count == 1)
    options.selection = RuleSelection()
    options.selection.minimum = .error
    #expect(findings(try json([path], options)).allSatisfy { $0.contains(#""severity":"error""#) })
  }

  @Test func everyByteOrderAndFormatSaysTheSame() throws {
    let folder = Folder()
    let script = try PacketScript.parse(severalConnections)
    let reference = connections(try json([folder.capture(script.pcap())]))
    for other in [script.pcap(bigEndian: true), script.pcapng(), script.pcapng(bigEndian: true)] {
      let lines = connections(try json([folder.capture(other)]))
      #expect(lines == reference)
    }
  }

  @Test func aMissingFileIsAnErrorAndTheOthersAreAudited() throws {
    let folder = Folder()
    let path = folder.capture(try PacketScript.parse(severalConnections).pcap())
    var reporter = JSONReport(Output())
    let pipeline = try Pipeline(["/nowhere/at-all.pcap", path], RunOptions())
    let outcome = pipeline.run(&reporter, RunRecord(version: "test", inputs: []))
    #expect(outcome.errors.map(\.path) == ["/nowhere/at-all.pcap"])
    #expect(outcome.connections == 3)
  }

  /// What is open when the recording ends is counted as what had ended before.
  @Test func theLossOfAnOpenConnectionIsLossOfTheCapture() throws {
    let folder = Folder()
    let script = """
      0.000 C > S S
      0.001 S > C S.
      0.002 C > S .
      0.003 S > C P. 1:1001
      0.004 S > C P. 1001:2001 lost
      0.005 S > C P. 2001:3001
      0.006 C > S . ack 3001
      """
    let lines = try json([folder.capture(try PacketScript.parse(script).pcap())])
    #expect(lines.contains { $0.contains(#""rule":"capture-loss""#) && $0.contains(#""missing_bytes":1000"#) })
  }

  /// RSTs and ACKs have no IP ID that would tell a copy: their time does.
  @Test func theSameFileTwiceIsOneFile() throws {
    let folder = Folder()
    let path = folder.capture(try PacketScript.parse(severalConnections).pcap())
    let once = try json([path])
    let twice = try json([path, path])
    let packets = try #require(once.last?.firstMatch(of: /"tcp_packets":(\d+)/)).1
    #expect(twice.last?.contains("\"duplicates\":\(packets)") == true, "\(twice.last ?? "")")
    func rules(_ lines: [String]) -> [Substring] {
      connections(lines).compactMap { $0.firstMatch(of: /"rules":[^\]]*/)?.0 }
    }
    #expect(rules(twice) == rules(once))
  }

  /// What the side sent that was not captured is no loss: the capture never had it.
  @Test func oneDirectionIsNoCaptureLoss() throws {
    let folder = Folder()
    let script = """
      0.000 C > S S lost
      0.000 S > C S.
      0.001 C > S P. 1:301 lost
      0.002 S > C . ack 301
      0.003 S > C P. 1:3001 ack 301
      0.004 C > S . ack 3001 lost
      0.005 S > C P. 3001:6001 ack 301
      0.006 C > S F. lost
      0.007 S > C F. ack 302
      """
    let lines = try json([folder.capture(try PacketScript.parse(script).pcap())])
    #expect(!findings(lines).contains { $0.contains(#""rule":"capture-loss""#) })
    #expect(!findings(lines).contains { $0.contains(#""severity":"error""#) || $0.contains(#""severity":"warning""#) })
  }

  /// A connection of the same two hosts in both directions, one in one direction only, and the same two of another host.
  static let witnesses = [
    "D": "host D = 10.0.0.1:50001\n60.0 D > S P. 1:101\n60.5 S > D P. 1:101\n60.6 D > S . 101\n",
    "E": "host E = 10.0.0.1:50002\n60.0 E > S P. 1:101 ack =1000\n60.5 E > S P. 101:201 ack =1500\n"
      + "61 E > S P. 201:301 ack =2000\n",
    "F": "host F = 10.0.0.77:50003\n60.0 F > S P. 1:101 ack =1000\n60.5 F > S P. 101:201 ack =1500\n"
      + "61 F > S P. 201:301 ack =2000\n",
    "G": "host G = 10.0.0.77:50004\n60.0 G > S P. 1:101\n60.5 S > G P. 1:101\n60.6 G > S . 101\n",
  ]

  /// Keepalives are judged first. Whether the capture may lack their answers is known from the other connections alone, which are open as
  /// well.
  @Test(arguments: ["", "D", "E", "G", "DE", "DF", "DG"])
  func theOpenOnesAreWitnessesBeforeTheFirstIsJudged(_ others: String) throws {
    let folder = Folder()
    let silent = "0 C > S . 2 ack 1\n1,11,21,31,41,51 C > S . 1 ack 1\n"
    let script = silent + others.compactMap { Self.witnesses["\($0)"] }.joined() + "90 tick"
    let path = folder.capture(try PacketScript.parse(script).pcap())
    let accused = findings(try json([path])).filter { $0.contains(#""severity":"error""#) }
    #expect(accused.count == (["D", "DG"].contains(others) ? 1 : 0), "\(accused)")
  }

  @Test func oneConnectionsPacketsAreReadAgain() throws {
    let folder = Folder()
    let path = folder.capture(try PacketScript.parse(severalConnections).pcap())
    var one = OneConnection(id: 1)
    let pipeline = try Pipeline([path], RunOptions())
    _ = pipeline.run(&one, RunRecord(version: "test", inputs: []))
    let record = try #require(one.record)
    let facts = record.facts
    let packets = try ConnectionPackets(of: record, in: [path], RunOptions())
    #expect(UInt64(packets.segments.count) == facts.client.packets + facts.server.packets)
    #expect(packets.segments.first?.flags == .syn)
  }

  /// A batch that an ICMP error cuts short is never full. What ended in it is told while the input lasts all the same, and does
  /// not pile up.
  @Test func whatEndsBesideICMPErrorsIsToldBeforeTheEnd() throws {
    let connection = healthy.split(separator: "\n")
    var lines: [String] = []
    for number in 0..<200 {
      let name = "K\(number)"
      lines.append("host \(name) = 10.1.\(number / 250).\(1 + number % 250):40000 isn \(number * 77)")
      for line in connection {
        let words = line.split(separator: " ", maxSplits: 1)
        guard words.count == 2, let time = Double(words[0]) else { continue }
        let rest = words[1].replacing("C >", with: "\(name) >").replacing("> C", with: "> \(name)")
        lines.append("\(Double(number) * 2 + time) \(rest)")
      }
    }
    for number in 0..<17_000 {
      lines.append("\(500 + 0.005 * Double(number)) R > K199 icmp unreachable host for K199 > S")
    }
    let folder = Folder()
    let path = try folder.capture(lines.joined(separator: "\n"))
    var options = RunOptions()
    options.reportsAllConnections = true
    var counting = CountingReporter()
    let told = counting.told
    var earlier: [Int] = []
    let pipeline = try Pipeline([path], options)
    _ = pipeline.run(&counting, RunRecord(version: "test", inputs: [path])) { _, _ in earlier.append(told.count) }
    #expect(told.count == 200)
    // A look comes each 8,192 frames; what ended lingers for 15 s.
    let last = try #require(earlier.last)
    // The last few have not ended when the last segment comes: only segments move time on.
    #expect(last >= 190, "\(earlier)")
  }
}

/// Counts what it is told where others can look meanwhile.
private struct CountingReporter: Reporter {
  final class Told {
    var count = 0
  }
  let told = Told()

  mutating func begin(_ run: RunRecord) {}
  mutating func report(_ connection: ConnectionRecord) { told.count += 1 }
  mutating func report(_ finding: FindingRecord) {}
  mutating func end(_ summary: SummaryRecord) {}
}
