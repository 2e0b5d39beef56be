import Audit
import Flow
import PacketScript
import Report
import Testing
import Wire

@testable import Engine

@Suite("7: several interfaces of one file, written in bursts") struct InterfacesTests {
  /// The server's packets come through one interface, the client's through the other. Its ports are used twice.
  private static let story: String = {
    func connection(_ start: Double, _ end: String, isn: Int) -> String {
      func at(_ milliseconds: Double) -> String { "\(start + milliseconds / 1000)" }
      var lines = ["isn C \(isn)", "isn S \(isn + 7)", "\(at(1)) C > S S iface 1", "\(at(2)) S > C S. iface 0"]
      lines += ["\(at(3)) C > S . iface 1", "\(at(4)) C > S P. 1:101 iface 1"]
      for reply in 0..<40 {
        let first = 1 + reply * 1000
        lines.append("\(at(10 + Double(reply) * 10)) S > C P. \(first):\(first + 1000) ack 101 iface 0")
        lines.append("\(at(11 + Double(reply) * 10)) C > S . ack \(first + 1000) iface 1")
      }
      return (lines + ["\(at(420)) \(end)", ""]).joined(separator: "\n")
    }
    return "host C = 10.1.0.2:50124\nhost S = 10.2.0.2:2181\n" + connection(0, "C > S R 101 iface 1", isn: 1000)
      + connection(30, "S > C R 40001 iface 0", isn: 90_000)
  }()

  /// In the order of their times, and with all of the one interface in 50 ms before all of the other in them.
  private let folder = Folder()
  private let inOrder: String
  private let inBursts: String
  /// `[number in bursts]`: number in order.
  private var numbers: [UInt64] = [0]

  init() throws {
    var script = try PacketScript.parse(Self.story)
    inOrder = folder.capture(script.pcapng(), ".pcapng")
    let start = script.start
    let places = script.entries.indices.sorted { one, other in
      func burst(_ place: Int) -> Int64 { script.entries[place].time.since(start) / 50_000_000 }
      let (left, right) = (script.entries[one], script.entries[other])
      return (burst(one), Int64(left.interface), one) < (burst(other), Int64(right.interface), other)
    }
    script.entries = places.map { script.entries[$0] }
    numbers += places.map { UInt64($0 + 1) }
    inBursts = folder.capture(script.pcapng(), ".pcapng")
  }

  @Test("7: an answer stands before its question") func answersBeforeQuestions() throws {
    let (ordered, bursts) = (try records([inOrder]), try records([inBursts]))
    #expect(ordered.connections.count == 2)
    #expect(bursts.findings.map(\.rule) == ordered.findings.map(\.rule))
    #expect(bursts.findings.map(\.summary) == ordered.findings.map(\.summary))
    for (one, other) in zip(ordered.facts, bursts.facts) {
      #expect(
        other.client.payloadBytes == one.client.payloadBytes && other.server.payloadBytes == one.server.payloadBytes)
      #expect(other.server.outOfOrderPackets == 0 && other.clientEndpoint == one.clientEndpoint)
    }
    // The evidence are the file's numbers.
    let evidence = bursts.findings.flatMap { $0.evidence.map { numbers[Int($0.moment.packet.number)] } }
    #expect(evidence == ordered.findings.flatMap { $0.evidence.map(\.moment.packet.number) })
    #expect(bursts.ofCapture.isEmpty && bursts.summary.packets == ordered.summary.packets)
  }

  /// The first connection's SYN stands behind answers to it: a range of numbers could leave some out, and the filter has none.
  @Test func displayFilters() throws {
    let lines = try json([inBursts]).filter { $0.contains("display_filter") }
    #expect(lines.count == 2)
    #expect(lines.allSatisfy { !$0.contains("frame.number") }, "\(lines)")
  }

  /// What is read a second time has all packets, each in its turn.
  @Test func aSecondReading() throws {
    let bursts = try records([inBursts])
    for connection in bursts.connections {
      let segments = try ConnectionPackets(of: connection, in: [inBursts], RunOptions()).segments
      #expect(segments.count == (numbers.count - 1) / 2)
      #expect(zip(segments, segments.dropFirst()).allSatisfy { $0.time <= $1.time })
    }
    var extraction = Extraction(RunOptions())
    for connection in bursts.connections { extraction.note(connection) }
    let directory = folder.folder("extracts")
    try extraction.write(to: directory, from: [inBursts])
    #expect(extraction.failure == nil && extraction.files == 2)
    for name in Folder.names(directory) {
      #expect(try records([directory + "/" + name]).summary.packets == UInt64(numbers.count - 1) / 2)
    }
  }

  @Test(arguments: [2, 3]) func onThreads(count: Int) throws {
    var options = RunOptions()
    options.threads = count
    #expect(options.threads(for: [inBursts]) == count)
    #expect(try json([inBursts], options) == json([inBursts]))
  }

  @Test func played() throws {
    let live = try replay([inBursts])
    #expect(live.mistakes == [])
    #expect(try live.standing == offline([inBursts]).standing)
    #expect(try live.standing == replay([inOrder]).standing)
  }
}
