import Glibc

/// A stream socket that no program started meanwhile inherits: tests run beside each other, and start programs.
public let unsharedStream = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)

/// The next connection, as little shared; negative where there is none.
public func acceptUnshared(_ listener: Int32) -> Int32 {
  let descriptor = accept(listener, nil, nil)
  _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  return descriptor
}

/// Traffic of this host with itself, for what listens to interfaces. Nothing leaves it.
public enum Loopback {
  /// The kernel's clock, ns since 1970.
  public static var clock: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Connects to a port that nobody listens on, and is refused.
  /// - Parameter port: nil is one that is free.
  /// - Returns: the port.
  @discardableResult public static func knock(_ port: UInt16? = nil) -> UInt16 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    address.sin_port = (port ?? 0).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let holder = socket(AF_INET, unsharedStream, 0)
    let client = socket(AF_INET, unsharedStream, 0)
    defer {
      close(holder)
      close(client)
    }
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        // Held, so that nobody else takes it, and not listened on.
        if port == nil, bind(holder, $0, length) == 0 { getsockname(holder, $0, &length) }
        _ = connect(client, $0, length)
      }
    }
    return UInt16(bigEndian: address.sin_port)
  }

  /// A connection with both its ends in this process.
  public struct Conversation {
    public let client: Int32
    public let server: Int32
    /// The server's.
    public let port: UInt16

    /// nil where there are no sockets to be had.
    public init?() {
      let listener = socket(AF_INET, unsharedStream, 0)
      client = socket(AF_INET, unsharedStream, 0)
      defer { close(listener) }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let client = client
      let isConnected = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(listener, $0, length) == 0 && listen(listener, 1) == 0 && getsockname(listener, $0, &length) == 0
            && connect(client, $0, length) == 0
        }
      }
      guard isConnected else { return nil }
      port = UInt16(bigEndian: address.sin_port)
      server = acceptUnshared(listener)
    }

    /// The client ends it by RST.
    public func abort() {
      var now = linger(l_onoff: 1, l_linger: 0)
      setsockopt(client, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
      close(client)
      close(server)
    }
  }
}
