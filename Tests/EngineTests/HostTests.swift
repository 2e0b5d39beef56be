import Audit
import Engine
import Flow
import PacketScript
import Report
import Testing
import Wire

@Suite("A live audit beside the sockets of its own host")
struct HostTests {
  private let scratch = Folder()
  private let client = Endpoint(address: IPAddress(v4: 0x0a00_0001), port: 40000)
  private let server = Endpoint(address: IPAddress(v4: 0x0a00_0002), port: 2181)

  private func holder(_ descriptor: Int32) -> SocketHolder {
    SocketHolder(id: 4711, process: "pool", descriptor: descriptor)
  }

  /// What is told of a script whose kernel is read once a second; `read`: the state of the client's socket at that second.
  private func told(
    _ text: String, claims: @escaping (Double) -> [HostClaim] = { _ in [] }, read: @escaping (Double) -> TCPState?
  ) throws -> LiveLedger {
    let script = try PacketScript.parse(text)
    let path = scratch.capture(script.pcapng(), ".pcapng")
    let (client, server) = (client, server)
    let segment = try #require(script.segments.first)
    try #require(segment.source == client.address && segment.destinationPort == server.port)
    let ledger = LiveLedger()
    var reporter = LedgerReporter(ledger: ledger)
    var next = script.time(0)
    let holder = holder(7)
    let replay = try Replay([path], RunOptions()) { now in
      guard now >= next else { return nil }
      next = now.advanced(by: 1_000_000_000)
      let second = Double(now.since(script.time(0))) / 1e9
      var table = HostTable(seen: now, complete: now)
      if let state = read(second) {
        table.add(client, server, HostSocket(state: state, seen: now, heard: script.time(0.2), holder: holder))
      }
      table.claims = claims(second)
      return table
    }
    _ = replay.run(&reporter, RunRecord(version: "test", inputs: [path])) { ledger.now = $0 }
    return ledger
  }

  private let finInVain = """
    0.000 C > S S
    0.010 S > C S.
    0.020 C > S .
    0.100 C > S P. 1:301
    0.110 S > C P. 1:2001 ack 301
    0.120 C > S . ack 2001
    1.200 S > C F. 2001 ack 301
    1.500 S > C F. 2001 ack 301
    2.100 S > C F. 2001 ack 301
    3.300 S > C F. 2001 ack 301
    5.700 S > C F. 2001 ack 301
    10.50 S > C F. 2001 ack 301
    40 tick
    """

  @Test func theSocketThatTheWireContradictsIsNamedAsItHappens() throws {
    let live = try told(finInVain) { _ in .established }
    let first = try #require(live.all.first { $0.record.finding.rule == "partnerless" })
    #expect(first.isEarly && first.record.sockets?.client?.holder == holder(7))
    #expect(first.record.sockets?.server == nil)
    #expect(live.entries.values.map(\.record.finding.rule) == ["partnerless"])
    #expect(live.mistakes == [])
  }

  /// What the kernel says later takes the place of what the wire alone said.
  @Test func itIsRevisedBothWays() throws {
    let later = try told(finInVain) { $0 > 20 ? .established : nil }
    #expect(later.all.map(\.record.finding.rule).last == "partnerless")
    #expect(later.all.first?.record.finding.rule == "fin-unacked" && later.mistakes == [])
    #expect(later.summary.rules == ["partnerless": 1])
    let closed = try told(finInVain) { $0 < 20 ? .established : nil }
    #expect(closed.entries.values.map(\.record.finding.rule) == ["fin-unacked"])
    // Who held it is known all the same.
    #expect(closed.entries.values.first?.record.sockets?.client?.holder == holder(7))
    #expect(closed.mistakes == [])
  }

  @Test func withoutTheKernelNothingIsSaidOfSockets() throws {
    let path = scratch.capture(try PacketScript.parse(finInVain).pcapng(), ".pcapng")
    #expect(try replay([path]).all.allSatisfy { $0.record.sockets == nil })
  }

  private func claim(_ version: UInt32, _ severity: Severity = .error) -> HostClaim {
    HostClaim(
      key: 1, version: version,
      finding: Finding(
        rule: "socket-leak", severity: severity, confidence: .likely, suspects: [.client], summary: "leaks",
        evidence: []))
  }

  /// A process is told of once, anew where there is news, and taken back where it holds no longer.
  @Test func claimsAreToldOnceAndTakenBack() throws {
    let live = try told(finInVain) { second in
      second > 5 && second < 30 ? [claim(second < 15 ? 1 : 2)] : []
    } read: { _ in
      nil
    }
    let leaks = live.all.filter { $0.record.finding.rule == "socket-leak" }
    #expect(leaks.map(\.record.finding.isHealed) == [false, false, true])
    #expect(leaks.map(\.record.revises) == [nil, leaks[0].record.id, leaks[1].record.id])
    #expect(live.summary.rules == ["fin-unacked": 1] && live.mistakes == [])
  }

  @Test func aTableIsBounded() {
    var table = HostTable(seen: Timestamp(nanoseconds: 0), complete: Timestamp(nanoseconds: 0))
    for number in 0..<HostTable.limit + 3 {
      let near = Endpoint(address: IPAddress(v4: UInt32(number)), port: 1)
      table.add(near, server, HostSocket(state: .established, seen: table.seen))
    }
    #expect(table.leftOut == 3)
  }
}
