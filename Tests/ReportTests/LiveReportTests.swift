import Audit
import Flow
import PacketScript
import Report
import Testing
import Wire

@Suite("Findings as they come") struct LiveReportTests {
  private func told(_ make: (Output) -> some LiveReporter, _ change: (inout FindingRecord) -> Void = { _ in }) throws
    -> [String]
  {
    let facts = try #require(try track(cutReply).first)
    var early = FindingRecord(id: 3, connection: facts.id, finding: cutReplyFinding(facts))
    change(&early)
    let output = Output()
    var reporter = make(output)
    reporter.begin(RunRecord(version: "0.1.0", inputs: ["eth0"], filter: nil))
    reporter.tell(early, of: facts)
    // The connection ends, and nothing new is known of it.
    early.wasTold = true
    reporter.report(
      ConnectionRecord(facts: facts, findings: [early], encapsulation: Encapsulation(), interface: "eth0"))
    return String(decoding: output.collected, as: UTF8.self).split(whereSeparator: \.isNewline)
      .map(String.init)
  }

  @Test func aLineEach() throws {
    let lines = try told { LiveText($0) }
    #expect(
      lines == [
        "00:00:00.163Z  error  half-close-truncated  10.1.0.2:50124 → 10.2.0.2:2181  client  certain  client "
          + "half-closed, then reset while the server was answering: 13,240 of 13,240 bytes lost  [3, connection 1]"
      ])
  }

  @Test func whatTakesItsPlaceSaysSo() throws {
    let lines = try told {
      LiveText($0)
    } _: {
      $0.revises = 2
    }
    #expect(lines.first?.hasSuffix("[3, connection 1, takes the place of 2]") == true)
  }

  /// The finding comes once, before its connection, which names its rule.
  @Test func jsonTellsItOnce() throws {
    let lines = try told {
      JSONReport($0, isLive: true)
    } _: {
      $0.revises = 2
    }
    #expect(
      lines.map { $0.prefix(26) }
        == [#"{"type":"run","schema":1,""#, #"{"type":"finding","id":3,""#, #"{"type":"connection","id":"#].map {
          $0.prefix(26)
        })
    #expect(lines[1].contains(#""revises":2,"rule":"half-close-truncated""#))
    #expect(lines[1].contains(#""display_filter":"ip.addr==10.1.0.2"#))
    #expect(lines[2].contains(#","rules":["half-close-truncated"],"#))
  }

  /// Whose socket it is, where somebody asked the kernel.
  @Test func aHolderIsNamed() throws {
    let hold = { (record: inout FindingRecord) in
      let holder = SocketHolder(id: 4711, process: "pool", descriptor: 7, others: 1)
      record.sockets = HostEnds(
        client: HostSocket(state: .established, seen: Timestamp(nanoseconds: 0), holder: holder),
        server: HostSocket(state: .closeWait, seen: Timestamp(nanoseconds: 0), namespace: "web1"))
    }
    let text = try told({ LiveText($0) }, hold)
    #expect(text.first?.hasSuffix("  client's socket: pool (4711), descriptor 7  [3, connection 1]") == true)
    let json = try told({ JSONReport($0, isLive: true) }, hold)
    #expect(
      json[1].contains(
        #","sockets":[{"side":"client","state":"ESTAB","pid":4711,"process":"pool","descriptor":7,"#
          + #""other_descriptors":1,"namespace":null},{"side":"server","state":"CLOSE-WAIT","pid":null,"process":null,"#
          + #""descriptor":null,"other_descriptors":null,"namespace":"web1"}],"facts""#
      ))
    // Nobody asked.
    #expect(try !told({ JSONReport($0, isLive: true) })[1].contains("sockets"))
  }

  @Test func aTableNamesItInItsConnection() throws {
    #expect(try told { CSVReport($0) }.map { $0.contains("half-close-truncated") } == [false, true])
    #expect(try told { ZeekReport($0) }.allSatisfy { !$0.contains("half-close-truncated") })
  }

  @Test func aSummaryCountsWhatStands() {
    var summary = SummaryRecord()
    summary.connections = 3
    summary.rules = ["peer-vanished": 2, "syn-refused": 12, "half-open": 0]
    let lines = LiveText.summary(summary).split(separator: "\n")
    #expect(lines.prefix(2) == ["  12      syn-refused", "  2       peer-vanished"])
    #expect(lines.dropFirst(2).first?.hasPrefix("3 connections.") == true)
  }

  @Test(
    arguments: [
      (0, 0, "No TCP connections."), (0, 1, "No connection is done with; 1 is open or just over."),
      (0, 1200, "No connection is done with; 1,200 are open or just over."), (3, 0, "3 connections."),
      (3, 2, "3 connections. 2 more are open or just over."),
    ] as [(UInt64, UInt64, String)])
  func whatIsOpenIsSaid(ended: UInt64, open: UInt64, sentence: String) {
    var summary = SummaryRecord()
    summary.connections = ended
    summary.open = open
    #expect(LiveText.summary(summary).hasPrefix(sentence))
  }

  /// A file that was moved away is left, and another begun.
  @Test func anOutputGoesToAnotherFile() throws {
    var writer = ByteWriter()
    let output = Output(descriptor: -1, flushesEachRecord: true)
    #expect(output.redirect(to: 1 << 20) == -1)
    writer.text("x")
    output.recordEnded(&writer)
    #expect(output.failure != nil && output.isClosed)
  }
}
