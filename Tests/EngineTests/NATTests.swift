import Audit
import Engine
import Flow
import PacketScript
import Report
import Testing
import Wire

/// The client behind the NAT is C, what the NAT makes of it is N; both ports of the NAT are in the capture.
@Suite("Trap 27 of field.md §5: both sides of a NAT in one capture")
struct NATTests {
  /// Each packet of a script twice, as it passes the NAT: 0.3 ms apart, the TTL one lower behind it.
  private func throughNAT(_ script: String, _ name: String = "N", address: String = "192.0.2.1:61000", hop: Int = 1)
    -> String
  {
    var lines = ["host \(name) = \(address) isn 1000"]
    for line in script.split(separator: "\n") {
      let words = line.split(separator: " ", omittingEmptySubsequences: true)
      guard words.count > 4, let time = Double(words[0]) else {
        lines.append(String(line))
        continue
      }
      let rest = words[4...].joined(separator: " ")
      let later = "\(time + 0.0003 * Double(hop))"
      if words[1] == "C" {
        lines += ["\(time) C > S \(rest)", "\(later) \(name) > S \(rest) ttl \(64 - hop)"]
      } else {
        lines += ["\(time) S > \(name) \(rest) ttl 60", "\(later) S > C \(rest) ttl \(60 - hop)"]
      }
    }
    return lines.joined(separator: "\n") + "\n30 tick"
  }

  /// The client has closed its reading half as well: the answer is cut.
  private let cut =
    handshake + """
      0.082 C > S P. 1:5
      0.083 C > S F. 5
      0.163 S > C . ack 6
      0.170 S > C P. 1:1449 ack 6
      0.175 S > C P. 1449:2897 ack 6
      0.250 C > S R 6
      """

  private func sameAs(_ run: Records) -> [UInt64?] { run.connections.map(\.verdict.sameAs) }

  @Test("27: they are two records, linked, and one story")
  func oneStory() throws {
    let run = try records(of: throughNAT(cut))
    #expect(run.connections.count == 2)
    let first = try #require(run.connections.first)
    #expect(sameAs(run) == [nil, first.facts.id])
    #expect(run.connections.map { $0.findings.map(\.finding.rule) } == [["half-close-truncated"], []])
    #expect(run.summary.findings[.error] == 1)
    #expect(run.summary.seenTwice == 1 && run.summary.seenAgain == 1)
  }

  /// The answer is never acknowledged: that is told while both sights are open.
  @Test("27: a live audit tells it once, and takes nothing back", arguments: [true, false])
  func live(isCut: Bool) throws {
    let silence = "0.1 C > S P. 1:5\n0.2 S > C . ack 5\n1,1.3,1.9,3.1,5.5 S > C P. 1:101 ack 5\n"
    let script = isCut ? cut : handshake + silence
    let folder = Folder()
    let path = try folder.capture(throughNAT(script))
    let live = try replay([path])
    #expect(live.mistakes == [])
    #expect(live.all.map(\.record.finding.rule) == [isCut ? "half-close-truncated" : "peer-vanished"])
    #expect(live.all.allSatisfy { $0.isEarly && !$0.record.finding.isHealed })
  }

  @Test("27: the report says so, in words and in JSON")
  func itIsSaid() throws {
    let folder = Folder()
    let path = try folder.capture(throughNAT(cut))
    let text = try report({ TextReport($0) }, [path])
    #expect(text.contains("2 connections are one, seen on both sides of a NAT."), "\(text)")
    let lines = try json([path])
    #expect(lines.filter { $0.contains(#""rules":["half-close-truncated"],"same_as":null}"#) }.count == 1)
    #expect(lines.filter { $0.contains(#""rules":[],"same_as":1}"#) }.count == 1)
    #expect(lines.last?.contains(#""seen_again":1"#) == true)
  }

  /// A connection in order is given in brief where nobody asks for its record: it is linked all the same.
  @Test("27: healthy ones too, whatever is asked for", arguments: [true, false])
  func healthyOnes(reportsAll: Bool) throws {
    var options = RunOptions()
    options.reportsAllConnections = reportsAll
    #expect(try records(of: throughNAT(healthy), options).summary.seenAgain == 1)
  }

