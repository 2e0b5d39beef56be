import Glibc
import PacketScript
import Testing

@testable import Sockets

@Suite("tcpaudit sockets, as a program")
struct SocketsTests {
  private let folder = Folder()

  @Test func thisHostsSocketsAreListed() throws {
    let text = try Program.run(["sockets", "--interval", "0"])
    #expect(text.code == 0, "\(text.err)")
    #expect(text.err == "")
    #expect(text.lines.first?.contains(" UTC") == true)
    #expect(!text.out.contains("\u{1b}"))
    let all = try Program.run(["sockets", "--all", "--interval", "0"])
    #expect(all.lines.contains { $0.hasPrefix("state ") && $0.contains("local → remote") })
    let json = try Program.run(["sockets", "--format", "json", "--interval", "10ms"])
    #expect(json.code == 0)
    #expect(json.lines.first?.hasPrefix(#"{"type":"run","schema":1,"#) == true)
    #expect(json.lines.last?.hasPrefix(#"{"type":"summary","sockets":"#) == true)
    let file = folder.path + "/list"
    #expect(try Program.run(["sockets", "--format", "json", "--interval", "0", "-o", file]).out == "")
    #expect(Folder.text(file)?.hasPrefix(#"{"type":"run""#) == true)
    // Its own list: nothing goes from here to here over a path.
    let own = try Program.run(["sockets", "--interval", "0", "--peer", file])
    #expect(own.code == 0)
    #expect(own.out.contains("0 connections go to addresses of that host"))
  }

