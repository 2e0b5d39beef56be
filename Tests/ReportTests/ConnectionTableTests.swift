import Audit
import Flow
import Report
import Testing
import Wire

@Suite("Table of connections")
struct ConnectionTableTests {
  @Test func theTableAlignsItsColumns() throws {
    var connections = try cutReplies(2)
    connections[1].findings = []
    connections[1].facts.id = 1234
    connections[1].facts.serverEndpoint.port = 80
    let text = textReport(connections, width: 120, table: true)
    #expect(
      text.hasPrefix(
        """
          id  client → server                 state  seconds  client bytes  server bytes  rules
           1  10.1.0.2:50000 → 10.2.0.2:2181  reset    0.163             4        13,240  half-close-truncated
        1234  10.1.0.2:50001 → 10.2.0.2:80    reset    0.163             4        13,240

        cut-reply.pcapng
        """))
    // A connection is one line, for grep and for a wider window.
    #expect(textReport(connections, width: 80, table: true).contains("        13,240  half-close-truncated\n"))
  }

  /// One IPv6 connection does not push all others aside.
  @Test func longEndpointsPushTheirOwnLineAside() throws {
    var connections = try cutReplies(2)
    connections[1].facts.ipVersion = 6
    connections[1].facts.clientEndpoint.address = IPAddress(high: .max, low: .max)
    connections[1].facts.serverEndpoint.address = IPAddress(high: .max, low: .max)
    let lines = textReport(connections, width: 160, table: true).split(separator: "\n")
    #expect(lines[1].hasPrefix(" 1  10.1.0.2:50000 → 10.2.0.2:2181                 reset "))
    #expect(lines[2].contains(":ffff]:2181  reset "))
  }

  /// Simple packet blocks have no times.
  @Test func ofPacketsWithoutTimesTheLengthIsNotKnown() throws {
    var one = try record(cutReply)
    #expect(textReport([one], table: true).contains("  0.163  "))
    one.facts.start.time = Timestamp(nanoseconds: 0)
    one.facts.end.time = Timestamp(nanoseconds: 0)
    one.facts.observedUntil = Timestamp(nanoseconds: 0)
    #expect(one.facts.isUndated)
    let text = textReport([one], table: true)
    #expect(text.contains("  ?  ") && !text.contains("0.000"), "\(text)")
  }
}
