import Flow
import Glibc
import Testing
import Wire

@testable import Sockets

/// A stream socket that no program started meanwhile inherits: tests run beside each other, and start programs.
let unsharedStream = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)

/// The next connection, as little shared; negative where there is none.
func acceptUnshared(_ listener: Int32) -> Int32 {
  let descriptor = accept(listener, nil, nil)
  _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  return descriptor
}

/// A connection over loopback, both ends in this process.
final class Loopback {
  private(set) var client: Int32
  let server: Int32
  /// The server's.
  let port: UInt16

  init(_ family: Int32 = AF_INET, clientOf clientFamily: Int32? = nil) throws {
    // Kept until the end: it is a socket more.
    (listener, port) = try Loopback.listen(family, backlog: 8)
    client = socket(clientFamily ?? family, unsharedStream, 0)
    let connected = Loopback.connect(client, clientFamily ?? family, port)
    server = acceptUnshared(listener)
    try #require(connected == 0 && server >= 0)
  }

  private let listener: Int32

  func closeClient() {
    close(client)
    client = -1
  }

  deinit {
    if client >= 0 { close(client) }
    close(server)
    close(listener)
  }

  static func listen(_ family: Int32, backlog: Int32) throws -> (descriptor: Int32, port: UInt16) {
    let descriptor = socket(family, unsharedStream, 0)
    try #require(descriptor >= 0)
    // Wildcard for IPv6, so that IPv4 comes in as well.
    try #require(withAddress(family, 0, isWildcard: family == AF_INET6) { bind(descriptor, $0, $1) } == 0)
    try #require(Glibc.listen(descriptor, backlog) == 0)
    var name = sockaddr_in6()
    var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let found = withUnsafeMutablePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    try #require(found == 0)
    // The port is at the same place for both families.
    return (descriptor, UInt16(bigEndian: name.sin6_port))
  }

  @discardableResult
  static func connect(_ descriptor: Int32, _ family: Int32, _ port: UInt16) -> Int32 {
    withAddress(family, port, isWildcard: false) { Glibc.connect(descriptor, $0, $1) }
  }

  private static func withAddress(
    _ family: Int32, _ port: UInt16, isWildcard: Bool, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    if family == AF_INET {
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
      return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
      }
    }
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_port = port.bigEndian
    if !isWildcard { address.sin6_addr = in6addr_loopback }
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in6>.size)) }
    }
  }
}

/// Waits until something holds; false where it does not come about.
func eventually(for seconds: Int = 30, _ holds: () -> Bool) -> Bool {
  for _ in 0..<(seconds * 100) {
    if holds() { return true }
    usleep(10_000)
  }
  return holds()
}

/// `ss -tanH`, iproute2's view of the same table.
enum SS {
  static let places = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"]

  static var isInstalled: Bool {
    for place in places where access("\(place)/ss", X_OK) == 0 { return true }
    return false
  }

  static var lines: [String] {
    get throws {
      let pipe = try #require(popen("PATH=$PATH:/usr/sbin:/sbin ss -tanH", "r"))
      defer { pclose(pipe) }
      var text: [UInt8] = []
      var chunk = [UInt8](repeating: 0, count: 65_536)
      while case let count = fread(&chunk, 1, chunk.count, pipe), count > 0 { text += chunk[..<count] }
      return String(decoding: text, as: UTF8.self).split(separator: "\n").map {
        $0.split(separator: " ").joined(separator: " ")
      }
    }
  }

  /// One of ours, as ss writes it.
  static func line(_ socket: Socket) -> String {
    let state = socket.state.name
    let local = "\(socket.local.address.text(ipVersion: socket.ipVersion)):\(socket.local.port)"
    let address = socket.remote.address.text(ipVersion: socket.ipVersion)
    let remote = "\(address):\(socket.state == .listen ? "*" : String(socket.remote.port))"
    return "\(state) \(socket.receiveQueue) \(socket.sendQueue) \(local) \(remote)"
  }
}
