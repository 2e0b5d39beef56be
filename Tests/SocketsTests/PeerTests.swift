import Audit
import Flow
import Testing
import Wire

@testable import Sockets

@Suite("Two hosts' lists side by side")
struct PeerTests {
  /// Client 10.0.0.1 and server 10.0.0.2; the client's list is made `gap` seconds after the server's.
  private func client(_ sockets: [PeerSocket], gap: Int = 10, addresses: [String] = ["10.0.0.1"]) -> PeerList {
    list(sockets, at: 1000 + gap, addresses)
  }

  private func list(_ sockets: [PeerSocket], at seconds: Int, _ addresses: [String], forwards: Bool = false) -> PeerList
  {
    var list = PeerList()
    list.time = Timestamp(seconds: Int64(seconds))
    list.addresses = Set(addresses.map(address))
    list.forwards = forwards
    list.sockets = sockets
    return list
  }

  private func server(_ sockets: [PeerSocket], forwards: Bool = false, whole: Bool = true) -> PeerList {
    var list = list(sockets, at: 1000, ["10.0.0.2", "10.0.0.3"], forwards: forwards)
    list.isWhole = whole
    return list
  }

  private func socket(
    _ local: String = "10.0.0.1", _ localPort: UInt16 = 40000, _ remote: String = "10.0.0.2",
    _ remotePort: UInt16 = 443,
    _ state: TCPState = .established, silent: Int = 600
  ) -> PeerSocket {
    PeerSocket(
      local: Endpoint(address: address(local), port: localPort),
      remote: Endpoint(address: address(remote), port: remotePort),
      state: state, quiet: Int64(silent) * 1_000_000_000, silence: Int64(silent) * 1_000_000_000)
  }

  private var listener: PeerSocket { socket("0.0.0.0", 443, "0.0.0.0", 0, .listen) }

  private func verdict(_ socket: PeerSocket, _ client: (PeerSocket) -> PeerList, _ server: PeerList) -> PeerVerdict? {
    PeerComparison.absences(of: client(socket), in: server, SocketLimits())[0]
  }

