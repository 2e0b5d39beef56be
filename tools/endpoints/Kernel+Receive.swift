package import PacketScript
import Wire

extension Kernel {
  package func receive(_ packet: TCPPacket, _ net: Simulation) {
    guard isAlive else { return }
    switch state {
    case .closed:
      if let reset = bareReset(to: packet) { net.send(reset, from: end) }
    case .listen:
      receiveListening(packet, net)
    case .synSent:
      receiveSynSent(packet, net)
    default:
      receiveSynchronized(packet, net)
    }
    net.wake(self)
  }

  private func learn(_ syn: TCPPacket) {
    peerISN = syn.sequence
    rcvNxt = 1
    rightEdge = 1
    var scale: UInt8?
    var timestamps = false
    var sack = false
    for option in syn.options {
      switch option {
      case .windowScale(let shift): scale = shift
      case .timestamps(let value, _):
        timestamps = true
        peerTimestamp = value
      case .sackPermitted: sack = true
      default: break
      }
    }
    useScale = useScale && scale != nil
    peerScale = useScale ? scale ?? 0 : 0
    useTimestamps = useTimestamps && timestamps
    useSack = useSack && sack
    peerWindow = Int64(syn.window)
  }

  private func receiveListening(_ packet: TCPPacket, _ net: Simulation) {
    guard !packet.flags.contains(.rst) else { return }
    guard packet.flags.contains(.syn), !packet.flags.contains(.ack) else {
      if let reset = bareReset(to: packet) { net.send(reset, from: end) }
      return
    }
    learn(packet)
    rcvNxt += Int64(packet.payloadLength)
    state = .synReceived
    retries = 0
    sendSYN(net)
  }

  private func receiveSynSent(_ packet: TCPPacket, _ net: Simulation) {
    let acknowledged = Int64(Int32(bitPattern: packet.acknowledgment &- isn))
    let isAcknowledged = packet.flags.contains(.ack) && acknowledged >= 1 && acknowledged <= nxt
    if packet.flags.contains(.rst) {
      if isAcknowledged {
        state = .closed
        failed = true
      }
      return
    }
    if packet.flags.contains(.ack), !isAcknowledged {
      // RFC 9293 §3.5.1: the other end has a connection that this one does not know.
      if let reset = bareReset(to: packet) { net.send(reset, from: end) }
      return
    }
    guard packet.flags.contains(.syn) else { return }
    learn(packet)
    if isAcknowledged {
      una = acknowledged
      if retries == 0 { sample(net.now - startedAt) }
      establish(net)
      // Data of the SYN that was not taken goes again.
      if acknowledged == 1 { nxt = 1 }
      sendAck(net)
      pump(net)
    } else {
      state = .synReceived
      sendSYN(net)
    }
  }

  package func establish(_ net: Simulation) {
    state = .established
    una = max(una, 1)
    retries = 0
    generations[Timer.retransmit.rawValue] += 1
    lastHeard = net.now
    if let keepalive = stack.keepalive ?? requestedKeepalive {
      net.arm(.keepalive, of: self, after: keepalive.idle)
    }
  }

  private func receiveSynchronized(_ packet: TCPPacket, _ net: Simulation) {
    let start = rcvNxt + Int64(Int32(bitPattern: packet.sequence &- peerISN &- UInt32(truncatingIfNeeded: rcvNxt)))
    if packet.flags.contains(.rst) { return receiveReset(at: start, net) }
    if packet.flags.contains(.syn) { return receiveSYN(packet, net) }
    if state == .synReceived, stack.listener == .overflows { return }
    guard packet.flags.contains(.ack) else { return }
    lastHeard = net.now
    keepaliveProbes = 0
    if state == .synReceived { establish(net) }
    acknowledge(packet, net)
    guard state != .closed else { return }
    receiveText(packet, at: start, net)
  }

  private func receiveReset(at start: Int64, _ net: Simulation) {
    if start == rcvNxt {
      let wasOpen = state != .timeWait
      state = state == .synReceived && end == .server ? .listen : .closed
      failed = wasOpen
      generations = generations.map { $0 + 1 }
      if stack.listensAgain, state == .closed {
        forget()
        step = 0
        wants = 0
      }
    } else if start > rcvNxt, start < rightEdge {
      challenge(net)
    }
  }

  private func receiveSYN(_ packet: TCPPacket, _ net: Simulation) {
    guard state == .synReceived else { return challenge(net) }
    if packet.flags.contains(.ack) {
      // Simultaneous open: the other's SYN-ACK completes it.
      una = max(una, 1)
      establish(net)
      sendAck(net)
      pump(net)
    } else {
      net.send(header([.syn, .ack], at: 0, now: net.now), from: end)
    }
  }

  private func sample(_ time: Int64) {
    guard let known = smoothed else {
      smoothed = time
      deviation = time / 2
      return
    }
    deviation += (abs(known - time) - deviation) / 4
    smoothed = known + (time - known) / 8
  }

