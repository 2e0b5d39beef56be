public import Flow
public import Wire

/// What a socket's timer waits for (`idiag_timer` of sock_diag(7)).
public enum SocketTimer: UInt8, CaseIterable, Sendable {
  case off
  /// Something was sent and is not acknowledged.
  case retransmission
  /// Keepalive; in FIN-WAIT-2 the time that an orphan has left.
  case keepalive
  case timeWait
  /// The peer's window is too small for what waits: it is asked again and again.
  case windowProbe

  /// As `timer` of a socket's record.
  public var name: String {
    switch self {
    case .off: "off"
    case .retransmission: "retransmission"
    case .keepalive: "keepalive"
    case .timeWait: "time-wait"
    case .windowProbe: "window-probe"
    }
  }
}

/// One TCP socket, as the kernel's table has it: a plain value, judged without asking the kernel again.
public struct Socket: Hashable, Sendable {
  /// Of a listener its address may be 0.0.0.0 or ::, any of the host's.
  public var local = Endpoint(address: IPAddress(high: 0, low: 0), port: 0)
  /// All zero of a listener.
  public var remote = Endpoint(address: IPAddress(high: 0, low: 0), port: 0)
  /// Of its packets, 4 or 6: a socket of IPv6 that speaks with ::ffff:a.b.c.d sends IPv4.
  public var ipVersion: UInt8 = 4
  /// As the kernel has it; its NEW_SYN_RECV is `.synReceived` too.
  public var state = TCPState.established
  /// Which of them runs; `timerExpires` says until when.
  public var timer = SocketTimer.off
  /// Retransmissions, keepalive probes or window probes without an answer, as the timer is. 0 … 255.
  public var unanswered: UInt8 = 0
  /// Until the timer fires, ms; 0 where it is off.
  public var timerExpires: UInt32 = 0
  /// Bytes that arrived and were not read, and one for a FIN that was not; of a listener the connections that wait for accept().
  public var receiveQueue: UInt32 = 0
  /// Bytes that were written and are not acknowledged, and one for a SYN or FIN; of a listener the most that may wait for accept().
  public var sendQueue: UInt32 = 0
  /// Of who made it; 0 is root, and what the kernel answers itself (SYN-RECV, TIME-WAIT).
  public var uid: UInt32 = 0
  /// Of the socket's file; 0 where no file is left (closed by its application) or not yet there (not accepted).
  public var inode: UInt32 = 0
  /// The kernel's own name for the socket: never used again while it runs.
  public var cookie: UInt64 = 0
  /// Index of the interface it is bound to; 0 is none.
  public var interface: UInt32 = 0
  /// Index into the snapshot's `namespaces`.
  public var namespace: UInt16 = 0
  /// nil where the kernel has none: SYN-RECV, TIME-WAIT.
  public var info: SocketInfo?
  /// nil where the kernel has none, as `info`; a listener has it.
  public var memory: SocketMemory?

  /// Established, with nothing else known.
  public init() {}

  /// How long nothing was heard from the peer, ns; nil where the kernel does not say. Linux takes no notice of the peer's keepalive
  /// probes, which it answers all the same: a peer that only sends these counts as silent.
  public var silence: Int64? {
    info.map { Int64(min($0.sinceDataReceived, $0.sinceAckReceived)) * 1_000_000 }
  }

  /// How long neither end did anything that the kernel remembers, ns: the socket is at least so old, in this very state of its queues.
  public var quiet: Int64? { info.flatMap { info in silence.map { min($0, Int64(info.sinceDataSent) * 1_000_000) } } }

  /// Both ends have, or had, this connection (RFC 9293 §3.3.2: the synchronised states).
  public var isSynchronized: Bool {
    switch state {
    case .established, .finWait1, .finWait2, .closeWait, .closing, .lastAck: true
    case .closed, .listen, .synSent, .synReceived, .timeWait: false
    }
  }

