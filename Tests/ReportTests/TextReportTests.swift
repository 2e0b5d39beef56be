import Audit
import Flow
import PacketScript
import Report
import Testing
import Wire

/// A text report at `width` columns.
func textReport(
  _ connections: [ConnectionRecord] = [], findings: [FindingRecord] = [], summary: SummaryRecord = SummaryRecord(),
  inputs: [String] = ["cut-reply.pcapng"], filter: String? = nil, width: Int = 100, all: Bool = false,
  table: Bool = false, narrowing: [String] = [], color: Bool = false
) -> String {
  let options = TextReport.Options(
    connections: table, all: all, narrowing: narrowing, style: Style(color: color, width: width))
  return report(
    { TextReport($0, options) }, inputs: inputs, filter: filter, connections, findings: findings, summary: summary)
}

/// The summary of a run that saw these connections and `packets` packets.
func summary(_ connections: [ConnectionRecord], packets: UInt64) -> SummaryRecord {
  var summary = SummaryRecord()
  summary.packets = packets
  summary.tcpPackets = packets
  summary.connections = UInt64(connections.count)
  for connection in connections {
    summary.states[connection.facts.state, default: 0] += 1
    for record in connection.findings { summary.findings[record.finding.severity, default: 0] += 1 }
  }
  summary.start = connections.first?.facts.start.time
  summary.end = connections.last?.facts.end.time
  return summary
}

/// The cut reply between other ports, with its finding.
func cutReplies(_ count: Int, server: String = "10.2.0.2:2181") throws -> [ConnectionRecord] {
  let base = try #require(try track(cutReply.replacing("10.2.0.2:2181", with: server)).first)
  return (0..<count).map { index in
    var facts = base
    facts.id = UInt64(index + 1)
    facts.clientEndpoint.port = UInt16(50_000 + index)
    let finding = FindingRecord(id: UInt64(index + 1), connection: facts.id, finding: cutReplyFinding(facts))
    return ConnectionRecord(facts: facts, findings: [finding], encapsulation: Encapsulation(), interface: nil)
  }
}

