import PacketScript
import Wire

extension Kernel {
  package func sendAck(_ net: Simulation) {
    var ack = header(.ack, at: nxt, now: net.now)
    if useSack, !early.isEmpty || duplicate != nil {
      var blocks: [SequenceRange] = []
      if let duplicate { blocks.append(block(duplicate)) }
      blocks += early.reversed().map(block)
      ack.options.append(contentsOf: [.nop, .nop, .sack(Array(blocks.prefix(useTimestamps ? 3 : 4)))])
    }
    duplicate = nil
    hasAcknowledged()
    net.send(ack, from: end)
  }

  private func block(_ range: (start: Int64, end: Int64)) -> SequenceRange {
    SequenceRange(
      peerISN &+ UInt32(truncatingIfNeeded: range.start), peerISN &+ UInt32(truncatingIfNeeded: range.end))
  }

  /// RFC 5961 §7: no more than one in 500 ms (Linux, `tcp_invalid_ratelimit`).
  package func challenge(_ net: Simulation) {
    guard net.now - lastChallenge >= milliseconds(500) else { return }
    lastChallenge = net.now
    sendAck(net)
  }

  private func hasAcknowledged() {
    unacknowledged = 0
    generations[Timer.delayedAck.rawValue] += 1
  }

  package func sendSYN(_ net: Simulation) {
    var syn = header(state == .synReceived ? [.syn, .ack] : .syn, at: 0, now: net.now)
    if state == .synSent, fastOpenData > 0 {
      syn.options.append(.fastOpen(cookie: [1, 2, 3, 4, 5, 6, 7, 8]))
      if retries == 0 { syn.payloadLength = Int(fastOpenData) }
    }
    nxt = max(nxt, 1 + Int64(syn.payloadLength))
    net.send(syn, from: end)
    net.arm(.retransmit, of: self, after: seconds(1) << Int64(retries))
  }

  /// Sends what the windows allow.
  package func pump(_ net: Simulation) {
    switch state {
    case .established, .closeWait, .finWait1, .closing, .lastAck: break
    default: return
    }
    let allowed = min(congestionWindow, peerWindow)
    var sentAny = false
    while nxt < written, nxt - una < allowed {
      let size = min(written - nxt, Int64(stack.segment ?? stack.mss), allowed - (nxt - una))
      // Silly windows are waited out, unless nothing is under way.
      if size < Int64(stack.mss), size < written - nxt, nxt > una { break }
      transmit(from: nxt, length: size, net)
      sentAny = true
    }
    if finWanted, nxt == written, !finIsSent {
      transmit(from: nxt, length: 0, net)
      sentAny = true
    }
    if sentAny {
      armRetransmission(net)
    } else if nxt == una, nxt < written, peerWindow == 0 {
      net.arm(.retransmit, of: self, after: persistDelay)
    }
  }

  private var persistDelay: Int64 {
    min(max(milliseconds(200), retransmissionTimeout) << Int64(min(persistBackoff, 9)), seconds(120))
  }

  /// One segment at `start`; the FIN goes with the last data.
  package func transmit(from start: Int64, length: Int64, _ net: Simulation) {
    var packet = header(.ack, at: start, now: net.now)
    packet.payloadLength = Int(length)
    let isLast = start + length == written
    if length > 0, isLast { packet.flags.insert(.psh) }
    var reach = start + length
    if isLast, finWanted {
      packet.flags.insert(.fin)
      reach += 1
    }
    if reach > nxt {
      nxt = reach
      if measured == nil { measured = (reach, net.now) }
    } else {
      measured = nil
    }
    hasAcknowledged()
    net.send(packet, from: end)
  }

  package func armRetransmission(_ net: Simulation) {
    guard una < nxt else {
      generations[Timer.retransmit.rawValue] += 1
      return
    }
    var delay = retransmissionTimeout
    if canProbeTail, let smoothed {
      let alone = nxt - una <= Int64(stack.mss)
      delay = min(delay, max(milliseconds(10), 2 * smoothed + (alone ? milliseconds(200) : milliseconds(2))))
    }
    net.arm(.retransmit, of: self, after: delay)
  }

