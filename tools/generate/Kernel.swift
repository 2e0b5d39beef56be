import PacketScript
import Wire

/// What a host's TCP is set to; Linux' numbers.
struct Stack {
  var mss = 1460
  var windowScale: UInt8? = 7
  var timestamps = true
  var sack = true
  var receiveBuffer: Int64 = 65_536
  /// Bytes of one segment at most: above the MSS where the host leaves cutting to its card.
  var segment: Int?
  var synRetries = 4
  var synAckRetries = 5
  /// Retransmissions before a connection is given up (`tcp_retries2` 15; labs set less).
  var retries = 8
  var orphanRetries = 7
  var finWait2 = seconds(60)
  var keepalive: (idle: Int64, interval: Int64, count: Int)?
  /// What a listening host does with a SYN.
  var listener = Listener.accepts
  /// Another accept() follows a connection that was reset.
  var listensAgain = false
}

enum Listener {
  case accepts
  /// No socket: RST.
  case refuses
  /// Dropped without a word: a host firewall, a full SYN queue.
  case ignores
  /// The accept queue is full: SYN-ACKs are sent, and the third packet ignored.
  case overflows
}

enum State {
  case closed, listen, synSent, synReceived, established, finWait1, finWait2, closeWait, closing, lastAck, timeWait
}

enum Timer: Int, CaseIterable { case retransmit, delayedAck, keepalive, lifetime, application }

/// One end: a TCP and the application on it. Offsets count from the ISN: SYN 0, data from 1.
final class Kernel {
  let end: End
  let host: Host
  let peer: Host
  let stack: Stack
  var state = State.closed
  var program: [Step]
  /// The host is there: else it neither hears nor speaks.
  var isAlive = true

  // Sending
  var isn: UInt32
  var una: Int64 = 0
  var nxt: Int64 = 0
  /// End of what the application wrote.
  var written: Int64 = 1
  var finWanted = false
  var peerWindow: Int64 = 64_240
  var peerScale: UInt8 = 0
  var useScale: Bool
  var congestionWindow: Int64
  var threshold: Int64 = 1 << 40
  var duplicateAcks = 0
  var recovery: Int64?
  var retries = 0
  var probedTail = false
  var persistBackoff = 0
  var smoothed: Int64?
  var deviation: Int64 = 0
  var measured: (end: Int64, at: Int64)?
  var useTimestamps: Bool
  var useSack: Bool
  var fastOpenData: Int64 = 0

  // Receiving
  var peerISN: UInt32 = 0
  var rcvNxt: Int64 = 0
  var early: [(start: Int64, end: Int64)] = []
  var duplicate: (start: Int64, end: Int64)?
  var finAt: Int64?
  var unacknowledged = 0
  var quickAcks = 8
  var read: Int64 = 1
  var rightEdge: Int64 = 0
  var peerTimestamp: UInt32 = 0

  // The application
  var step = 0
  var wants: Int64 = 0
  var isOrphan = false
  var readsNoMore = false
  var failed = false
  var startedAt: Int64 = 0
  var requestedKeepalive: (idle: Int64, interval: Int64, count: Int)?

  var generations = [Int](repeating: 0, count: Timer.allCases.count)
  var ipID: UInt16
  let clock: UInt32
  var lastHeard: Int64 = 0
  var keepaliveProbes = 0
  var lastChallenge = -seconds(10)

  init(
    _ end: End, host: Host, peer: Host, stack: Stack, program: [Step], random: inout Random,
    isn: UInt32? = nil
  ) {
    self.end = end
    self.host = host
    self.peer = peer
    self.stack = stack
    self.program = program
    self.isn = isn ?? UInt32(truncatingIfNeeded: random.next())
    ipID = UInt16(truncatingIfNeeded: random.next())
    clock = UInt32(truncatingIfNeeded: random.next()) >> 1
    useTimestamps = stack.timestamps
    useSack = stack.sack
    useScale = stack.windowScale != nil
    congestionWindow = Int64(10 * stack.mss)
    if end == .server {
      state = stack.listener == .refuses ? .closed : .listen
      if stack.listener == .ignores { isAlive = false }
    }
  }