  @Test func whatOneListSaysOfASocketOfTheOther() {
    let mirror = socket("10.0.0.2", 443, "10.0.0.1", 40000)
    let another = socket("10.0.0.2", 443, "10.0.0.1", 40001)
    let stranger = socket("10.0.0.2", 443, "192.168.0.9", 51000)
    let rows: [(name: String, own: PeerSocket, theirs: PeerList, verdict: PeerVerdict?)] = [
      ("both have it", socket(), server([mirror]), .paired),
      (
        "the other end is in TIME-WAIT", socket(), server([socket("10.0.0.2", 443, "10.0.0.1", 40000, .timeWait)]),
        .paired
      ),
      ("only we have it", socket(), server([listener]), .partnerless(.certain)),
      ("the service is gone as well", socket(), server([]), .partnerless(.certain)),
      ("another connection stands", socket(), server([listener, another]), .partnerless(.certain)),
      (
        "half closed", socket("10.0.0.1", 40000, "10.0.0.2", 443, .finWait2), server([listener]), .partnerless(.certain)
      ),
      ("still asking", socket("10.0.0.1", 40000, "10.0.0.2", 443, .synSent), server([listener]), nil),
      ("TIME-WAIT needs no partner", socket("10.0.0.1", 40000, "10.0.0.2", 443, .timeWait), server([listener]), nil),
      ("to another host", socket("10.0.0.1", 40000, "10.0.0.9", 443), server([listener]), nil),
      ("heard after their list was made", socket(silent: 9), server([listener]), .unknown(.young)),
      ("heard when their clock may have been before", socket(silent: 15), server([listener]), .unknown(.young)),
      ("just old enough", socket(silent: 16), server([listener]), .partnerless(.certain)),
      ("a table that did not hold still", socket(), server([listener], whole: false), .partnerless(.likely)),
      ("a router with the service", socket(), server([listener], forwards: true), .partnerless(.certain)),
      ("a router without it", socket(), server([], forwards: true), .unknown(.forwarded)),
      (
        "redirected to another port", socket(), server([listener, socket("10.0.0.2", 8443, "10.0.0.1", 40000)]),
        .unknown(.translatedThere)
      ),
      ("known by another address", socket(), server([listener, stranger]), .unknown(.translatedBetween)),
      ("strangers, and one of ours", socket(), server([listener, stranger, another]), .unknown(.translatedBetween)),
    ]
    for row in rows { #expect(verdict(row.own, { client([$0]) }, row.theirs) == row.verdict, "\(row.name)") }
  }

  /// One connection in both lists shows that nothing is translated between these two addresses.
  @Test func oneCommonConnectionClearsTheWay() {
    let stranger = socket("10.0.0.2", 443, "192.168.0.9", 51000)
    let theirs = server([listener, stranger, socket("10.0.0.2", 443, "10.0.0.1", 40001)])
    let own = client([socket(), socket("10.0.0.1", 40001)])
    #expect(PeerComparison.absences(of: own, in: theirs, SocketLimits()) == [.partnerless(.certain), .paired])
  }

  /// An address that both hosts have says nothing of where the partner is.
  @Test func addressesOfBothAreNobodys() {
    let own = client([socket("10.0.0.1", 40000, "10.0.0.3", 443)], addresses: ["10.0.0.1", "10.0.0.3"])
    #expect(PeerComparison.absences(of: own, in: server([listener]), SocketLimits()) == [nil])
  }

  /// Seen first and missed later: it may have been closed in good order in between.
  @Test(
    arguments: [
      (-30, 600, PeerVerdict.partnerless(.likely)), (-30, 304, .unknown(.closedSince)),
      (-30, 305, .partnerless(.likely)),
      (-3, 40, .partnerless(.likely)), (-3, 30, .unknown(.closedSince)), (0, 6, .partnerless(.certain)),
      (0, 5, .unknown(.young)),
      (-1_000_000, 600, .unknown(.closedSince)), (1_000_000, 600, .unknown(.young)),
    ] as [(Int, Int, PeerVerdict)])
  func theOrderOfTheListsDecides(gap: Int, silent: Int, expected: PeerVerdict) {
    #expect(verdict(socket(silent: silent), { client([$0], gap: gap) }, server([listener])) == expected)
  }

  @Test func unknownAgesAreYoung() {
    var own = socket()
    own.quiet = nil
    #expect(verdict(own, { client([$0]) }, server([listener])) == .unknown(.young))
  }

  @Test func aComparisonIsAFindingAndItsReverse() {
    let sockets = [Socket.make(silent: 600), .make(silent: 700, 40001), .make(silent: 2, 40002)]
    let snapshot = Snapshot(
      time: Timestamp(seconds: 1010), namespaces: [NamespaceFacts(name: "", addresses: [address("10.0.0.1")])],
      sockets: sockets)
    let theirs = server([
      listener, socket("10.0.0.2", 443, "10.0.0.1", 40001), socket("10.0.0.2", 443, "10.0.0.1", 49999, silent: 5000),
      socket("10.0.0.2", 443, "10.0.0.1", 49998, silent: 20),
    ])
    let comparison = PeerComparison(snapshot, with: theirs)
    #expect((0..<3).map(comparison.word) == ["partnerless", "paired", "unknown"])
    #expect((comparison.concerned, comparison.paired, comparison.partnerless) == (3, 1, 1))
    #expect(comparison.doubts.map(\.doubt) == [.young])
    #expect(comparison.missing.map(\.text) == ["10.0.0.2:443 → 10.0.0.1:49999"])
    let audit = SocketAudit(snapshot, comparison: comparison)
    #expect(audit.groups.first?.rule.id == "partnerless")
    #expect(audit.groups.first?.severity == .error)
    #expect(audit.groups.first?.confidence == .certain)
  }
}

@Suite("Another host's list, as a file")
struct PeerFileTests {
  private func fields(_ text: String) throws -> [String] {
    var found: [String] = []
    var scanner = RecordScanner(Array(text.utf8), 0..<text.utf8.count)
    try scanner.visit { found.append("\($0)=\($1)") }
    return found
  }

