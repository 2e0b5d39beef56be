import Audit
import Flow
import PacketScript
import Report
import Testing
import Wire

/// Lines of a JSON report, each parsed strictly.
func jsonLines(
  inputs: [String] = ["a.pcap"], filter: String? = nil, findingsOnly: Bool = false,
  _ connections: [ConnectionRecord] = [], findings: [FindingRecord] = [], summary: SummaryRecord = SummaryRecord()
) throws -> [JSON] {
  let text = report(
    { JSONReport($0, findingsOnly: findingsOnly) }, inputs: inputs, filter: filter, connections, findings: findings,
    summary: summary)
  #expect(text.hasSuffix("}\n"))
  return try text.dropLast().split(separator: "\n", omittingEmptySubsequences: false).map { try JSON.parse($0) }
}

@Suite("JSON")
struct JSONReportTests {
  // The names of interface.md, in its order.
  static let connection = [
    "type", "id", "community_id", "client", "server", "roles", "ip_version", "vlan", "tunnel", "interface", "start",
    "end", "duration", "handshake_rtt", "state", "closed_by", "ended_because", "rules", "same_as",
  ]
  static let side = [
    "address", "port", "packets", "duplicate_packets", "wire_bytes", "sent_bytes", "payload_bytes",
    "retransmitted_packets", "retransmitted_bytes", "out_of_order_packets", "missing_bytes", "acked_bytes",
    "unacked_bytes", "first_packet", "last_packet", "syn_packets", "fin_packets", "fin_acked", "rst_packets",
    "keepalive_packets", "zero_window_packets", "window_probe_packets", "mss", "window_scale", "sack_permitted",
    "timestamps", "ttl", "socket_state",
  ]
  static let finding = [
    "type", "id", "revises", "rule", "severity", "confidence", "connection", "at_fault", "suspects", "summary",
    "bytes_lost", "bytes_lost_exact", "evidence", "display_filter", "facts",
  ]
  static let summary = [
    "type", "packets", "tcp_packets", "not_tcp_packets", "undecoded_packets", "bytes", "connections", "findings",
    "rules", "capture", "skipped", "duplicates", "fragments_incomplete", "icmp_errors", "evicted", "start", "end",
    "peak_connections", "bad_checksums", "offloaded_checksums", "health_checks", "seen_again",
    "mixed_connections", "interrupted",
  ]

