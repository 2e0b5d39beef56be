internal import Flow
internal import Wire

/// What a datagram of a dump asks for next.
enum DumpStep: Equatable {
  case more
  case done
  /// The kernel refused: an errno.
  case refused(Int32)
  /// No message of netlink: why.
  case malformed(String)
}

/// The replies to one request, gathered: bytes of the kernel, believed in nothing that does not fit into its datagram.
struct DiagReply {
  /// Of the request: other replies are passed over.
  let sequence: UInt32
  let namespace: UInt16
  /// The table changed meanwhile (NLM_F_DUMP_INTR).
  private(set) var wasInterrupted = false

  init(sequence: UInt32, namespace: UInt16 = 0) {
    self.sequence = sequence
    self.namespace = namespace
  }

  /// Reads one datagram, and appends the sockets in it.
  mutating func take(_ datagram: Span<UInt8>, into sockets: inout [Socket]) -> DumpStep {
    let bytes = KernelBytes(datagram)
    var offset = 0
    while offset < bytes.count {
      guard let length = bytes.u32(at: offset).map(Int.init), let type = bytes.u16(at: offset + 4),
        let flags = bytes.u16(at: offset + 6), let number = bytes.u32(at: offset + 8)
      else { return .malformed("a message's header is cut short") }
      guard length >= Netlink.headerLength, let message = bytes.part(at: offset, length) else {
        return .malformed("a message claims \(length) bytes, and \(bytes.count - offset) are there")
      }
      offset += Netlink.aligned(length)
      guard number == sequence else { continue }
      if flags & Netlink.dumpInterrupted != 0 { wasInterrupted = true }
      switch type {
      case Netlink.done:
        // A dump that failed on its way says so in its last message.
        let code = message.u32(at: Netlink.headerLength).map { Int32(bitPattern: $0) } ?? 0
        return code < 0 ? .refused(0 &- code) : .done
      case Netlink.error:
        guard let code = message.u32(at: Netlink.headerLength).map({ Int32(bitPattern: $0) }) else {
          return .malformed("an error without a number")
        }
        if code != 0 { return .refused(code < 0 ? 0 &- code : code) }
      case Netlink.overrun: return .malformed("the kernel lost a part of its answer")
      case Netlink.sockDiagByFamily:
        guard let body = message.part(at: Netlink.headerLength, length - Netlink.headerLength),
          let socket = socket(body)
        else { return .malformed("a socket's record is cut short") }
        sockets.append(socket)
      default: break
      }
    }
    return .more
  }

  /// `struct inet_diag_msg` and its attributes.
  private func socket(_ bytes: borrowing KernelBytes) -> Socket? {
    guard bytes.count >= Diag.messageLength, let family = bytes.u8(at: 0), let state = bytes.u8(at: 1) else {
      return nil
    }
    var socket = Socket()
    socket.namespace = namespace
    socket.state = DiagReply.state(state)
    socket.timer = SocketTimer(rawValue: bytes.u8(at: 2) ?? 0) ?? .off
    socket.unanswered = bytes.u8(at: 3) ?? 0
    socket.local = Endpoint(address: address(bytes, at: 8, family), port: bytes.net16(at: 4) ?? 0)
    socket.remote = Endpoint(address: address(bytes, at: 24, family), port: bytes.net16(at: 6) ?? 0)
    let isMapped = socket.local.address.isV4Mapped && (socket.remote.address.isV4Mapped || socket.state == .listen)
    socket.ipVersion = family == 10 && !isMapped ? 6 : 4
    socket.interface = bytes.u32(at: 40) ?? 0
    socket.cookie = UInt64(bytes.u32(at: 44) ?? 0) | UInt64(bytes.u32(at: 48) ?? 0) << 32
    socket.timerExpires = socket.timer == .off ? 0 : bytes.u32(at: 52) ?? 0
    socket.receiveQueue = bytes.u32(at: 56) ?? 0
    socket.sendQueue = bytes.u32(at: 60) ?? 0
    socket.uid = bytes.u32(at: 64) ?? 0
    socket.inode = bytes.u32(at: 68) ?? 0
    attributes(bytes, of: &socket)
    return socket
  }

  /// What an attribute's length does not cover is not read: the rest of the record is still good.
  private func attributes(_ bytes: borrowing KernelBytes, of socket: inout Socket) {
    var offset = Diag.messageLength
    while let length = bytes.u16(at: offset).map(Int.init), let type = bytes.u16(at: offset + 2), length >= 4 {
      guard let value = bytes.part(at: offset + 4, length - 4) else { return }
      switch type {
      // Of a listener the same numbers mean its backlog, which the queues have.
      case Diag.info where socket.state != .listen: socket.info = info(value)
      case Diag.socketMemory: socket.memory = memory(value)
      default: break
      }
      offset += Netlink.aligned(length)
    }
  }

  /// `struct tcp_info` grows at its end: how much of it is there depends on the kernel.
  private func info(_ bytes: borrowing KernelBytes) -> SocketInfo? {
    guard bytes.count >= 104 else { return nil }
    var info = SocketInfo()
    info.retransmits = bytes.u8(at: 2) ?? 0
    info.probes = bytes.u8(at: 3) ?? 0
    info.backoff = bytes.u8(at: 4) ?? 0
    info.rto = bytes.u32(at: 8) ?? 0
    info.unacked = bytes.u32(at: 24) ?? 0
    info.lost = bytes.u32(at: 32) ?? 0
    info.sinceDataSent = bytes.u32(at: 44) ?? 0
    info.sinceDataReceived = bytes.u32(at: 52) ?? 0
    info.sinceAckReceived = bytes.u32(at: 56) ?? 0
    info.rtt = bytes.u32(at: 68) ?? 0
    info.totalRetransmits = bytes.u32(at: 100) ?? 0
    info.bytesAcked = bytes.u64(at: 120)
    info.bytesReceived = bytes.u64(at: 128)
    info.segmentsOut = bytes.u32(at: 136)
    info.segmentsIn = bytes.u32(at: 140)
    info.unsent = bytes.u32(at: 144)
    info.sendWindow = bytes.u32(at: 228)
    return info
  }

  /// SK_MEMINFO_*: 32 bits each.
  private func memory(_ bytes: borrowing KernelBytes) -> SocketMemory? {
    guard bytes.count >= 24 else { return nil }
    var memory = SocketMemory()
    memory.received = bytes.u32(at: 0) ?? 0
    memory.receiveBuffer = bytes.u32(at: 4) ?? 0
    memory.sendBuffer = bytes.u32(at: 12) ?? 0
    memory.queuedToSend = bytes.u32(at: 20) ?? 0
    memory.drops = bytes.u32(at: 32) ?? 0
    return memory
  }

  private func address(_ bytes: borrowing KernelBytes, at offset: Int, _ family: UInt8) -> IPAddress {
    if family == 2 { return IPAddress(v4: bytes.net32(at: offset) ?? 0) }
    return IPAddress(high: bytes.net64(at: offset) ?? 0, low: bytes.net64(at: offset + 8) ?? 0)
  }

  /// The kernel's numbers (`enum` of net/tcp_states.h).
  private static func state(_ number: UInt8) -> TCPState {
    switch number {
    case 1: .established
    case 2: .synSent
    case 3, 12: .synReceived
    case 4: .finWait1
    case 5: .finWait2
    case 6: .timeWait
    case 8: .closeWait
    case 9: .lastAck
    case 10: .listen
    case 11: .closing
    default: .closed
    }
  }
}