  /// Bytes that arrived and were not read: `receiveQueue` without the peer's FIN, which Linux counts until it is read.
  public var unreadBytes: UInt32 {
    switch state {
    case .closeWait, .closing, .lastAck: receiveQueue - min(1, receiveQueue)
    default: receiveQueue
    }
  }

  /// Bytes that were written and are not acknowledged: `sendQueue` without our SYN or FIN.
  public var unackedBytes: UInt32 {
    switch state {
    case .synSent, .finWait1, .closing, .lastAck: sendQueue - min(1, sendQueue)
    default: sendQueue
    }
  }

  /// A file of some process is behind it.
  public var isHeld: Bool { inode != 0 }

  /// Both ends are on this host, so that no path is between them.
  public var isLoopback: Bool { local.address == remote.address || remote.address.isLoopback }
}

/// `struct tcp_info` (tcp(7)), as far as somebody asks. What an older kernel does not have is nil.
public struct SocketInfo: Hashable, Sendable {
  /// Since the last data was sent, ms; since boot where none ever was.
  public var sinceDataSent: UInt32 = 0
  /// Since the last data was received, or since the connection was made, ms.
  public var sinceDataReceived: UInt32 = 0
  /// Since the last acceptable ACK was received, ms.
  public var sinceAckReceived: UInt32 = 0
  /// Retransmissions by timeout since the last progress.
  public var retransmits: UInt8 = 0
  /// Keepalive or window probes without an answer.
  public var probes: UInt8 = 0
  /// How many times the timeout was doubled.
  public var backoff: UInt8 = 0
  /// Retransmission timeout, µs, doublings included.
  public var rto: UInt32 = 0
  /// Smoothed round trip, µs; 0 is not measured.
  public var rtt: UInt32 = 0
  /// Segments.
  public var unacked: UInt32 = 0
  /// Segments that the kernel takes for lost at the moment, and has not sent again.
  public var lost: UInt32 = 0
  /// Segments sent again over the whole life.
  public var totalRetransmits: UInt32 = 0
  /// Bytes of ours that the peer acknowledged; our SYN and FIN may count as one each (Linux 4.1).
  public var bytesAcked: UInt64?
  /// Bytes of the peer that arrived in order, read or not; its FIN counts as one (Linux 4.1).
  public var bytesReceived: UInt64?
  /// Segments sent, retransmissions and ACKs alone included (Linux 4.2).
  public var segmentsOut: UInt32?
  /// Segments received, ACKs alone included (Linux 4.2).
  public var segmentsIn: UInt32?
  /// Bytes in the send queue that were never sent.
  public var unsent: UInt32?
  /// The window that the peer grants, bytes.
  public var sendWindow: UInt32?

  /// All counts zero; what a kernel may lack is nil.
  public init() {}
}

/// Memory of a socket (`SK_MEMINFO_*`), bytes.
public struct SocketMemory: Hashable, Sendable {
  /// Taken by what has arrived, buffers' overhead included (`RMEM_ALLOC`).
  public var received: UInt32 = 0
  /// The most that `received` may take (SO_RCVBUF, doubled by Linux).
  public var receiveBuffer: UInt32 = 0
  /// The most that what is sent may take (SO_SNDBUF, doubled by Linux).
  public var sendBuffer: UInt32 = 0
  /// Taken by what was written and is not acknowledged, buffers' overhead included (`WMEM_QUEUED`).
  public var queuedToSend: UInt32 = 0
  /// Packets that the socket turned away; of a listener the handshakes that it let fall since it listens.
  public var drops: UInt32 = 0

  /// Nothing taken and nothing granted.
  public init() {}
}

extension IPAddress {
  /// 127.0.0.0/8 or ::1.
  public var isLoopback: Bool { isV4Mapped ? v4 >> 24 == 127 : high == 0 && low == 1 }
  /// 0.0.0.0 or ::.
  public var isWildcard: Bool { isV4Mapped ? v4 == 0 : high == 0 && low == 0 }
}
