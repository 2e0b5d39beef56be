import PacketScript
import Wire

/// One connection: two kernels, the path between them, and what a capture on it sees. Time begins at 0.
final class Simulation {
  private enum Happening {
    case travel(Parcel, from: End, station: Int, lostBefore: Int)
    case timer(End, Timer, generation: Int)
  }
  private struct Event {
    var time: Int64
    var number: Int
    var what: Happening
  }

  private(set) var now: Int64 = 0
  let client: Kernel
  let server: Kernel
  let path: Path
  private var random: Random
  private var events: [Event] = []
  private var number = 0
  private var free: [Int64] = [0, 0]
  /// What the capture has, and what was said of it.
  private(set) var captured: [(time: Int64, parcel: Parcel)] = []
  private(set) var record = WireRecord()

  init(client: Kernel, server: Kernel, path: Path, random: Random) {
    self.client = client
    self.server = server
    self.path = path
    self.random = random
  }

  func kernel(_ end: End) -> Kernel { end == .client ? client : server }

  /// Until nothing happens any more, or `limit`.
  func run(until limit: Int64) {
    client.start(self)
    server.start(self)
    while let event = pop(), event.time <= limit {
      now = event.time
      switch event.what {
      case .travel(let parcel, let from, let station, let lost): travel(parcel, from, station, lost)
      case .timer(let end, let timer, let generation): fire(kernel(end), timer, generation)
      }
    }
  }

  private func fire(_ kernel: Kernel, _ timer: Timer, _ generation: Int) {
    guard kernel.generations[timer.rawValue] == generation else { return }
    guard kernel.isAlive || timer == .application else { return }
    switch timer {
    case .retransmit: kernel.retransmitTimeout(self)
    case .delayedAck: if kernel.unacknowledged > 0 { kernel.sendAck(self) }
    case .keepalive: kernel.keepaliveTimeout(self)
    case .lifetime: kernel.state = .closed
    case .application: kernel.run(self)
    }
  }

  func arm(_ timer: Timer, of kernel: Kernel, after delay: Int64) {
    kernel.generations[timer.rawValue] += 1
    push(now + delay, .timer(kernel.end, timer, generation: kernel.generations[timer.rawValue]))
  }

  /// The application looks at its socket again, unless it sleeps.
  func wake(_ kernel: Kernel) {
    guard kernel.step < kernel.program.count else { return }
    if case .wait = kernel.program[kernel.step], !kernel.failed { return }
    if case .until = kernel.program[kernel.step], !kernel.failed { return }
    arm(.application, of: kernel, after: Kernel.reaction)
  }

  func note(abortOf kernel: Kernel) {
    if record.aborted == nil { record.aborted = (kernel.end, now) }
  }

  // MARK: The path

  func send(_ packet: TCPPacket, from end: End) {
    guard kernel(end).isAlive else { return }
    var start = max(now, free[end.rawValue]) + Int64(packet.ipLength) * path.perByte
    free[end.rawValue] = start
    let isLost = random.chance(path.loss)
    let lostBefore = isLost ? random.below(3) : .max
    if random.chance(path.reordering) { start += path.oneWay / 3 + milliseconds(2) }
    launch(.tcp(packet), from: end, at: start, lostBefore: lostBefore)
    if random.chance(path.duplication) {
      launch(.tcp(packet), from: end, at: start + 150_000, lostBefore: .max)
    }
  }

  private func launch(_ parcel: Parcel, from end: End, at start: Int64, lostBefore: Int) {
    let first = path.stations(from: end)[0]
    push(start + first.after, .travel(parcel, from: end, station: 0, lostBefore: lostBefore))
  }

  private func travel(_ parcel: Parcel, _ from: End, _ place: Int, _ lostBefore: Int) {
    guard place < lostBefore else { return }
    let stations = path.stations(from: from)
    switch stations[place].station {
    case .capture: capture(parcel, from: from)
    case .middlebox: guard meet(parcel, from) else { return }
    case .end:
      if case .tcp(let packet) = parcel {
        kernel(from.other).receive(packet, self)
      } else if kernel(from.other).state == .synSent {
        // An unreachable fails a connection attempt at once (tcp_v4_err).
        kernel(from.other).state = .closed
        kernel(from.other).failed = true
      }
      return
    }
    push(now + stations[place + 1].after, .travel(parcel, from: from, station: place + 1, lostBefore: lostBefore))
  }

  /// Whether the middlebox lets it pass.
  private func meet(_ parcel: Parcel, _ from: End) -> Bool {
    guard let policy = path.policy, case .tcp(let packet) = parcel else { return true }
    switch policy(Passage(packet: packet, from: from, now: now)) {
    case .pass: return true
    case .drop: return false
    case .inject(let parcels, let passes):
      for (end, parcel) in parcels {
        let place = path.stations(from: end.other).firstIndex { $0.station == .middlebox } ?? 0
        let next = path.stations(from: end.other)[place + 1]
        push(now + next.after + 20_000, .travel(parcel, from: end.other, station: place + 1, lostBefore: .max))
      }
      return passes
    }
  }

  private func capture(_ parcel: Parcel, from end: End) {
    if let only = path.onlyFrom, only != end { return }
    switch parcel {
    case .icmp(var error):
      error.source.mac = mac(of: end)
      captured.append((now, .icmp(error)))
    case .tcp(var packet):
      record.see(packet, from: end, at: now, isn: kernel(end).isn, peerISN: kernel(end.other).isn)
      if random.chance(path.captureLoss) {
        record.lostByCapture += 1
        return
      }
      packet.source.ttl = path.ttl(packet.source.ttl, from: end)
      packet.source.mac = mac(of: end)
      packet.destination.mac = mac(of: end.other)
      captured.append((now, .tcp(packet)))
      if path.captureDuplicates { captured.append((now + 3000, .tcp(packet))) }
    }
  }

  private func mac(of end: End) -> UInt64 { end == .client ? 0x0200_0000_0c01 : 0x0200_0000_0502 }

  // MARK: The heap

  private func push(_ time: Int64, _ what: Happening) {
    number += 1
    events.append(Event(time: time, number: number, what: what))
    var place = events.count - 1
    while place > 0, precedes(events[place], events[(place - 1) / 2]) {
      events.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  private func pop() -> Event? {
    guard let first = events.first else { return nil }
    let last = events.removeLast()
    guard !events.isEmpty else { return first }
    events[0] = last
    var place = 0
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2] where child < events.count && precedes(events[child], events[least]) {
        least = child
      }
      if least == place { return first }
      events.swapAt(place, least)
      place = least
    }
  }

  private func precedes(_ left: Event, _ right: Event) -> Bool {
    left.time != right.time ? left.time < right.time : left.number < right.number
  }
}
