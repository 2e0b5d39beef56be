package import PacketScript
package import Wire

/// What a host's TCP is set to; Linux' numbers.
package struct Stack {
  package var mss = 1460
  package var windowScale: UInt8? = 7
  package var timestamps = true
  package var sack = true
  package var receiveBuffer: Int64 = 65_536
  /// Bytes of one segment at most: above the MSS where the host leaves cutting to its card.
  package var segment: Int?
  package var synRetries = 4
  package var synAckRetries = 5
  /// Retransmissions before a connection is given up (`tcp_retries2` 15; labs set less).
  package var retries = 8
  package var orphanRetries = 7
  package var finWait2 = seconds(60)
  package var keepalive: (idle: Int64, interval: Int64, count: Int)?
  /// What a listening host does with a SYN.
  package var listener = Listener.accepts
  /// Another accept() follows a connection that was reset.
  package var listensAgain = false

  // Where other stacks differ.
  package var ttl: UInt8 = 64
  package var leastTimeout = milliseconds(200)
  /// RFC 8985.
  package var probesTail = true
  /// Data in a keepalive: none (Linux), or the last byte once more (Windows, BSD).
  package var keepaliveBytes = 0
  /// Data in a window probe: none, below SND.UNA (Linux), or the next byte (Windows, BSD).
  package var windowProbeBytes = 0
  /// A live socket's RST bears timestamps and a window as its other packets do (Linux).
  package var dressesResets = true
  /// A RST follows retransmissions that were in vain (Windows).
  package var resetsWhenGivingUp = false
  /// A RST in the name of no socket bears an identification (Linux: 0).
  package var identifiesBareResets = false

  package init() {}
}

package enum Listener {
  case accepts
  /// No socket: RST.
  case refuses
  /// Dropped without a word: a host firewall, a full SYN queue.
  case ignores
  /// The accept queue is full: SYN-ACKs are sent, and the third packet ignored.
  case overflows
}

package enum State {
  case closed, listen, synSent, synReceived, established, finWait1, finWait2, closeWait, closing, lastAck, timeWait
}

package enum Timer: Int, CaseIterable { case retransmit, delayedAck, keepalive, lifetime, application }

/// One end: a TCP and the application on it. Offsets count from the ISN: SYN 0, data from 1.
package final class Kernel {
  package let end: End
  package let host: Host
  package let peer: Host
  package let stack: Stack
  package var state = State.closed
  package var program: [Step]
  /// The host is there: else it neither hears nor speaks.
  package var isAlive = true

  // Sending
  package var isn: UInt32
  package var una: Int64 = 0
  package var nxt: Int64 = 0
  /// End of what the application wrote.
  package var written: Int64 = 1
  package var finWanted = false
  package var peerWindow: Int64 = 64_240
  package var peerScale: UInt8 = 0
  package var useScale: Bool
  package var congestionWindow: Int64
  package var threshold: Int64 = 1 << 40
  package var duplicateAcks = 0
  package var recovery: Int64?
  package var retries = 0
  package var probedTail = false
  package var persistBackoff = 0
  /// A byte beyond SND.NXT went as a window probe: it may be acknowledged.
  package var probedWithData = false
  package var smoothed: Int64?
  package var deviation: Int64 = 0
  package var measured: (end: Int64, at: Int64)?
  package var useTimestamps: Bool
  package var useSack: Bool
  package var fastOpenData: Int64 = 0

  // Receiving
  package var peerISN: UInt32 = 0
  package var rcvNxt: Int64 = 0
  package var early: [(start: Int64, end: Int64)] = []
  package var duplicate: (start: Int64, end: Int64)?
  package var finAt: Int64?
  package var unacknowledged = 0
  package var quickAcks = 8
  package var read: Int64 = 1
  package var rightEdge: Int64 = 0
  package var peerTimestamp: UInt32 = 0

  // The application
  package var step = 0
  package var wants: Int64 = 0
  package var isOrphan = false
  package var readsNoMore = false
  package var failed = false
  package var startedAt: Int64 = 0
  package var requestedKeepalive: (idle: Int64, interval: Int64, count: Int)?

  package var generations = [Int](repeating: 0, count: Timer.allCases.count)
  package var ipID: UInt16
  package let clock: UInt32
  package var lastHeard: Int64 = 0
  package var keepaliveProbes = 0
  package var lastChallenge = -seconds(10)

  package init(
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
  package func forget() {
    isn &+= 0x1234_5678
    state = end == .server ? .listen : .closed
    (una, nxt, written) = (0, 0, 1)
    (rcvNxt, read, rightEdge) = (0, 1, 0)
    (finWanted, finAt, early, recovery) = (false, nil, [], nil)
    probedWithData = false
    (retries, smoothed, measured, peerScale) = (0, nil, nil, 0)
    useTimestamps = stack.timestamps
    useSack = stack.sack
    useScale = stack.windowScale != nil
    failed = false
    generations = generations.map { $0 + 1 }
  }

  /// Offset of the FIN, once it is the turn of it.
  package var finOffset: Int64 { written }
  package var finIsSent: Bool { finWanted && nxt > written }
  package var isSynchronized: Bool {
    switch state {
    case .closed, .listen, .synSent, .synReceived, .timeWait: false
    default: true
    }
  }
  package var retransmissionTimeout: Int64 {
    guard let smoothed else { return min(seconds(1) << Int64(min(retries, 7)), seconds(120)) }
    let base = smoothed + max(stack.leastTimeout, 4 * deviation)
    return min(base << Int64(min(retries, 10)), seconds(120))
  }
  /// Data received in order and not read.
  package var unread: Int64 { min(rcvNxt, finAt ?? .max) - read }

  package func receiveWindow() -> Int64 {
    let free = max(0, stack.receiveBuffer - max(0, unread))
    let offered = free < Int64(min(stack.mss, Int(stack.receiveBuffer / 2))) ? 0 : free
    // The right edge is never taken back.
    rightEdge = max(rightEdge, rcvNxt + offered)
    return rightEdge - rcvNxt
  }

  package func header(_ flags: TCPFlags, at offset: Int64, now: Int64) -> TCPPacket {
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
  package func bareReset(to packet: TCPPacket) -> TCPPacket? {
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
    if stack.identifiesBareResets {
      ipID &+= 1
      reset.ipID = ipID
    }
    return reset
  }
}