  @Test func theRunLineIsAsInTheInterface() {
    let text = report({ JSONReport($0) })
    #expect(
      text.hasPrefix(
        #"{"type":"run","schema":1,"tool":"tcpaudit","version":"0.1.0","inputs":["a.pcap"],"filter":null}"# + "\n"))
  }

  @Test func aConnectionHasEveryFieldInOrder() throws {
    let line = try jsonLines([try record(cutReply)])[1]
    #expect(line.names == Self.connection)
    #expect(line["client"]?.names == Self.side)
    #expect(line["server"]?.names == Self.side)
    #expect(line["id"] == .number("1"))
    #expect(line["client"]?["port"] == .number("50124"))
    #expect(line["client"]?["payload_bytes"] == .number("4"))
    #expect(line["client"]?["fin_acked"] == .bool(true))
    #expect(line["client"]?["mss"] == .number("1460"))
    #expect(line["client"]?["socket_state"] == .string("CLOSE"))
    #expect(line["server"]?["sent_bytes"] == .number("13240"))
    #expect(line["server"]?["unacked_bytes"] == .number("13240"))
    #expect(line["server"]?["fin_acked"] == .bool(false))
    #expect(line["roles"] == .string("handshake"))
    #expect(line["vlan"] == .null)
    #expect(line["tunnel"] == .null)
    #expect(line["interface"] == .null)
    #expect(line["start"] == .string("2026-01-01T00:00:00.000000000Z"))
    #expect(line["handshake_rtt"] == .number("0.081"))
    #expect(line["state"] == .string("reset"))
    #expect(line["closed_by"] == .string("client"))
    #expect(line["rules"] == .array([]))
  }

  @Test func whatIsNotKnownIsNullNeverZero() throws {
    let line = try jsonLines([
      try record(
        """
        0.0 C > S P. 1:101
        """)
    ])[1]
    #expect(line["roles"] == .string("guessed"))
    #expect(line["handshake_rtt"] == .null)
    #expect(line["closed_by"] == .null)
    let sender = line["client"]?["packets"] == .number("1") ? line["client"] : line["server"]
    let silent = line["client"]?["packets"] == .number("1") ? line["server"] : line["client"]
    for name in ["mss", "window_scale", "sack_permitted", "timestamps"] { #expect(sender?[name] == .null) }
    for name in ["first_packet", "last_packet", "mss", "ttl"] { #expect(silent?[name] == .null) }
    #expect(silent?["socket_state"] == .string("UNKNOWN"))
  }

  @Test func aFindingFollowsItsConnection() throws {
    let facts = try #require(try track(cutReply).first)
    let lines = try jsonLines([try record(cutReply, [cutReplyFinding(facts)])])
    #expect(lines.map { $0["type"]?.string } == ["run", "connection", "finding", "summary"])
    #expect(lines[1]["rules"] == .array([.string("half-close-truncated")]))
    let line = lines[2]
    #expect(line.names == Self.finding)
    #expect(line["revises"] == .null)
    #expect(line["connection"] == .number("1"))
    #expect(line["at_fault"] == .string("client"))
    #expect(line["suspects"] == .array([.string("client")]))
    #expect(line["bytes_lost"] == .number("13240"))
    #expect(line["evidence"]?[0]?.names == ["packet", "time", "side", "what"])
    #expect(line["evidence"]?[0]?["packet"] == .number("5"))
    #expect(line["evidence"]?[0]?["time"] == .string("2026-01-01T00:00:00.081000000Z"))
    #expect(line["display_filter"]?.string?.hasSuffix(" && tcp.port==50124 && tcp.port==2181") == true)
    #expect(line["facts"]?["fin_unacked"] == .bool(true))
    #expect(line["facts"]?["in_flight_at_death"] == .null)
    #expect(line["facts"]?["idle"] == .number("1.5"))
    #expect(line["facts"]?["instead_of"] == .array([.string("transfer-truncated")]))
  }

  @Test(arguments: [
    ([Party](), "unknown"), ([.path], "path"), ([.capture], "capture"), ([.path, .server], "unknown"),
  ])
  func atFaultIsTheOneSuspectLeft(suspects: [Party], atFault: String) throws {
    var finding = cutReplyFinding(try #require(try track(cutReply).first))
    finding.suspects = suspects
    finding.bytesLost = nil
    let line = try jsonLines(findings: [FindingRecord(id: 9, revises: 4, connection: nil, finding: finding)])[1]
    #expect(line["at_fault"] == .string(atFault))
    #expect(line["suspects"] == .array(suspects.map { .string($0.rawValue) }))
    #expect(line["bytes_lost"] == .null)
    #expect(line["connection"] == .null)
    #expect(line["display_filter"] == .null)
    #expect(line["revises"] == .number("4"))
  }

  @Test func aReusedTupleNeedsAFrameRange() throws {
    var connection = try record(cutReply)
    connection.facts.tupleReused = true
    connection.findings = [FindingRecord(id: 1, connection: 1, finding: cutReplyFinding(connection.facts))]
    let filter = try jsonLines([connection])[2]["display_filter"]?.string
    #expect(filter?.hasSuffix(" && tcp.port==2181 && frame.number>=1 && frame.number<=17") == true)
  }

  /// More waits than may: what is written then gets its frames, for nobody knows what comes; what still waits at the end does not.
  @Test func whatWaitsIsBounded() throws {
    let one = try record(cutReply)
    let finding = FindingRecord(id: 1, connection: 1, finding: cutReplyFinding(one.facts))
    var connection = one
    connection.findings = [FindingRecord](repeating: finding, count: 1000)
    let text = report({ JSONReport($0, findingsOnly: true) }, [ConnectionRecord](repeating: connection, count: 12))
    let filters = text.split(separator: "\n").filter { $0.contains("display_filter") }.map {
      $0.contains("frame.number")
    }
    #expect(filters.count == 12_000)
    let released = filters.prefix { $0 }.count
    #expect((4_000..<12_000).contains(released))
    #expect(!filters.dropFirst(released).contains(true))
  }

  @Test func severalInputsAreTold() throws {
    var connection = try record(cutReply)
    connection.facts.server.last?.packet = PacketReference(input: 1, number: 3)
    connection.findings = [FindingRecord(id: 1, connection: 1, finding: cutReplyFinding(connection.facts))]
    let lines = try jsonLines(inputs: ["a.pcap", "b.pcap"], filter: "port 2181", [connection])
    #expect(lines[0]["inputs"] == .array([.string("a.pcap"), .string("b.pcap")]))
    #expect(lines[0]["filter"] == .string("port 2181"))
    #expect(lines[1]["server"]?["input"] == .number("0"))
    #expect(lines[1]["server"]?["last_input"] == .number("1"))
    #expect(lines[2]["evidence"]?[0]?.names == ["packet", "input", "time", "side", "what"])
  }

  @Test func findingsOnlyLeavesOutTheRest() throws {
    let facts = try #require(try track(cutReply).first)
    let lines = try jsonLines(
      findingsOnly: true, [try record(cutReply), try record(cutReply, [cutReplyFinding(facts)])])
    #expect(lines.map { $0["type"]?.string } == ["run", "connection", "finding", "summary"])
  }

  @Test func encapsulationsAreLists() throws {
    var connection = try record(cutReply)
    connection.verdict.encapsulation = Encapsulation(
      vlans: [100, 7],
      tunnels: [
        Tunnel(.vxlan, id: 42, source: IPAddress(v4: 0x0a00_0001), destination: IPAddress(v4: 0x0a00_0002)),
        Tunnel(.mpls),
      ])
    let line = try jsonLines([connection])[1]
    #expect(line["vlan"] == .array([.number("100"), .number("7")]))
    #expect(line["tunnel"]?[0]?.names == ["type", "id", "source", "destination"])
    #expect(line["tunnel"]?[0]?["id"] == .number("42"))
    #expect(line["tunnel"]?[1]?["type"] == .string("mpls"))
    #expect(line["tunnel"]?[1]?["source"] == .null)
  }

  @Test func theSummaryIsSortedAndWhole() throws {
    var summary = SummaryRecord()
    summary.packets = 38
    summary.findings = [.error: 1]
    summary.rules = ["z-rule": 1, "a-rule": 2]
    summary.missingRatio = 0.125
    summary.skipped = ["tcp": ["header cut": 3], "ipv4": ["wrong version": 1, "header cut": 2]]
    summary.start = Timestamp(seconds: 0)
    let line = try #require(try jsonLines(summary: summary).last)
    #expect(line.names == Self.summary)
    #expect(line["findings"]?.names == ["error", "warning", "note"])
    #expect(line["findings"]?["warning"] == .number("0"))
    #expect(line["rules"]?.names == ["a-rule", "z-rule"])
    let capture = [
      "kernel_dropped", "interface_dropped", "missing_bytes", "missing_ratio", "truncated_input", "unread_inputs",
      "partly_read_inputs",
    ]
    #expect(line["capture"]?.names == capture)
    #expect(line["capture"]?["missing_ratio"] == .number("0.125"))
    #expect(line["skipped"]?.names == ["ipv4", "tcp"])
    #expect(line["skipped"]?["ipv4"]?.names == ["header cut", "wrong version"])
    #expect(line["start"] == .string("1970-01-01T00:00:00.000000000Z"))
    #expect(line["end"] == .null)
  }

  @Test func hostileNamesStayStrings() throws {
    var connection = try record(cutReply)
    connection.verdict.interface = "eth0\",\"x\":1\u{1b}]0;owned\u{7}" + String(decoding: [0xff, 0xfe], as: UTF8.self)
    let text = report({ JSONReport($0) }, [connection])
    #expect(!text.utf8.contains { $0 < 0x20 && $0 != 0x0a || $0 == 0x7f })
    let line = try jsonLines([connection])[1]
    #expect(line.names == Self.connection)
    #expect(line["interface"] == .string(connection.verdict.interface ?? ""))
  }

  /// A program that reads the report alone must not take an input that nobody could read for one without connections.
  @Test func whatWasNotReadIsNamed() throws {
    var summary = SummaryRecord()
    summary.unreadInputs = ["a.pcap", "b\".pcap"]
    summary.damagedInputs = 1
    let capture = try #require(try jsonLines(summary: summary).last?["capture"])
    #expect(capture["unread_inputs"] == .array([.string("a.pcap"), .string("b\".pcap")]))
    #expect(capture["partly_read_inputs"] == .number("1"))
  }

  @Test func checksumsAreNullUntilVerified() throws {
    var summary = SummaryRecord()
    #expect(try jsonLines(summary: summary).last?["bad_checksums"] == .null)
    var checksums = ChecksumCounts()
    (checksums.verified, checksums.bad, checksums.offloaded) = (9, 3, 2)
    summary.checksums = checksums
    let line = try #require(try jsonLines(summary: summary).last)
    #expect(line["bad_checksums"] == .number("3") && line["offloaded_checksums"] == .number("2"))
  }

  @Test func aTwinNamesTheRecordBeforeIt() throws {
    var connection = try record(cutReply)
    #expect(try jsonLines([connection])[1]["same_as"] == .null)
    connection.verdict.sameAs = 7
    #expect(try jsonLines([connection])[1]["same_as"] == .number("7"))
  }
}
