import Audit
import Glibc
import NIOHTTP1
import Report
import Synchronization
import Testing

@testable import Metrics

@Suite("Figures for Prometheus")
struct ExpositionTests {
  @Test("Families, labels and escapes are as the format has them")
  func format() {
    var page = Exposition()
    page.family("a_total", .counter, "Back\\slash,\nand \"quotes\".")
    page.sample("a_total", UInt64.max, [("label", "a\\b\n\"c\""), ("other", "é")])
    page.family("b", .gauge, "Plain.")
    page.sample("b", 0.25)
    #expect(
      page.text == """
        # HELP a_total Back\\\\slash,\\nand "quotes".
        # TYPE a_total counter
        a_total{label="a\\\\b\\n\\"c\\"",other="é"} 18446744073709551615
        # HELP b Plain.
        # TYPE b gauge
        b 0.25

        """)
  }

  @Test("Every figure is there, under a family of its own, in the same order each time")
  func figures() {
    var figures = LiveFigures(version: "1.2.3")
    figures.packets = 10
    figures.kernelDropped = 3
    figures.interfaceDropped = 4
    figures.findings = [
      .init(rule: "fin-unacked", severity: .error, atFault: nil): 2,
      .init(rule: "capture-loss", severity: .warning, atFault: .capture): 1,
    ]
    figures.bytesLost = ["half-close-truncated": 9144, "peer-vanished": 0]
    figures.openBytesLost = ["peer-vanished": 1500]
    figures.openConnections = ["established": 7, "attempted": 2]
    figures.lag = 0.5
    let lines = figures.exposition.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
    #expect(
      lines == [
        "tcpaudit_build_info{version=\"1.2.3\"} 1", "tcpaudit_packets_total 10", "tcpaudit_tcp_packets_total 0",
        "tcpaudit_undecoded_packets_total 0", "tcpaudit_wire_bytes_total 0",
        "tcpaudit_dropped_packets_total{by=\"kernel\"} 3", "tcpaudit_dropped_packets_total{by=\"interface\"} 4",
        "tcpaudit_findings_total{rule=\"capture-loss\",severity=\"warning\",at_fault=\"capture\"} 1",
        "tcpaudit_findings_total{rule=\"fin-unacked\",severity=\"error\",at_fault=\"unknown\"} 2",
        "tcpaudit_lost_bytes_total{rule=\"half-close-truncated\"} 9144",
        "tcpaudit_lost_bytes_total{rule=\"peer-vanished\"} 0",
        "tcpaudit_open_lost_bytes{rule=\"half-close-truncated\"} 0",
        "tcpaudit_open_lost_bytes{rule=\"peer-vanished\"} 1500", "tcpaudit_connections_total 0",
        "tcpaudit_open_connections{state=\"attempted\"} 2", "tcpaudit_open_connections{state=\"established\"} 7",
        "tcpaudit_evicted_connections_total 0", "tcpaudit_waiting_connections 0",
        "tcpaudit_unjudged_connections_total 0", "tcpaudit_tracker_bytes 0", "tcpaudit_lag_seconds 0.5",
      ])
    // Each sample stands under its own family.
    var family = ""
    for line in figures.exposition.split(separator: "\n") {
      if line.hasPrefix("# TYPE ") { family = String(line.split(separator: " ")[2]) }
      if !line.hasPrefix("#") { #expect(line.prefix { $0 != "{" && $0 != " " } == family) }
    }
  }
}