  /// Everything of a connection, for the next on the same ports.
  func forget() {
    isn &+= 0x1234_5678
    state = end == .server ? .listen : .closed
    (una, nxt, written) = (0, 0, 1)
    (rcvNxt, read, rightEdge) = (0, 1, 0)
    (finWanted, finAt, early, recovery) = (false, nil, [], nil)
    (retries, smoothed, measured, peerScale) = (0, nil, nil, 0)
    useTimestamps = stack.timestamps
    useSack = stack.sack
    useScale = stack.windowScale != nil
    failed = false
    generations = generations.map { $0 + 1 }
  }

  /// Offset of the FIN, once it is the turn of it.
  var finOffset: Int64 { written }
  var finIsSent: Bool { finWanted && nxt > written }
  var isSynchronized: Bool {
    switch state {
    case .closed, .listen, .synSent, .synReceived, .timeWait: false
    default: true
    }
  }
  var retransmissionTimeout: Int64 {
    guard let smoothed else { return min(seconds(1) << Int64(min(retries, 7)), seconds(120)) }
    let base = smoothed + max(milliseconds(200), 4 * deviation)
    return min(base << Int64(min(retries, 10)), seconds(120))
  }
  /// Data received in order and not read.
  var unread: Int64 { min(rcvNxt, finAt ?? .max) - read }

  func receiveWindow() -> Int64 {
    let free = max(0, stack.receiveBuffer - max(0, unread))
    let offered = free < Int64(min(stack.mss, Int(stack.receiveBuffer / 2))) ? 0 : free
    // The right edge is never taken back.
    rightEdge = max(rightEdge, rcvNxt + offered)
    return rightEdge - rcvNxt
  }

  func header(_ flags: TCPFlags, at offset: Int64, now: Int64) -> TCPPacket {
    var packet = TCPPacket(from: host, to: peer, flags, sequence: isn &+ UInt32(truncatingIfNeeded: offset))
    if flags.contains(.ack) { packet.acknowledgment = peerISN &+ UInt32(truncatingIfNeeded: rcvNxt) }
    let isSYN = flags.contains(.syn)
    let window = receiveWindow()
    let scale = isSYN || !useScale ? 0 : stack.windowScale ?? 0
    packet.window = UInt16(min(65_535, isSYN ? min(window, 65_535) : window >> Int64(scale)))
    if !(isSYN && flags.contains(.ack)) {
      ipID &+= 1
      packet.ipID = ipID
    }
    if isSYN {
      packet.options = [.mss(UInt16(stack.mss))]
      if useSack { packet.options.append(.sackPermitted) }
    }
    if useTimestamps {
      let value = clock &+ UInt32(truncatingIfNeeded: now / 1_000_000)
      packet.options.append(.timestamps(value: value, echo: flags.contains(.ack) ? peerTimestamp : 0))
    }
    if isSYN, useScale, let scale = stack.windowScale {
      packet.options.append(contentsOf: [.nop, .windowScale(scale)])
    }
    return packet
  }

  /// RFC 9293 §3.10.7.1: what a kernel without that socket answers.
  func bareReset(to packet: TCPPacket) -> TCPPacket? {
    guard !packet.flags.contains(.rst) else { return nil }
    var reset = TCPPacket(from: host, to: peer, .rst, sequence: packet.acknowledgment)
    if !packet.flags.contains(.ack) {
      reset.flags.insert(.ack)
      reset.sequence = 0
      var length = packet.payloadLength
      if packet.flags.contains(.syn) { length += 1 }
      if packet.flags.contains(.fin) { length += 1 }
      reset.acknowledgment = packet.sequence &+ UInt32(length)
    }
    reset.window = 0
    reset.ipID = 0
    return reset
  }
}