  @Test("27: what only the second sight shows is told")
  func anotherStory() throws {
    // The client's last data never leave the NAT, and the server knows nothing of them.
    let script =
      throughNAT(handshake + "0.1 C > S P. 1:5\n0.2 S > C . ack 5\n").replacing("30 tick", with: "")
      + "1.0,1.3,1.9,3.1,5.5,10.3 C > S P. 5:105\n40 tick"
    let run = try records(of: script)
    #expect(run.summary.seenAgain == 1)
    #expect(run.findings.map(\.rule) == ["peer-vanished"])
  }

  @Test("27: two NATs in a row")
  func twoNATs() throws {
    // Of three sights the middle one is C's packets after the first NAT, before the second.
    let near = throughNAT(cut).split(separator: "\n").map(String.init)
    let far = throughNAT(cut, "M", address: "198.51.100.7:1024", hop: 2).split(separator: "\n").map(String.init)
    let outer = far.filter { $0.contains("M > S") || $0.contains("S > M") || $0.contains("host M") }
    func time(_ line: String) -> Double { Double(line.split(separator: " ")[0]) ?? -1 }
    // The server's packets reach the outer one first.
    let shifted = outer.map { $0.contains("S > M") ? $0.replacing("\(time($0)) ", with: "\(time($0) - 0.0003) ") : $0 }
    let all = (near + shifted).enumerated().sorted { (time($0.element), $0.offset) < (time($1.element), $1.offset) }
    let run = try records(of: all.map(\.element).joined(separator: "\n"))
    #expect(run.connections.count == 3)
    #expect(run.summary.seenTwice == 1 && run.summary.seenAgain == 2)
    #expect(run.serious.count == 1)
  }

  /// Programs that make traffic, and careless stacks, begin every connection with the same numbers.
  @Test("27: the same ISNs at different times, or of other data, are two connections", arguments: [5.0, 0.0005])
  func equalNumbersAlone(later: Double) throws {
    let script = healthy.split(separator: "\n")
    func shifted(_ from: String, by delay: Double) -> [(Double, String)] {
      script.map { line in
        let time = (Double(line.split(separator: " ")[0]) ?? 0) + delay
        let rest = line.split(separator: " ").dropFirst().joined(separator: " ")
        return (time, "\(time) " + rest.replacing("C ", with: "\(from) ").replacing("> C", with: "> \(from)"))
      }
    }
    let lines = (shifted("C", by: 0) + shifted("N", by: later)).sorted { $0.0 < $1.0 }.map(\.1)
    let text = "host N = 192.0.2.1:61000 isn 1000\n" + lines.joined(separator: "\n")
    let run = try records(of: text)
    #expect(run.connections.count == 2)
    #expect(run.connections[0].facts.client.isn == run.connections[1].facts.client.isn)
    #expect(sameAs(run) == [nil, nil])
    // Seen through a NAT, and yet not the same data.
    let unlike = throughNAT(healthy).split(separator: "\n").map { line in
      line.contains("N ") ? String(line).replacing("1001", with: "501").replacing("1002", with: "502") : String(line)
    }
    #expect(try records(of: unlike.joined(separator: "\n")).summary.seenAgain == 0)
  }

  /// Without an answer there is half of the numbers: the TTL must speak for a router too.
  @Test("27: SYNs that nobody answers", arguments: [63, 64])
  func unanswered(ttl: Int) throws {
    let run = try records(
      of: """
        host N = 192.0.2.1:61000 isn 1000
        0.0 C > S S
        0.0003 N > S S ttl \(ttl)
        1.0 C > S S 0
        1.0003 N > S S 0 ttl \(ttl)
        3.0 C > S S 0
        3.0003 N > S S 0 ttl \(ttl)
        30 tick
        """)
    #expect(run.findings.filter { $0.severity == .error }.count == (ttl == 63 ? 1 : 2))
  }

  /// A scanner's SYNs all have one ISN, and what refuses them has none of its own: two ports are no two sights of one.
  @Test("27: a scan's refusals are not one connection")
  func aScan() throws {
    var options = RunOptions()
    options.reportsAllConnections = true
    let ports = 80..<90
    let lines = ports.map { port in
      let (name, time) = ("T\(port)", 0.001 * Double(port - 80))
      return """
        host \(name) = 10.0.0.\(port):\(port) isn 1
        \(time) C > \(name) S ttl \(64 - port % 2)
        \(time + 0.0004) \(name) > C R. 0 ack 1 ttl \(64 - port % 2)
        """
    }
    let run = try records(of: lines.joined(separator: "\n"), options)
    #expect(run.connections.count == ports.count)
    #expect(sameAs(run).allSatisfy { $0 == nil })
    #expect(run.summary.seenAgain == 0)
  }
}