  /// Sockets and descriptors are of one moment, the end.
  @Test func whatIsOpenedMeanwhileIsThere() throws {
    let file = folder.path + "/meanwhile"
    // Where nobody holds a socket nothing can grow, and nothing is waited for.
    let (first, listener) = (socket(AF_INET, unsharedStream, 0), socket(AF_INET, unsharedStream, 0))
    defer { for descriptor in [first, listener] { close(descriptor) } }
    try #require(listen(first, 1) == 0)
    let child = try Program.start(
      ["sockets", "--all", "--interval", "3s", "-o", file], output: .nothing, error: .nothing)
    usleep(1_000_000)
    try #require(listen(listener, 1) == 0)
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      _ = $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &length) }
    }
    #expect(child.wait() == 0)
    #expect(
      Folder.text(file)?.contains(":\(UInt16(bigEndian: address.sin_port)) ") == true, "\(Folder.text(file) ?? "")")
  }

  @Test func interfacesArePlacesOfPackets() throws {
    let ran = try Program.run(["interfaces"])
    guard ran.code == 0 else { return }
    for word in ["nflog", "nfqueue", "dbus-", "bluetooth", "usbmon"] { #expect(!ran.out.contains(word)) }
  }

  @Test func mistakesAreSaid() throws {
    let rows: [(arguments: [String], code: Int32, words: String)] = [
      (["--all", "--findings-only"], 2, "exclude each other"),
      (["--watch", "--interval", "0"], 2, "--interval of 100ms or more"),
      (["--format", "csv"], 2, "csv"), (["--peer", "/nonexistent/list"], 3, "/nonexistent/list: it can't be opened"),
      (
        ["--peer", captures + "cut-reply/client.pcapng"], 3,
        "make it on the other host with: tcpaudit sockets --format json"
      ),
      (["-o", "/nonexistent/x"], 3, "can't be written"), (["-o", "/dev/full"], 3, "No space left"),
    ]
    for row in rows {
      let ran = try Program.run(["sockets", "--interval", "0"] + row.arguments)
      #expect(ran.code == row.code, "\(row.arguments)")
      #expect(ran.err.contains(row.words), "\(row.arguments): \(ran.err)")
    }
  }

  @Test func watchingEndsWhenInterrupted() throws {
    let file = folder.path + "/out"
    let child = try Program.start(
      ["sockets", "--watch", "--interval", "100ms"], output: .file(file), error: .file(folder.path + "/err"))
    #expect(eventually { (Folder.text(file) ?? "").contains("UTC") && child.watchesInterruptions })
    kill(child.id, SIGINT)
    #expect(child.wait() == 0)
  }

  /// The story that the command is for: a firewall drops the server's FINs; its sockets are gone, the client's stay.
  @Test(.enabled(if: TwoHosts.mayBeMade)) func socketsWithoutAPartnerAreNamed() throws {
    let hosts = try TwoHosts()
    defer { hosts.remove() }
    var connections: [(client: Int32, server: Int32)] = []
    defer { for pair in connections { for end in [pair.client, pair.server] where end >= 0 { close(end) } } }
    for _ in 0..<3 { connections.append(try hosts.connect()) }
    hosts.dropCloses()
    for index in 0..<2 {
      close(connections[index].server)
      connections[index].server = -1
    }
    func list(_ host: String) throws -> String {
      let file = folder.path + "/" + host
      let ran = try hosts.run(host, ["sockets", "--format", "json", "--interval", "0", "-o", file])
      #expect(ran.code == 0, "\(ran.err)")
      return Folder.text(file) ?? ""
    }
    // The kernel gives up its unacknowledged FINs.
    #expect(
      eventually(for: 60) {
        (try? list("server").split(separator: "\n").count { $0.contains(#""type":"socket""#) }) == 2
      })
    // Until the server's list is so much younger than the last word that no clock can be wrong by as much.
    var ran = Ran(code: -1, out: "", err: "")
    let peer = folder.path + "/server"
    #expect(
      eventually(for: 60) {
        _ = try? list("server")
        ran = (try? hosts.run("client", ["sockets", "--interval", "0", "--fail-on", "error", "--peer", peer])) ?? ran
        return ran.out.contains("partnerless")
      })
    #expect(ran.code == 1)
    #expect(ran.out.contains("2 sockets to 10.99.0.2:"), "\(ran.out)")
    let flat = ran.out.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(
      flat.contains("3 connections go to addresses of that host, 1 in both lists, 2 without a partner."), "\(flat)")
    // Seen from the host that has closed them: the client's list is the older one now.
    _ = try list("client")
    let reverse = try hosts.run("server", ["sockets", "--interval", "0", "--peer", folder.path + "/client"])
    #expect(reverse.code == 0)
    // And from outside, every namespace at once.
    let outside = try Program.run(["sockets", "--all-namespaces", "--format", "json", "--interval", "0"])
    #expect(outside.lines.count { $0.contains(#""namespace":"\#(hosts.name)-client""#) } == 3)
  }
}

/// Two network namespaces with a cable between them, and sockets of this process in both.
struct TwoHosts {
  let name = "tcpaudit-\(UInt32.random(in: 0 ... .max))"
  private let listener: Int32
  private let port: UInt16

  static var mayBeMade: Bool {
    geteuid() == 0 && Program.installed("ip") != nil && Program.installed("nft") != nil && works
  }

  /// A container's root may not.
  private static var works: Bool {
    let name = "tcpaudit-try-\(UInt32.random(in: 0 ... .max))"
    defer { _ = try? ip(["netns", "del", name]) }
    return (try? ip(["netns", "add", name]))?.code == 0
  }

  @discardableResult
  private static func ip(_ arguments: [String]) throws -> Ran {
    try Program.run(arguments, of: try #require(Program.installed("ip")))
  }

  init() throws {
    for host in ["client", "server"] {
      try Self.ip(["netns", "add", "\(name)-\(host)"])
      try Self.ip(["-n", "\(name)-\(host)", "link", "set", "lo", "up"])
    }
    try Self.lay("cable", name)
    // Given up after a retry, not after minutes.
    try Self.ip(["netns", "exec", "\(name)-server", "sh", "-c", "echo 1 >/proc/sys/net/ipv4/tcp_orphan_retries"])
    (listener, port) = try Self.inside("\(name)-server") {
      let listener = socket(AF_INET, unsharedStream, 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = inet_addr("10.99.0.2")
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let size = length
      let port = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> Bool in
          bind(listener, address, size) == 0 && listen(listener, 8) == 0 && getsockname(listener, address, &length) == 0
        }
      }
      return port ? (listener, UInt16(bigEndian: address.sin_port)) : (-1, 0)
    }
    try #require(listener >= 0)
  }

  func connect(from host: String = "client") throws -> (client: Int32, server: Int32) {
    let port = port
    let client = try Self.inside("\(name)-\(host)") {
      let client = socket(AF_INET, unsharedStream, 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = inet_addr("10.99.0.2")
      address.sin_port = port.bigEndian
      let done = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          Glibc.connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      return done == 0 ? client : -1
    }
    try #require(client >= 0)
    return (client, acceptUnshared(listener))
  }

  /// The server's FINs and RSTs no longer leave it.
  func dropCloses() {
    for rule in [
      "add table inet t", "add chain inet t o { type filter hook output priority 0; }",
      "add rule inet t o tcp flags & (fin|rst) != 0 drop",
    ] {
      _ = try? Self.ip(["netns", "exec", "\(name)-server", "nft", rule])
    }
  }

  func run(_ host: String, _ arguments: [String]) throws -> Ran { try Self.ip(words(host, arguments)) }

  /// What `program` is told, so that ours runs on a host.
  func words(_ host: String, _ arguments: [String]) -> [String] {
    ["netns", "exec", "\(name)-\(host)", Program.path] + arguments
  }

  static var program: String { Program.installed("ip") ?? "ip" }

  /// Its end of the cable is set up or down.
  func set(_ host: String, _ state: String, _ link: String = "cable") throws {
    try #require(try Self.ip(["-n", "\(name)-\(host)", "link", "set", link, state]).code == 0)
  }

  /// The server, by its loopback.
  func connectToItself() throws {
    let (client, server) = try connect(from: "server")
    for descriptor in [client, server] { close(descriptor) }
  }

  private static func lay(_ cable: String, _ name: String) throws {
    try ip(
      [
        "-n", "\(name)-client", "link", "add", cable, "type", "veth", "peer", "name", cable, "netns", "\(name)-server",
      ])
    for (host, address) in [("client", "10.99.0.1"), ("server", "10.99.0.2")] {
      try ip(["-n", "\(name)-\(host)", "addr", "add", "\(address)/24", "dev", cable])
      try ip(["-n", "\(name)-\(host)", "link", "set", cable, "up"])
    }
  }

  func layCable() throws { try Self.lay("cable", name) }

  /// At both ends.
  func removeCable() throws {
    try #require(try Self.ip(["-n", "\(name)-server", "link", "del", "cable"]).code == 0)
  }

  func remove() {
    close(listener)
    for host in ["client", "server"] { _ = try? Self.ip(["netns", "del", "\(name)-\(host)"]) }
  }

  /// Sockets belong to the namespace that the thread is in when they are made.
  private static func inside<Value>(_ name: String, _ body: @escaping () -> Value) throws -> Value {
    let space = try #require(NetworkNamespace(path: "/run/netns/\(name)", name: name))
    return try space.inside(body)
  }
}
