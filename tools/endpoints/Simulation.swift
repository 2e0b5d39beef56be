package import PacketScript
import Wire

/// A packet's way, or the part of it from a device on. Distances from the sender, ns.
package struct Flight {
  package var parcel: Parcel
  package var from: End
  /// When it was at `begins`.
  package var time: Int64
  package var begins: Int64 = 0
  /// Where it was lost or kept; beyond the path where it arrived.
  package var ends = Int64.max
}

/// One connection: two kernels, the path between them, and what a capture on it sees. Time begins at 0.
package final class Simulation {
  private enum Happening {
    case travel(Parcel, from: End, flight: Int, station: Int, lostBefore: Int)
    case timer(End, Timer, generation: Int)
  }
  private struct Event {
    var time: Int64
    var number: Int
    var what: Happening
  }

  package private(set) var now: Int64 = 0
  package let client: Kernel
  package let server: Kernel
  package let path: Path
  private var random: Random
  private var events: [Event] = []
  private var number = 0
  private var free: [Int64] = [0, 0]
  /// What the capture has, and what was said of it.
  package private(set) var captured: [(time: Int64, parcel: Parcel)] = []
  package private(set) var record = WireRecord()
  /// Everything that was on the way, for a capture at any place.
  package private(set) var flights: [Flight] = []

  package init(client: Kernel, server: Kernel, path: Path, random: Random) {
    self.client = client
    self.server = server
    self.path = path
    self.random = random
  }

  package func kernel(_ end: End) -> Kernel { end == .client ? client : server }

  /// Until nothing happens any more, or `limit`.
  package func run(until limit: Int64) {
    client.start(self)
    server.start(self)
    while let event = pop(), event.time <= limit {
      now = event.time
      switch event.what {
      case .travel(let parcel, let from, let flight, let station, let lost):
        travel(parcel, from, flight, station, lost)
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

  package func arm(_ timer: Timer, of kernel: Kernel, after delay: Int64) {
    kernel.generations[timer.rawValue] += 1
    push(now + delay, .timer(kernel.end, timer, generation: kernel.generations[timer.rawValue]))
  }

  /// The application looks at its socket again, unless it sleeps.
  package func wake(_ kernel: Kernel) {
    guard kernel.step < kernel.program.count else { return }
    if case .wait = kernel.program[kernel.step], !kernel.failed { return }
    if case .until = kernel.program[kernel.step], !kernel.failed { return }
    arm(.application, of: kernel, after: Kernel.reaction)
  }

  package func note(abortOf kernel: Kernel) {
    if record.aborted == nil { record.aborted = (kernel.end, now) }
  }

  // MARK: The path

  package func send(_ packet: TCPPacket, from end: End) {
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
    flights.append(Flight(parcel: parcel, from: end, time: start))
    push(
      start + first.after,
      .travel(parcel, from: end, flight: flights.count - 1, station: 0, lostBefore: lostBefore))
  }

  private func travel(_ parcel: Parcel, _ from: End, _ flight: Int, _ place: Int, _ lostBefore: Int) {
    let stations = path.stations(from: from)
    let distance = now - flights[flight].time + flights[flight].begins
    guard place < lostBefore else {
      flights[flight].ends = distance
      return
    }
    switch stations[place].station {
    case .capture: capture(parcel, from: from)
    case .middlebox:
      guard meet(parcel, from, at: place) else {
        flights[flight].ends = distance
        return
      }
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
    push(
      now + stations[place + 1].after,
      .travel(parcel, from: from, flight: flight, station: place + 1, lostBefore: lostBefore))
  }

  /// Whether the middlebox lets it pass.
  private func meet(_ parcel: Parcel, _ from: End, at place: Int) -> Bool {
    guard let policy = path.policy, case .tcp(let packet) = parcel else { return true }
    switch policy(Passage(packet: packet, from: from, now: now)) {
    case .pass: return true
    case .drop: return false
    case .hold(let time):
      relaunch(parcel, from: from, station: place, after: time)
      return false
    case .inject(let parcels, let passes):
      for (end, parcel) in parcels {
        let place = path.stations(from: end.other).firstIndex { $0.station == .middlebox } ?? 0
        relaunch(parcel, from: end.other, station: place, after: 20_000)
      }
      return passes
    }
  }

  /// From the middlebox on, which is that station.
  private func relaunch(_ parcel: Parcel, from end: End, station: Int, after time: Int64) {
    let begins = end == .client ? path.middlebox : path.oneWay - path.middlebox
    flights.append(Flight(parcel: parcel, from: end, time: now + time, begins: begins))
    push(
      now + path.stations(from: end)[station + 1].after + time,
      .travel(parcel, from: end, flight: flights.count - 1, station: station + 1, lostBefore: .max))
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