  @Test func recordsAreRead() throws {
    #expect(try fields("{}").isEmpty)
    #expect(
      try fields(#"{"a":"x","b":{"c":1.5,"d":null},"e":[true,false,"y"], "f" : -2e3 }"#)
        == [
          #"a=text("x")"#, "b.c=number(1.5)", "b.d=null", "e=flag(true)", "e=flag(false)", #"e=text("y")"#,
          "f=number(-2000.0)",
        ])
    #expect(try fields(#"{"a":"q\"\\\nz\u0041"}"#) == [#"a=text("q\"\\\nzA")"#])
  }

  @Test(arguments: [
    "", "x", "[1]", "{", #"{"a"}"#, #"{"a":}"#, #"{"a":1"#, #"{"a":1,}"#, #"{"a":1}x"#, #"{"a":"x}"#, #"{"a":"\"#,
    #"{"a":"\u12"}"#,
    #"{"a":tru}"#, #"{"a":[1}"#, #"{"a":[}"#, #"{a:1}"#, #"{"a":1e999}"#, #"{"a":--}"#,
    String(repeating: #"{"a":"#, count: 100_000), #"{"a":"# + String(repeating: "[", count: 100_000),
  ])
  func whatIsNoRecordIsRefused(text: String) { #expect(throws: RecordScanner.Mistake.self) { try fields(text) } }

  @Test func timesAreRead() {
    #expect(PeerRecord.time("1970-01-01T00:00:00.000000000Z")?.nanoseconds == 0)
    #expect(PeerRecord.time("2026-11-22T10:00:00.000000123Z")?.nanoseconds == 1_795_341_600_000_000_123)
    #expect(PeerRecord.time("2024-02-29T23:59:59.999999999Z")?.nanoseconds == 1_709_251_199_999_999_999)
    for text in ["", "2026-11-22T10:00:00Z", "2026-13-22T10:00:00.000000123Z", "2026-11-22 10:00:00.000000123Z"] {
      #expect(PeerRecord.time(text) == nil)
    }
  }

  private func read(_ lines: [String]) throws -> PeerList {
    var reading = PeerReading()
    for (number, line) in lines.enumerated() {
      try reading.take(Array(line.utf8), 0..<line.utf8.count, line: number + 1)
    }
    return try reading.finish()
  }

  private let run =
    #"{"type":"run","command":"sockets","host":"db1","time":"2026-11-22T10:00:00.000000000Z","addresses":["10.0.0.2","2001:db8::1"],"forwards":true}"#
  private let socket =
    #"{"type":"socket","state":"ESTAB","local":{"address":"10.0.0.2","port":443},"remote":{"address":"10.0.0.1","port":40000},"since_data_sent":9.5,"since_data_received":7.25,"since_ack_received":8.0}"#

  @Test func aWholeListIsTaken() throws {
    let list = try read([
      run, socket, "", #"{"type":"process","pid":1}"#, #"{"type":"summary","sockets":1,"whole":false}"#,
    ])
    #expect(list.host == "db1")
    #expect(list.forwards && !list.isWhole)
    #expect(list.addresses == [address("10.0.0.2"), address("2001:db8::1")])
    let only = try #require(list.sockets.first)
    #expect(only.remote.port == 40000)
    #expect(only.silence == 7_250_000_000)
    #expect(only.quiet == 7_250_000_000)
  }

  @Test func aPartOfAListIsRefused() {
    let rows: [(lines: [String], words: String)] = [
      ([], "no list of sockets"), ([run, socket], "it was cut"),
      ([run, socket, #"{"type":"summary","sockets":2}"#], "lists 1 of 2 sockets"),
      ([#"{"type":"run","command":"read"}"#], "line 1: it is no list of sockets"),
      ([#"{"type":"run","command":"sockets"}"#], "when it was made"),
      ([run, #"{"type":"socket"}"#], "line 2: a socket without"),
      ([run, "garbage"], "line 2, byte 1: no JSON object"),
    ]
    for row in rows {
      do {
        _ = try read(row.lines)
        Issue.record("\(row.words): it was taken")
      } catch {
        #expect((error as? PeerFileError)?.cause.contains(row.words) == true, "\(error)")
      }
    }
  }

  @Test func filesThatCannotBeReadAreSaid() {
    #expect(throws: PeerFileError.self) { try PeerList.read("/nonexistent/list") }
    #expect(throws: PeerFileError.self) { try PeerList.read("/tmp") }
    #expect(throws: PeerFileError.self) { try PeerList.read("/dev/null") }
  }
}
