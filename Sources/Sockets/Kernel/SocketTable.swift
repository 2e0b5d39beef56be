internal import Glibc

/// The kernel's table of TCP sockets in one network namespace, asked for by NETLINK_SOCK_DIAG. It takes no right.
///
/// Why the unsafe lines hold: send(2) and recv(2) are told the size of the memory that they are lent for the call, and no more of the
/// buffer is looked at than recv said it filled.
struct SocketTable: ~Copyable {
  /// Dumps that the kernel calls inconsistent are asked for again, so often at most.
  static var attempts: Int { 4 }
  /// A dump comes in datagrams of 32 KiB at most.
  private static var bufferSize: Int { 1 << 16 }

  private let descriptor: Int32
  private var sequence: UInt32 = 0
  private var buffer = [UInt8](repeating: 0, count: SocketTable.bufferSize)

  /// Of the namespace that the calling thread is in now, whichever it enters later.
  init() throws(SocketTableError) {
    // AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG
    descriptor = socket(16, 3 | 0o2000000, 4)
    guard descriptor >= 0 else {
      throw SocketTableError(
        "the kernel's socket table can't be asked for: \(Kernel.message(errno))",
        mend: "a container's seccomp profile may forbid NETLINK_SOCK_DIAG")
    }
  }

  deinit { close(descriptor) }

  /// Appends every TCP socket, IPv4 and IPv6.
  /// - Returns: whether the table held still; if not, it was asked for several times and may lack sockets all the same.
  mutating func read(namespace: UInt16, into sockets: inout [Socket]) throws(SocketTableError) -> Bool {
    var isWhole = true
    for family in Diag.families {
      let start = sockets.count
      var interrupted = true
      for _ in 0..<SocketTable.attempts where interrupted {
        sockets.removeSubrange(start...)
        interrupted = try dump(family, namespace, into: &sockets)
      }
      if interrupted { isWhole = false }
    }
    return isWhole
  }

  /// - Returns: whether the table changed meanwhile.
  private mutating func dump(
    _ family: UInt8, _ namespace: UInt16, into sockets: inout [Socket]
  ) throws(SocketTableError) -> Bool {
    sequence &+= 1
    let request = Diag.request(family: family, sequence: sequence)
    let sent = unsafe request.withUnsafeBytes { unsafe send(descriptor, $0.baseAddress, $0.count, 0) }
    guard sent == request.count else { throw SocketTable.failure(errno) }
    var reply = DiagReply(sequence: sequence, namespace: namespace)
    while true {
      let count = try receive()
      switch reply.take(buffer.span.extracting(first: count), into: &sockets) {
      case .more: continue
      case .done: return reply.wasInterrupted
      // A kernel without IPv6.
      case .refused(let code) where code == ENOENT && family == 10: return false
      case .refused(let code): throw SocketTable.failure(code)
      case .malformed(let why): throw SocketTableError("the kernel's answer is not understood: \(why)")
      }
    }
  }

  private mutating func receive() throws(SocketTableError) -> Int {
    while true {
      // MSG_TRUNC: the length that the datagram had.
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0x20) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw SocketTable.failure(errno) }
      guard count <= SocketTable.bufferSize else {
        throw SocketTableError("the kernel's answer of \(count) bytes is larger than it may be")
      }
      return count
    }
  }

  private static func failure(_ code: Int32) -> SocketTableError {
    SocketTableError(
      "the kernel does not give its socket table: \(Kernel.message(code))",
      mend: code == ENOENT ? "load its module: modprobe tcp_diag inet_diag" : "")
  }
}