@Suite("Where metrics are served")
struct ListenAddressTests {
  @Test(
    "Addresses are read as they are meant",
    arguments: [
      ("9117", "127.0.0.1:9117"), (":9117", "127.0.0.1:9117"), ("0.0.0.0:9117", "0.0.0.0:9117"),
      ("[::1]:9117", "[::1]:9117"), ("localhost:0", "localhost:0"),
    ])
  func understood(text: String, meaning: String) { #expect(ListenAddress(text)?.description == meaning) }

  @Test(
    "Others are refused",
    arguments: ["", ":", "host", "host:", "1:2:3", "::1:9117", "[]:1", "a:65536", "a:-1", "[::1]"])
  func refused(text: String) { #expect(ListenAddress(text) == nil) }
}

@Suite("The metrics server")
struct MetricsServerTests {
  @Test(
    "Methods and paths",
    arguments: [
      (HTTPMethod.GET, "/metrics", HTTPResponseStatus.ok), (.GET, "/metrics?x=y", .ok), (.HEAD, "/metrics", .ok),
      (.GET, "/", .ok), (.GET, "http://host:9117/metrics?x=/y", .ok), (.GET, "HTTP://host", .ok),
      (.GET, "http://host/metric", .notFound), (.GET, "/metric", .notFound), (.POST, "/metrics", .methodNotAllowed),
    ])
  func replies(method: HTTPMethod, uri: String, status: HTTPResponseStatus) {
    #expect(Reply(to: method, uri, LatestFigures(LiveFigures(version: ""))).status == status)
  }

  @Test("It answers over TCP with the latest figures, and goes on after nonsense")
  func scrape() throws {
    var figures = LiveFigures(version: "1")
    let server = try MetricsServer(try #require(ListenAddress("127.0.0.1:0")), figures)
    defer { server.stop() }
    #expect(server.address.port != 0)
    let before = try ask(server.address.port, "GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    #expect(before.hasPrefix("HTTP/1.1 200 OK\r\n"))
    #expect(before.contains("text/plain; version=0.0.4"))
    #expect(before.contains("\ntcpaudit_packets_total 0\n"))
    figures.packets = 41
    server.publish(figures)
    #expect(try ask(server.address.port, "\u{1}\u{2} nonsense\r\n\r\n").hasPrefix("HTTP/1.1 400"))
    let after = try ask(server.address.port, "GET /metrics HTTP/1.0\r\n\r\n")
    #expect(after.contains("\ntcpaudit_packets_total 41\n"))
    let head = try ask(server.address.port, "HEAD /metrics HTTP/1.0\r\n\r\n")
    #expect(head.hasSuffix("\r\n\r\n"))
  }

  @Test("Who never comes to the end of a request is shown out, however busy")
  func slow() throws {
    let server = try MetricsServer(try #require(ListenAddress("127.0.0.1:0")), LiveFigures(version: "1"))
    defer { server.stop() }
    let descriptor = try connection(server.address.port)
    defer { close(descriptor) }
    let request = Array("GET /metrics HTTP/1.1\r\nX: ".utf8)
    try #require(send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count)
    var seconds = 0
    // Half a second each: it is never idle.
    var (letter, byte) = (UInt8(ascii: "a"), UInt8(0))
    while seconds < 40, recv(descriptor, &byte, 1, Int32(MSG_DONTWAIT)) < 0, errno == EAGAIN {
      _ = send(descriptor, &letter, 1, Int32(MSG_NOSIGNAL))
      usleep(500_000)
      seconds += 1
    }
    #expect((8...20).contains(seconds))
  }

  @Test("What is to be done first is done on the thread that serves")
  func prepared() throws {
    let thread = Mutex<UInt>(0)
    let own = UInt(pthread_self())
    let server = try MetricsServer(try #require(ListenAddress("127.0.0.1:0")), LiveFigures(version: "1")) {
      thread.withLock { $0 = UInt(pthread_self()) }
    }
    server.stop()
    #expect(thread.withLock { $0 } != own && thread.withLock { $0 } != 0)
  }

  @Test("An address that is taken is an error, which says so")
  func taken() throws {
    let server = try MetricsServer(try #require(ListenAddress("127.0.0.1:0")), LiveFigures(version: ""))
    defer { server.stop() }
    let address = server.address
    #expect(
      said(address) == "metrics can't be served at \(address): something listens there already; name another port")
  }

  @Test(
    "Addresses that nobody has",
    arguments: [
      ("192.0.2.1:9117", "it is no address of this host; name one that is"),
      (
        "no-such-host.invalid:9117",
        "“no-such-host.invalid” is no address, and no name that is known here; name an address"
      ),
    ])
  func nobodys(text: String, words: String) throws {
    let said = said(try #require(ListenAddress(text)))
    #expect(said?.hasPrefix("metrics can't be served at \(text): \(words)") == true, "\(said ?? "")")
  }

  /// Why it can't be served there; nil where it can.
  private func said(_ address: ListenAddress) -> String? {
    do {
      try MetricsServer(address, LiveFigures(version: "")).stop()
      return nil
    } catch { return "\(error)" }
  }

  private func connection(_ port: UInt16) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var patience = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(connected == 0)
    return descriptor
  }

  /// What the server says until it closes.
  private func ask(_ port: UInt16, _ request: String) throws -> String {
    let descriptor = try connection(port)
    defer { close(descriptor) }
    let bytes = Array(request.utf8)
    try #require(send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count)
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else { break }
      answer += buffer[..<count]
    }
    return String(decoding: answer, as: UTF8.self)
  }
}

@Suite("What is shipped beside the program")
struct ServiceFileTests {
  /// Names of families that `text` asks for.
  private func families(in text: String) -> Set<String> {
    let words = text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
    return Set(words.filter { $0.hasPrefix("tcpaudit_") })
  }

  @Test("Alerts and dashboard ask for what is served", arguments: ["alerts.yml", "dashboard.json"])
  func names(file: String) throws {
    let place = "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/")
    let bytes = try #require(contents("/\(place)/tools/service/\(file)"))
    let asked = families(in: bytes)
    #expect(asked.count > 4)
    #expect(asked.subtracting(families(in: LiveFigures(version: "1").exposition)).isEmpty)
    // Rules that only a host's own sockets show are rare, and forgotten first.
    for rule in ["socket-leak", "partnerless"] { #expect(bytes.contains(rule), "\(rule)") }
  }

  @Test("The rules that alerts and dashboard name are there", arguments: ["alerts.yml", "dashboard.json"])
  func rules(file: String) throws {
    let place = "\(#filePath)".split(separator: "/").dropLast(3).joined(separator: "/")
    let bytes = try #require(contents("/\(place)/tools/service/\(file)"))
    let lists = bytes.matches(of: /rule=~?\\?"([a-z|-]+)/).map { String($0.1) }
    #expect(!lists.isEmpty)
    let known = Set(Catalogue.rules.map(\.id))
    for rule in lists.flatMap({ $0.split(separator: "|") }) { #expect(known.contains(String(rule)), "\(rule)") }
  }

  private func contents(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }
}