@Suite("Text")
struct TextReportTests {
  @Test func oneFinding() throws {
    let facts = try #require(try track(cutReply).first)
    let connection = try record(cutReply, [cutReplyFinding(facts)])
    let text = textReport([connection], summary: summary([connection], packets: 17))
    #expect(
      text == """
        cut-reply.pcapng   17 packets, 1 connection, 163 ms

        error  half-close-truncated   10.1.0.2:50124 → 10.2.0.2:2181   at fault: client   certain
          Client half-closed, then reset while the server was answering: 13,240 of 13,240 bytes lost.
            #5   +0.081 s  client → server  FIN after 4 bytes
            #7   +0.162 s  server → client  the answer begins
            #17  +0.163 s  client → server  RST, 13,240 bytes of the server unacknowledged
          See   tcpaudit show cut-reply.pcapng --connection 1
                Wireshark: ip.addr==10.1.0.2 && ip.addr==10.2.0.2 && tcp.port==50124 && tcp.port==2181
          Fix   read until end of file before close()
                tcpaudit explain half-close-truncated

        1 connection: 1 reset.   1 error, 0 warnings, 0 notes.
        17 packets, all decoded. The capture shows no loss.

        """)
  }

  @Test func equalFindingsStandTogether() throws {
    let connections = try cutReplies(212)
    let text = textReport(connections, summary: summary(connections, packets: 3604), width: 80)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(lines[2] == "error  half-close-truncated   212 connections to 10.2.0.2:2181")
    #expect(lines[3] == "  at fault: client   certain")
    #expect(lines[4] == "  2,806,880 bytes lost in all.")
    #expect(lines[5] == "  10.1.0.2:50000 → 10.2.0.2:2181   connection 1")
    #expect(text.contains("\n  10.1.0.2:50002 → 10.2.0.2:2181   connection 3\n"))
    #expect(!text.contains("10.1.0.2:50003"))
    #expect(text.contains("\n  … 209 more like these, --all for the rest\n"))
    #expect(text.contains("\n212 connections: 212 reset.   212 errors, 0 warnings, 0 notes.\n"))
  }

  @Test func adviceIsGivenOnce() throws {
    let connections = try cutReplies(1, server: "10.2.0.1:80") + cutReplies(1, server: "10.2.0.2:80")
    let text = textReport(connections)
    #expect(text.split(separator: "read until end of file before close()").count == 2)
    #expect(text.contains("\n  Fix   as above\n"))
  }

  @Test func allShowsAll() throws {
    let connections = try cutReplies(12)
    let text = textReport(connections, all: true)
    #expect(text.contains("10.1.0.2:50011 → 10.2.0.2:2181   connection 12"))
    #expect(!text.contains("more like"))
  }

  @Test func aSumThatIsNotExactIsALowerBound() throws {
    var connections = try cutReplies(2)
    connections[1].findings[0].finding.bytesLostExact = false
    #expect(!textReport(connections).contains("  26,480 bytes lost in all.\n"))
    connections[1].findings[0].finding = connections[0].findings[0].finding
    connections[0].findings[0].finding.bytesLostExact = false
    connections[1].findings[0].finding.bytesLostExact = false
    #expect(textReport(connections).contains("  At least 26,480 bytes lost in all.\n"))
  }

  /// The severest first, then the surest, then what cost most, then what came first.
  @Test func theWorstComesFirst() throws {
    let facts = try #require(try track(cutReply).first)
    func finding(_ rule: String, _ severity: Severity, _ confidence: Confidence, _ bytes: UInt64?) -> FindingRecord {
      var finding = cutReplyFinding(facts)
      finding.rule = rule
      finding.severity = severity
      finding.confidence = confidence
      finding.bytesLost = bytes
      return FindingRecord(id: 1, connection: 1, finding: finding)
    }
    var connection = try record(cutReply)
    connection.findings = [
      finding("a", .note, .certain, 900), finding("b", .error, .possible, 900), finding("c", .error, .certain, 10),
      finding("d", .warning, .certain, nil), finding("e", .error, .certain, 20), finding("f", .error, .certain, 10),
    ]
    let order = textReport([connection]).split(separator: "\n").filter { $0.contains("   at fault: ") }
      .compactMap { $0.split(separator: "  ").dropFirst().first.map(String.init) }
    #expect(order == ["e", "c", "f", "b", "d", "a"])
  }

  @Test func manyServicesOfOneRuleFold() throws {
    let connections = try (1...9).flatMap { try cutReplies(1, server: "10.2.0.\($0):80") }
    let text = textReport(connections)
    #expect(text.contains("10.2.0.5:80   at fault"))
    #expect(!text.contains("10.2.0.6:80   at fault"))
    #expect(text.contains("\nerror  … 4 more of half-close-truncated, in 4 other groups; --all for the rest\n"))
    #expect(textReport(connections, all: true).contains("10.2.0.9:80   at fault"))
  }

  @Test(arguments: [
    ([Party](), "at fault: unknown   "), ([.server], "at fault: server   "),
    ([.path, .server], "at fault: path or server   "),
    ([.client, .path, .capture], "at fault: client, path or capture   "),
  ])
  func faultIsSaidInWords(suspects: [Party], words: String) throws {
    var connection = try #require(try cutReplies(1).first)
    connection.findings[0].finding.suspects = suspects
    #expect(textReport([connection], width: 120).contains(words))
  }

  @Test func aFindingOfTheWholeCountsFromTheCapturesStart() {
    var summary = SummaryRecord()
    summary.start = Timestamp(seconds: 100)
    summary.findings = [.warning: 1]
    let finding = Finding(
      rule: "capture-cut", severity: .warning, confidence: .certain, suspects: [.capture],
      summary: "the file ends in the middle of a record",
      evidence: [
        Evidence(
          Moment(time: Timestamp(seconds: 112), packet: PacketReference(input: 1, number: 8)), nil, "the last packet")
      ])
    let text = textReport(
      findings: [FindingRecord(id: 1, connection: nil, finding: finding)], summary: summary,
      inputs: ["/tmp/a.pcap", "/tmp/b c.pcap"])
    #expect(
      text == """
        /tmp/a.pcap, /tmp/b c.pcap   0 packets, 0 connections

        warning  capture-cut   at fault: capture   certain
          The file ends in the middle of a record.
            b c.pcap #8  +12.000 s  the last packet
          Fix   tcpaudit explain capture-cut

        No TCP connections.   0 errors, 1 warning, 0 notes.
        0 packets.

        """)
  }

  @Test func inputsAreQuotedForTheShell() throws {
    let connections = try cutReplies(1)
    let text = textReport(connections, inputs: ["it's.pcap", "b c.pcap"])
    #expect(text.contains(#"tcpaudit show 'it'\''s.pcap' 'b c.pcap' --connection 1"#))
    #expect(
      textReport(connections, inputs: ["-"]).contains(
        "See   save the capture to FILE first; then tcpaudit show FILE --connection 1\n"))
    let many = (0..<200).map { "rotated-\($0).pcap" }
    let folded = textReport(connections, inputs: many, filter: "port 80")
    #expect(folded.hasPrefix("rotated-0.pcap and 199 more   0 packets, 0 connections   filter: port 80\n"))
    #expect(folded.contains("tcpaudit show CAPTURE... --connection 1"))
  }

  @Test func nothingWrongIsSaidInOneLine() throws {
    let healthy = try record(
      """
      0.0 C > S S
      0.1 S > C S.
      0.1 C > S .
      0.2 C > S F.
      0.3 S > C F.
      0.3 C > S .
      """)
    let whole = textReport([healthy], summary: summary([healthy], packets: 6))
    #expect(
      whole.contains("\n\nNothing is wrong with the connection.\n\n1 connection: 1 closed.   0 errors, 0 warnings"))
    var damaged = summary([healthy, healthy], packets: 12)
    damaged.truncatedInput = true
    #expect(
      textReport([healthy], summary: damaged).contains(
        "\nNothing is wrong with the 2 connections, as far as it could be read.\n"))
    var foreign = SummaryRecord()
    foreign.packets = 7
    #expect(textReport(summary: foreign).contains("\nThere is no TCP connection in this capture.\n"))
    #expect(textReport().contains("\nThere is no packet in what was read.\n"))
  }

  @Test func whatWasLeftOutIsCounted() throws {
    let connections = try cutReplies(1)
    var narrowed = summary(connections, packets: 17)
    #expect(!textReport(connections, summary: narrowed, narrowing: ["--ignore"]).contains("left out"))
    narrowed.leftOutFindings = 3
    #expect(
      textReport(connections, summary: narrowed, narrowing: ["--ignore"]).contains(
        "1 error, 0 warnings, 0 notes.   3 findings were left out by --ignore.\n"))
    #expect(
      textReport(summary: narrowed, narrowing: ["--rule", "--ignore"]).contains(
        "\nNothing was found of what was asked for; 3 findings were left out by --rule and --ignore.\n"))
  }

  /// What was not read is not given a clean bill of health.
  @Test func nothingReadIsNothingKnown() throws {
    var nothing = SummaryRecord()
    nothing.unreadInputs = ["cut-reply.pcapng"]
    #expect(
      textReport(summary: nothing) == """
        cut-reply.pcapng   not read

        Nothing could be read: nothing is known of any connection.

        """)
    let connections = try cutReplies(1)
    var half = summary(connections, packets: 17)
    half.frames = 17
    half.unreadInputs = ["-"]
    let text = textReport(connections, summary: half, inputs: ["a.pcap", "-"])
    #expect(text.hasSuffix("all decoded. What was read shows no loss. Nothing could be read of standard input.\n"))
  }

  /// Connections whose packets were cut before their flags are counted, and nothing is known of them.
  @Test(arguments: [0, 3] as [UInt64]) func nothingDecodedIsNothingKnown(notTCP: UInt64) {
    var summary = SummaryRecord()
    summary.packets = 8 + notTCP
    summary.notTCPPackets = notTCP
    summary.undecodedPackets = 8
    summary.connections = 2
    let text = textReport(summary: summary)
    #expect(
      text.contains("\nNo packet that may be TCP was understood to its end: whether anything is wrong is not known.\n"))
    #expect(!text.contains("Nothing is wrong"))
    summary.undecodedPackets = 7
    #expect(
      textReport(summary: summary).contains("\nNothing is wrong with the 2 connections, as far as it could be read.\n"))
  }

  @Test func aFilterThatMatchesNothingSaysSo() {
    var summary = SummaryRecord()
    summary.frames = 1556
    let text = textReport(summary: summary, filter: "port 1")
    #expect(text.contains("\nThe filter matches no packet: it left out all 1,556.\n"))
    #expect(!textReport(filter: "").contains("filter:"))
  }

  @Test func longNamesAndLongLastLinesAreBroken() {
    var summary = SummaryRecord()
    summary.packets = 1
    summary.connections = 9_000_000
    summary.states = [.closed: 1_000_000, .reset: 1_000_000, .established: 1_000_000, .midstream: 6_000_000]
    let names = (1...3).map { "/var/log/captures/2026-11-26/host-\($0).pcapng" }
    for line in textReport(summary: summary, inputs: names, width: 60).split(separator: "\n") {
      #expect(line.count <= 60, "\(line)")
    }
  }

  @Test func theLastParagraphKeepsNothingBack() {
    var summary = SummaryRecord()
    summary.packets = 12_345
    summary.notTCPPackets = 300
    summary.undecodedPackets = 6
    summary.skipped = ["tcp": ["header cut": 1], "ipv4": ["wrong version": 3, "header cut": 2]]
    summary.connections = 5
    summary.states = [.closed: 3, .halfClosed: 1, .attempted: 1]
    summary.kernelDropped = 1
    summary.missingBytes = 2_896
    summary.missingRatio = 0.0123
    summary.truncatedInput = true
    summary.duplicates = 1
    summary.fragmentsIncomplete = 2
    summary.icmpErrors = 1
    summary.evicted = 1000
    let text = textReport(summary: summary, width: 100)
    #expect(
      text.hasSuffix(
        """

        5 connections: 3 closed, 1 half closed, 1 attempted.   0 errors, 0 warnings, 0 notes.
        12,345 packets, 300 not TCP, 6 not decoded: ipv4: header cut (2), ipv4: wrong version (3), tcp:
        header cut (1). The capture is not complete: the kernel dropped 1 packet and 2,896 bytes that were
        acknowledged are not in it (1.23 % of all). An input could not be read to its end; all before that
        was audited. 1 packet was captured more than once; copies count once. 2 fragmented datagrams never
        completed. 1 ICMP error. 1,000 connections were given up for want of room: what happened to them
        later is not known (--max-connections, --max-memory).

        """))
  }

  @Test(arguments: [60, 80, 100, 120]) func noLineIsWiderButCommands(width: Int) throws {
    let connections = try cutReplies(5)
    let text = textReport(connections, summary: summary(connections, packets: 85), width: width)
    for line in text.split(separator: "\n") where line.count > width {
      #expect(line.contains("tcpaudit show") || line.contains("Wireshark: "), "\(line)")
    }
  }

  @Test func ipv6StandsInBrackets() throws {
    let connections = try [record(ipv6Reset, [cutReplyFinding(try #require(try track(ipv6Reset).first))])]
    let text = textReport(connections)
    #expect(text.contains("[2001:db8::1]:50124 → [2001:db8::2]:443"))
    #expect(text.contains("ipv6.addr==2001:db8::1 && ipv6.addr==2001:db8::2 && tcp.port==50124"))
  }

  private let ipv6Reset = """
    host C = [2001:db8::1]:50124
    host S = [2001:db8::2]:443
    0.0 C > S S
    0.1 S > C S.
    0.1 C > S .
    0.2 C > S R. 1
    """

  /// No byte of a name, a filter or a sentence commands the terminal.
  @Test(arguments: [false, true]) func escapeSequencesAreShownNotSent(color: Bool) throws {
    let evil = "\u{1b}]0;owned\u{7}\u{9b}2J\r\u{8}\u{202e}" + String(decoding: [0xff], as: UTF8.self)
    var connections = try cutReplies(1)
    connections[0].verdict.interface = evil
    connections[0].findings[0].finding.summary = "cut " + evil
    connections[0].findings[0].finding.mend = evil
    connections[0].findings[0].finding.evidence[0].what = evil
    let text = textReport(connections, inputs: [evil], filter: evil, table: true, color: color)
    for scalar in text.unicodeScalars where scalar != "\n" && scalar != "\u{1b}" {
      #expect(scalar.properties.generalCategory != .control && scalar.properties.generalCategory != .format)
    }
    // What escapes there are, are our own: select graphic rendition.
    let pieces = text.split(separator: "\u{1b}", omittingEmptySubsequences: false).dropFirst()
    #expect(pieces.isEmpty != color)
    for piece in pieces { #expect(piece.wholeMatch(of: /(?s)\[[0-9;]*m.*/) != nil) }
    #expect(text.contains("\\u{1b}]0;owned\\u{7}\\u{9b}2J\\u{d}\\u{8}\\u{202e}\u{fffd}"))
  }

  @Test func colourChangesNothingElse() throws {
    let connections = try cutReplies(4)
    let colored = textReport(connections, table: true, color: true)
    #expect(colored.contains("\u{1b}[1;31merror\u{1b}[0m"))
    #expect(colored.replacing(/\u{1b}\[[0-9;]*m/, with: "") == textReport(connections, table: true))
  }
}
