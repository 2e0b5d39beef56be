import Endpoints
import PacketScript
import Wire

/// What the capture as a whole suffers from (section 5 of the catalogue).
enum CaptureFault: String, CaseIterable {
  case none, loss
  case oneSided = "one-sided"
  case duplicated, clock, cut

  var expected: String {
    switch self {
    case .none: "-"
    case .loss: "capture-loss/warning/any/any"
    case .oneSided: "capture-one-sided/note/any/any"
    case .duplicated: "capture-duplicated/note/any/any"
    case .clock: "capture-clock/note/any/any"
    case .cut: "capture-cut/warning/any/any"
    }
  }
}

/// One simulated connection (or incarnation of one) in the capture.
struct Happened {
  var scenario: String
  var setting: Setting
  var packets: [(time: Int64, parcel: Parcel)]
  var expected: [Expected]
  /// Until when it was watched after its begin, and whether that is the end of the recording.
  var watched: Int64
  var endsWithCapture: Bool
  var start: Int64 = 0
  var incarnation = 1
}

/// Many connections beside each other.
struct Traffic {
  var random: Random
  var fault = CaptureFault.none
  /// The share of connections over IPv6.
  var ipv6 = 0.25
  private(set) var connections: [Happened] = []
  private var number = 0

  init(seed: UInt64) { random = Random(seed: seed) }

  /// - Parameter only: the name of one scenario; nil is all, healthy ones alone where the capture itself is faulty.
  mutating func simulate(_ count: Int, only: String?) {
    var scenarios = Healthy.scenarios
    if fault == .none { scenarios += Closing.scenarios + Truncation.scenarios + Silence.scenarios }
    if let only { scenarios = scenarios.filter { $0.name == only } }
    let lots = scenarios.flatMap { [Scenario](repeating: $0, count: $0.weight) }
    guard !lots.isEmpty else { return }
    // Each at least once in every place, then by lot.
    var made = 0
    for scenario in scenarios {
      for place in Place.allCases where made < count {
        if add(scenario, at: place) { made += 1 }
      }
    }
    while made < count {
      if add(random.pick(lots), at: random.pick(Place.allCases)) { made += 1 }
    }
  }

  /// Whether that scenario shows anything there.
  private mutating func add(_ scenario: Scenario, at place: Place) -> Bool {
    let setting = setting(scenario, at: place)
    guard var plan = scenario.plan(setting, &random) else { return false }
    applyFault(to: &plan.path)
    if fault != .none { plan.skipped = 0 }
    let limit = plan.limit
    var first = run(scenario, setting, plan, isn: plan.isn)
    let later = plan.reincarnates ? secondLife(of: &first) : nil
    connections.append(first)
    if let later { connections.append(later) }
    if let pause = plan.reuse, let end = first.packets.last?.time {
      // RFC 6191: a later ISN and a later clock.
      var next = run(scenario, setting, plan, isn: 0x4000_0000 &+ UInt32(truncatingIfNeeded: random.next()) >> 2)
      next.incarnation = 2
      next.start = end + pause
      next.watched = limit
      connections.append(next)
    }
    return true
  }

  /// Takes what belongs to the second incarnation out of the first.
  private func secondLife(of first: inout Happened) -> Happened? {
    let begin = first.packets.lastIndex {
      guard case .tcp(let packet) = $0.parcel else { return false }
      return packet.flags.contains(.syn) && !packet.flags.contains(.ack)
    }
    guard let begin else { return nil }
    var second = first
    second.packets = Array(first.packets[begin...])
    second.expected = []
    second.incarnation = 2
    first.packets.removeSubrange(begin...)
    return second
  }

  private mutating func applyFault(to path: inout Path) {
    switch fault {
    case .loss: path.captureLoss = 0.01
    case .oneSided: path.onlyFrom = random.pick([.client, .server])
    case .duplicated: path.captureDuplicates = true
    case .none, .clock, .cut: break
    }
  }

  private mutating func setting(_ scenario: Scenario, at place: Place) -> Setting {
    number += 1
    let near = scenario.needsDistance || place == .between
    let roundTrip = milliseconds(random.pick(near ? [8, 40, 120] : [0.3, 8, 40, 120]) * (0.9 + 0.2 * random.unit()))
    let isSix = random.chance(ipv6)
    let zoneOfPlace = UInt32(place == .client ? 1 : place == .between ? 2 : 3)
    // Few servers, each always as far away; many clients.
    let far: UInt32 = roundTrip < milliseconds(1) ? 0 : roundTrip < milliseconds(20) ? 1 : 2
    let server = UInt32(1 + random.below(8))
    let client = UInt32(number)
    let port = UInt16(random.pick([80, 443, 2181, 5432, 8080]))
    let clientPort = UInt16(32_768 + random.below(28_000))
    func host(_ group: UInt32, _ number: UInt32, _ port: UInt16) -> Host {
      let zone = group << 4 | zoneOfPlace << 2 | far
      let address =
        isSix
        ? IPAddress(high: 0x2001_0db8_0000_0000 | UInt64(zone), low: UInt64(number))
        : IPAddress(v4: 10 << 24 | zone << 16 | number)
      return Host(address, port: port, ipVersion: isSix ? 6 : 4)
    }
    return Setting(
      place: place, roundTrip: roundTrip, client: host(1, client, clientPort), server: host(2, server, port),
      mss: random.pick(isSix ? [1440, 1220] : [1460, 1448, 1380]))
  }

  private mutating func run(_ scenario: Scenario, _ setting: Setting, _ plan: Plan, isn: UInt32?) -> Happened {
    let client = Kernel(
      .client, host: setting.client, peer: setting.server, stack: plan.clientStack, program: plan.client,
      random: &random, isn: isn)
    let server = Kernel(
      .server, host: setting.server, peer: setting.client, stack: plan.serverStack, program: plan.server,
      random: &random, isn: isn.map { $0 &+ 12_345 })
    let net = Simulation(client: client, server: server, path: plan.path, random: Random(seed: random.next()))
    net.run(until: plan.limit)
    return Happened(
      scenario: scenario.name, setting: setting, packets: Array(net.captured.dropFirst(plan.skipped)),
      expected: plan.expected(net), watched: plan.limit, endsWithCapture: plan.endsWithCapture)
  }

  // MARK: One timeline

  /// Spreads them so that about `concurrency` are open at a time.
  /// - Returns: The length of the recording, ns.
  mutating func spread(concurrency: Int) -> Int64 {
    var sum: Int64 = 0
    var longest: Int64 = 0
    for connection in connections where connection.incarnation == 1 {
      guard let first = connection.packets.first, let last = connection.packets.last else { continue }
      sum += last.time - first.time + seconds(1)
      longest = max(longest, connection.watched)
    }
    let length = 2 * longest + seconds(120) + sum / Int64(max(1, concurrency))
    var previous: Int64 = 0
    for place in connections.indices {
      if connections[place].incarnation == 2 {
        connections[place].start += previous
        continue
      }
      let room = length - connections[place].watched - (seconds(60) + longest)
      connections[place].start =
        connections[place].endsWithCapture
        ? length - connections[place].watched : Int64(random.unit() * Double(max(1, room)))
      previous = connections[place].start
    }
    return length
  }
}