  private func acknowledge(_ packet: TCPPacket, _ net: Simulation) {
    let position = una + Int64(Int32(bitPattern: packet.acknowledgment &- isn &- UInt32(truncatingIfNeeded: una)))
    if probedWithData, position == nxt + 1 {
      nxt = position
      probedWithData = false
    }
    guard position <= nxt else { return }
    let opened = peerWindow == 0 && packet.window > 0
    let sameWindow = peerWindow == Int64(packet.window) << Int64(peerScale)
    if position >= una { peerWindow = Int64(packet.window) << Int64(peerScale) }
    if position > una {
      advance(to: position, net)
    } else if position == una, una < nxt, packet.payloadLength == 0, sameWindow, !packet.flags.contains(.fin) {
      duplicateAcks += 1
      if duplicateAcks == 3, recovery == nil {
        recovery = nxt
        threshold = max(2 * Int64(stack.mss), (nxt - una) / 2)
        congestionWindow = threshold
        retransmitOldest(net)
        armRetransmission(net)
      }
    }
    if opened { persistBackoff = 0 }
    pump(net)
  }

  private func advance(to position: Int64, _ net: Simulation) {
    if let measured, position >= measured.end {
      sample(net.now - measured.at)
      self.measured = nil
    }
    let mss = Int64(stack.mss)
    congestionWindow += congestionWindow < threshold ? min(position - una, 2 * mss) : mss * mss / congestionWindow + 1
    una = position
    retries = 0
    duplicateAcks = 0
    probedTail = false
    if let point = recovery {
      if una >= point {
        recovery = nil
        congestionWindow = max(congestionWindow, threshold)
      } else {
        retransmitOldest(net)
      }
    }
    if finIsSent, una > written { finAcknowledged(net) }
    armRetransmission(net)
  }

  private func finAcknowledged(_ net: Simulation) {
    switch state {
    case .finWait1:
      state = .finWait2
      if isOrphan { net.arm(.lifetime, of: self, after: stack.finWait2) }
    case .closing:
      state = .timeWait
      net.arm(.lifetime, of: self, after: seconds(60))
    case .lastAck:
      state = .closed
    default: break
    }
  }

  private func receiveText(_ packet: TCPPacket, at start: Int64, _ net: Simulation) {
    let stop = start + Int64(packet.payloadLength)
    let hasFIN = packet.flags.contains(.fin)
    if case .timestamps(let value, _)? = packet.options.first(where: {
      if case .timestamps = $0 { true } else { false }
    }
    ), start <= rcvNxt {
      peerTimestamp = value
    }
    if packet.payloadLength > 0, stop > rcvNxt, readsNoMore, finAt == nil {
      // Nobody will ever read it (RFC 1122 §4.2.2.13): a kernel's RST for a packet that it cannot take.
      if let reset = bareReset(to: packet) { net.send(reset, from: end) }
      net.note(abortOf: self)
      state = .closed
      generations = generations.map { $0 + 1 }
      return
    }
    if packet.payloadLength == 0, !hasFIN {
      // Below RCV.NXT: a keepalive or a window probe, answered at once.
      if start < rcvNxt { sendAck(net) }
      return
    }
    if stop + (hasFIN ? 1 : 0) <= rcvNxt {
      if packet.payloadLength > 0 { duplicate = (start, stop) }
      return sendAck(net)
    }
    if packet.payloadLength > 0, start >= max(rightEdge, rcvNxt + receiveWindow()) { return sendAck(net) }
    let wasWhole = early.isEmpty
    if hasFIN { finAt = stop }
    if start > rcvNxt {
      insert(start, stop)
      return sendAck(net)
    }
    rcvNxt = max(rcvNxt, stop)
    while let first = early.first, first.start <= rcvNxt {
      rcvNxt = max(rcvNxt, first.end)
      early.removeFirst()
    }
    if let finAt, rcvNxt == finAt {
      rcvNxt += 1
      finReceived(net)
      return sendAck(net)
    }
    unacknowledged += max(1, packet.payloadLength / stack.mss)
    if !wasWhole || unacknowledged >= 2 || quickAcks > 0 {
      quickAcks = max(0, quickAcks - 1)
      sendAck(net)
    } else {
      net.arm(.delayedAck, of: self, after: milliseconds(40))
    }
  }

  private func insert(_ start: Int64, _ stop: Int64) {
    guard stop > start else { return }
    var merged = (start: start, end: stop)
    early = early.filter {
      guard $0.start <= merged.end, merged.start <= $0.end else { return true }
      merged = (min($0.start, merged.start), max($0.end, merged.end))
      return false
    }
    early.append(merged)
    early.sort { $0.start < $1.start }
  }

  private func finReceived(_ net: Simulation) {
    switch state {
    case .established: state = .closeWait
    case .finWait1: state = .closing
    case .finWait2:
      state = .timeWait
      net.arm(.lifetime, of: self, after: seconds(60))
    default: break
    }
  }
}
