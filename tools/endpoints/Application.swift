import Wire

/// What a program does with its socket, in order.
package enum Step {
  /// A connection is begun; data of that many bytes go with the SYN (RFC 7413).
  case connect
  case connectFast(Int64)
  /// Until a listening socket has its connection.
  case accept
  case wait(Int64)
  /// Until that time after the connection began.
  case until(Int64)
  case write(Int64)
  /// So many bytes more; what comes beyond stays unread.
  case read(Int64)
  case readToEnd
  /// Whatever comes until that time after the connection began.
  case readUntil(Int64)
  /// Only until it is there, unread.
  case await(Int64)
  case shutdown
  case close
  /// close() with SO_LINGER 0.
  case abort
  /// The host is gone: power, cable, kernel.
  case die
  /// The host comes up again without its sockets.
  case reboot
  /// The same ports once more, after a reboot.
  case reconnect
  case keepalive(idle: Int64, interval: Int64, count: Int)
  /// Both ends at once (RFC 9293 §3.5, figure 8).
  case connectToo
}

extension Kernel {
  /// Time between an event and what a program does about it, ns.
  package static let reaction = 60_000 as Int64

  package func start(_ net: Simulation) {
    if !program.isEmpty { net.arm(.application, of: self, after: 0) }
  }

  /// Goes on with the program as far as it can.
  package func run(_ net: Simulation) {
    if failed {
      // A program that gets an error closes and ends.
      step = program.count
      return
    }
    while step < program.count {
      guard perform(program[step], net) else { return }
      step += 1
      wants = 0
    }
  }

  /// Whether it is done.
  private func perform(_ action: Step, _ net: Simulation) -> Bool {
    switch action {
    case .connect, .connectFast, .connectToo: return connect(action, net)
    case .accept: return isSynchronized
    case .wait(let time):
      if wants == 0 {
        wants = net.now + time
        net.arm(.application, of: self, after: time)
      }
      return net.now >= wants
    case .until(let time):
      if net.now < time { net.arm(.application, of: self, after: time - net.now) }
      return net.now >= time
    case .write(let count):
      written += count
      pump(net)
    case .read(let count):
      guard isSynchronized || rcvNxt > 1 else { return false }
      if wants == 0 { wants = read + count }
      consume(to: wants, net)
      return read >= wants || (finAt.map { read >= $0 } ?? false)
    case .await(let count):
      return rcvNxt - read >= count
    case .readToEnd:
      consume(to: .max, net)
      return finAt.map { read >= $0 && rcvNxt > $0 } ?? false
    case .readUntil(let time):
      if net.now < time { net.arm(.application, of: self, after: time - net.now) }
      consume(to: .max, net)
      return net.now >= time
    case .shutdown: shutdown(net)
    case .close: close(net)
    case .abort: abort(net)
    case .die: isAlive = false
    case .reboot:
      isAlive = true
      state = .closed
      generations = generations.map { $0 + 1 }
    case .reconnect:
      if wants == 0 {
        forget()
        wants = 1
      }
      return connect(action, net)
    case .keepalive(let idle, let interval, let count):
      requestedKeepalive = (idle, interval, count)
      if isSynchronized { net.arm(.keepalive, of: self, after: idle) }
    }
    return true
  }

  private func connect(_ action: Step, _ net: Simulation) -> Bool {
    if state == .closed || state == .listen {
      guard !failed else { return false }
      state = .synSent
      startedAt = net.now
      if case .connectFast(let count) = action {
        fastOpenData = count
        written += count
      }
      sendSYN(net)
    }
    return isSynchronized
  }

  private func consume(to limit: Int64, _ net: Simulation) {
    let available = min(limit, min(rcvNxt, finAt ?? .max))
    guard available > read else { return }
    let offered = rightEdge - rcvNxt
    read = available
    // A window that opens is announced (Linux: when it grew to twice what was left).
    let free = max(0, stack.receiveBuffer - max(0, unread))
    let least = Int64(min(stack.mss, Int(stack.receiveBuffer / 2)))
    if finAt == nil, offered < 2 * least, free >= max(2 * least, 2 * offered), isSynchronized { sendAck(net) }
  }

  private func shutdown(_ net: Simulation) {
    switch state {
    case .established: state = .finWait1
    case .closeWait: state = .lastAck
    default: return
    }
    finWanted = true
    pump(net)
  }

  private func close(_ net: Simulation) {
    if unread > 0 { return abort(net) }
    isOrphan = true
    readsNoMore = true
    switch state {
    case .synSent: state = .closed
    case .finWait2: net.arm(.lifetime, of: self, after: stack.finWait2)
    default: shutdown(net)
    }
  }
}