  /// RFC 8985 §7.
  private var canProbeTail: Bool {
    stack.probesTail && !probedTail && retries == 0 && recovery == nil && useSack && smoothed != nil && peerWindow > 0
      && isSynchronized
  }

  package func retransmitTimeout(_ net: Simulation) {
    switch state {
    case .synSent, .synReceived:
      retries += 1
      guard retries <= (state == .synSent ? stack.synRetries : stack.synAckRetries) else {
        state = state == .synSent ? .closed : .listen
        failed = true
        return
      }
      sendSYN(net)
    case .closed, .listen, .timeWait, .finWait2:
      return
    default:
      if una == nxt { return probeWindow(net) }
      if canProbeTail {
        probedTail = true
        let size = min(Int64(stack.mss), max(0, min(nxt, written) - una))
        transmit(from: min(nxt, written) - size, length: size, net)
        return net.arm(.retransmit, of: self, after: retransmissionTimeout)
      }
      retries += 1
      guard retries <= (isOrphan ? stack.orphanRetries : stack.retries) else { return die(net) }
      threshold = max(2 * Int64(stack.mss), (nxt - una) / 2)
      congestionWindow = Int64(stack.mss)
      recovery = nxt
      retransmitOldest(net)
      net.arm(.retransmit, of: self, after: retransmissionTimeout)
    }
  }

  package func retransmitOldest(_ net: Simulation) {
    transmit(from: una, length: min(Int64(stack.mss), max(0, min(nxt, written) - una)), net)
  }

  /// An empty segment just below SND.UNA, or a byte that the window has no room for.
  private func probeWindow(_ net: Simulation) {
    guard nxt < written, peerWindow == 0 else { return }
    var probe = header(.ack, at: una - 1, now: net.now)
    if stack.windowProbeBytes > 0 {
      probe.sequence &+= 1
      probe.payloadLength = stack.windowProbeBytes
      probedWithData = true
    }
    net.send(probe, from: end)
    persistBackoff += 1
    net.arm(.retransmit, of: self, after: persistDelay)
  }

  /// Retransmissions used up: the kernel forgets the connection, most without a word.
  private func die(_ net: Simulation) {
    if stack.resetsWhenGivingUp { net.send(activeReset(net), from: end) }
    state = .closed
    failed = true
    net.wake(self)
  }

  private func activeReset(_ net: Simulation) -> TCPPacket {
    var reset = header([.rst, .ack], at: nxt, now: net.now)
    if !stack.dressesResets {
      reset.options = []
      reset.window = 0
    }
    return reset
  }

  /// RST+ACK of a live socket (tcp_send_active_reset); the send queue is thrown away.
  package func abort(_ net: Simulation) {
    switch state {
    case .closed, .listen, .timeWait:
      break
    case .synSent:
      state = .closed
    default:
      net.send(activeReset(net), from: end)
      net.note(abortOf: self)
    }
    state = .closed
    generations = generations.map { $0 + 1 }
  }

  package func keepaliveTimeout(_ net: Simulation) {
    guard let keepalive = stack.keepalive ?? requestedKeepalive, isSynchronized else { return }
    // What is under way is repeated as it is.
    guard una == nxt else { return net.arm(.keepalive, of: self, after: keepalive.idle) }
    let idle = net.now - lastHeard
    if idle < keepalive.idle {
      return net.arm(.keepalive, of: self, after: keepalive.idle - idle)
    }
    if keepaliveProbes >= keepalive.count {
      // tcp_keepalive_timer: a RST, in case somebody listens.
      abort(net)
      failed = true
      return net.wake(self)
    }
    keepaliveProbes += 1
    var probe = header(.ack, at: nxt - 1, now: net.now)
    probe.payloadLength = stack.keepaliveBytes
    net.send(probe, from: end)
    net.arm(.keepalive, of: self, after: keepalive.interval)
  }
}
