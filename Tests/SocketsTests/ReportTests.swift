import Audit
import Flow
import Report
import Testing
import Wire

@testable import Sockets

@Suite("What is written of sockets")
struct SocketsReportTests {
  private var snapshot: Snapshot {
    let leaked = (0..<60).map {
      Socket.make(.closeWait, silent: 4000 - $0, UInt16(41_000 + $0), remote: "10.0.0.2", 2181)
    }
    let sockets =
      leaked + [
        .make(.listen, unread: 9, unacked: 8, local: "0.0.0.0", 8080, remote: "0.0.0.0", 0),
        .make(unread: 7, silent: 30),
        .make(.timeWait, .timeWait, inode: 0),
      ]
    return Snapshot(
      host: "db1", time: Timestamp(seconds: 1_795_341_600),
      namespaces: [NamespaceFacts(name: "", addresses: [address("10.0.0.1"), address("fd00::1")], forwards: true)],
      sockets: sockets,
      owners: sockets.indices.map { $0 >= 61 ? nil : Owner(process: $0 < 60 ? 0 : 1, descriptor: Int32($0) + 5) },
      processes: [
        HostProcess(
          id: 812, name: "java", descriptors: 1000, sockets: 60, limit: 1024,
          growth: Growth(more: 12, over: 10_000_000_000, risesInARow: 3)),
        HostProcess(id: 9, name: "nginx\u{1b}[2J", descriptors: 20, sockets: 1),
      ], forbiddenProcesses: 2)
  }

  private func text(_ audit: SocketAudit, all: Bool = false, style: Style = Style(width: 80)) -> String {
    let output = Output()
    var report = SocketsText(output, all: all, style: style)
    report.write(audit)
    return String(decoding: output.collected, as: UTF8.self)
  }

  private func json(_ audit: SocketAudit, findingsOnly: Bool = false) -> [String] {
    let output = Output()
    var report = SocketsJSON(output, version: "0.1.0", findingsOnly: findingsOnly)
    report.write(audit)
    return String(decoding: output.collected, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test func textReadsWellAt80Columns() {
    let written = text(SocketAudit(snapshot))
    let expected = """
      db1   2026-11-22 10:00:00 UTC
        63 TCP sockets: 60 CLOSE-WAIT, 1 LISTEN, 1 ESTAB, 1 TIME-WAIT

      error  socket-leak   java (812)   likely
        12 descriptors more in 10 s and none fewer, and 60 sockets idle or closed by
        the peer; if it goes on so, “Too many open files” in 20 s.
        Fix  close the sockets that the findings here name; a higher limit only buys
             time

      error  descriptors-low   java (812)   certain
        1,000 of 1,024 descriptors are open, 60 of them TCP sockets: 24 more until
        “Too many open files”, in 20 s if it goes on so.
        Fix  find what is not closed (the findings here, tcpaudit sockets --all);
             raise the limit with LimitNOFILE= or ulimit -n (prlimit --nofile --pid
             812 for the running process)

      """
    #expect(written.hasPrefix(expected), "\(written)")
    #expect(written.contains("\nerror  close-wait   java (812)   60 sockets to 10.0.0.2:2181   certain\n"))
    #expect(written.contains("    fd 5   10.0.0.1:41000 → 10.0.0.2:2181   CLOSE-WAIT   66 min 40 s\n"))
    #expect(written.contains("    … 57 more, for 65 min 41 s or longer\n"))
    #expect(written.contains("9 wait, limit 8"))
    #expect(written.contains("Who holds 1 socket is not known: 2 processes can't"))
    // No name commands the terminal.
    #expect(written.contains("nginx\\u{1b}[2J") && !written.contains("\u{1b}"))
    #expect(written.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(written)")
  }

  @Test func colourIsAnOption() {
    let plain = text(SocketAudit(snapshot))
    let coloured = text(SocketAudit(snapshot), style: Style(color: true, width: 80))
    #expect(coloured.contains("\u{1b}[1;31merror"))
    #expect(coloured.replacing(/\u{1b}\[[0-9;]*m/, with: "") == plain)
  }

  @Test func allListsEverySocket() {
    let written = text(SocketAudit(snapshot), all: true)
    #expect(written.contains("\nstate       unread  unacked  local → remote"))
    #expect(written.components("\nCLOSE-WAIT ") == 60)
    #expect(written.components("\nLISTEN ") == 1)
    #expect(text(SocketAudit(Snapshot(host: "x"))).contains("Nothing is suspicious about 0 sockets."))
  }

  @Test func eachRecordIsALineOfJSON() throws {
    let lines = json(SocketAudit(snapshot))
    #expect(
      lines.first
        == #"{"type":"run","schema":1,"tool":"tcpaudit","version":"0.1.0","inputs":[],"filter":null,"command":"sockets","host":"db1","time":"2026-11-22T10:00:00.000000000Z","addresses":["10.0.0.1","fd00::1"],"forwards":true,"namespaces":[""]}"#
    )
    func count(_ type: String) -> Int { lines.count { $0.hasPrefix(#"{"type":"\#(type)","#) } }
    #expect(count("socket") == 63)
    #expect(count("process") == 2)
    #expect(count("finding") == 5)
    #expect(
      lines[1].contains(
        #""state":"CLOSE-WAIT","local":{"address":"10.0.0.1","port":41000},"remote":{"address":"10.0.0.2","port":2181}"#
      ))
    #expect(lines[1].contains(#""pid":812,"process":"java","descriptor":5"#))
    #expect(lines[1].contains(#""since_ack_received":4000.0"#))
    #expect(lines[1].hasSuffix(#""rules":["close-wait"]}"#))
    #expect(
      lines.contains {
        $0.contains(
          #""name":"java","descriptors":1000,"limit":1024,"sockets":60,"growth":12,"growth_over":10.0,"exhausted_in":20.0}"#
        )
      })
    let last = try #require(lines.last)
    #expect(last.hasPrefix(#"{"type":"summary","sockets":63,"whole":true,"states":{"CLOSE-WAIT":60,"#))
    #expect(last.contains(#""findings":{"error":4,"warning":1,"note":0}"#))
    // Every line is one object, by our own reader too.
    for line in lines {
      var scanner = RecordScanner(Array(line.utf8), 0..<line.utf8.count)
      try scanner.visit { _, _ in }
    }
    let few = json(SocketAudit(snapshot), findingsOnly: true)
    #expect(few.count < lines.count && few.last?.contains(#""sockets":63"#) == true)
  }

  /// What one host writes, another reads: nothing of what it needs is lost.
  @Test func aListIsReadAsItWasWritten() throws {
    var reading = PeerReading()
    for (number, line) in json(SocketAudit(snapshot)).enumerated() {
      try reading.take(Array(line.utf8), 0..<line.utf8.count, line: number + 1)
    }
    let list = try reading.finish()
    let direct = PeerList(snapshot)
    #expect(list.sockets == direct.sockets)
    #expect(list.addresses == direct.addresses)
    #expect((list.host, list.time, list.forwards, list.isWhole) == ("db1", direct.time, true, true))
  }
}

extension String {
  /// How often a text is in it.
  fileprivate func components(_ part: String) -> Int { ranges(of: part).count }
}
