import Audit
import Engine
import Flow
import PacketScript
import Report
import Testing
import Wire

@Suite("Both sides of a router in one capture: every packet twice")
struct CopiesTests {
  private enum Last: CaseIterable { case whole, originalLost, swapped }

  /// Each packet again, 80 µs later, behind the router. Of the last RST the copy alone, or the copy first.
  private func routed(_ text: String, _ last: Last) throws -> Records {
    var script = try PacketScript.parse(text)
    let copies = script.entries.map { entry in
      var entry = entry
      entry.time = entry.time.advanced(by: 80_000)
      guard case .tcp(var packet) = entry.content else { return entry }
      packet.source.ttl -= 1
      packet.source.mac = 0x0200_0000_0099
      entry.content = .tcp(packet)
      return entry
    }
    let place = try #require(
      script.entries.lastIndex { if case .tcp(let packet) = $0.content { packet.flags.contains(.rst) } else { false } })
    var originals = script.entries
    var behind = copies
    switch last {
    case .whole: break
    case .originalLost: originals.remove(at: place)
    case .swapped: (originals[place].content, behind[place].content) = (behind[place].content, originals[place].content)
    }
    script.entries = (originals + behind).sorted { $0.time < $1.time }
    let folder = Folder()
    return try records([folder.capture(script.pcap())])
  }

  /// Both sides of a device that rewrites numbers, of a connection whose beginning is not there: nothing is claimed, and that is said.
  @Test(arguments: 1...3) func twoStreamsOfOne(threads: Int) throws {
    let lines = (0..<20).map { place in
      let (time, byte) = (Double(place) * 0.1, 1 + 100 * place)
      return """
        \(time + 0.01) C > S P. \(byte):\(byte + 100) ack 1
        \(time + 0.02) Q > T P. \(byte):\(byte + 100) ack 1
        \(time + 0.03) T > Q . 1 ack \(byte + 100)
        \(time + 0.04) S > C . 1 ack \(byte + 100)
        """
    }
    let hosts = "host Q = 10.0.0.1:40000 isn 2500000000 ttl 63\nhost T = 10.0.0.2:2181 isn 3700000000 ttl 60\n"
    let folder = Folder()
    let path = folder.capture(
      try PacketScript.parse(hosts + lines.joined(separator: "\n") + "\n2.5 S > C R. 1 ack 1901\n").pcap())
    var options = RunOptions()
    options.threads = threads
    let found = try records([path], options)
    #expect(found.findings.isEmpty && found.summary.mixedConnections == 1)
    #expect(try json([path]).last?.contains(#""mixed_connections":1"#) == true)
    #expect(
      try report({ TextReport($0) }, [path]).contains("1 connection was not judged: its packets are of two streams"))
  }

  private static let aborted =
    handshake + """
      0.100 C > S P. 1:101
      0.180 S > C P. 1:1001 ack 101
      0.181 C > S . 101 ack 1001
      5.000 C > S R. 101 ack 1001
      30 tick
      """
  /// The server is known from another connection.
  private static let refused =
    handshake + """
      host D = 10.0.0.3:40001
      host T = 10.0.0.2:9999 mac 02:00:00:00:00:02
      0.100 C > S P. 1:101
      0.180 S > C P. 1:1001 ack 101
      0.181 C > S . 101 ack 1001
      0.182 C > S F. 101 ack 1001
      0.262 S > C F. 1001 ack 102
      0.263 C > S . 102 ack 1002
      3.000 D > T S <mss 1460,sackOK,TS,wscale 7>
      3.080 T > D R. 0 ack 1
      30 tick
      """

  @Test(
    "a copy that comes first, or alone, was made by nobody else",
    arguments: [(aborted, ["reset-abort"]), (refused, ["syn-refused"])])
  func copyOfTheReset(script: String, rules: [String]) throws {
    for last in Last.allCases {
      let found = try routed(script, last).findings
      let once = found.filter { !$0.rule.hasPrefix("reset-forged") }.map(\.rule)
      #expect(
        !found.contains { $0.rule == "reset-forged" } && Set(once).isSubset(of: rules), "\(last): \(found.map(\.rule))")
    }
  }
}
