import Endpoints
import PacketScript
import Wire

/// Connections of which nothing is said, or a note at most.
enum Healthy {
  enum Close: CaseIterable { case client, server, both, half }

  /// Request and answer, and an orderly end.
  static func exchange(
    _ setting: Setting, request: Int64, response: Int64, think: Int64 = milliseconds(5), close: Close
  ) -> Plan {
    let ask: [Step] = [.connect, .write(request)]
    switch close {
    case .client:
      return Plan(
        setting, client: ask + [.read(response), .close],
        server: [.read(request), .wait(think), .write(response), .readToEnd, .close])
    case .server:
      return Plan(
        setting, client: ask + [.readToEnd, .close],
        server: [.read(request), .wait(think), .write(response), .close])
    case .both:
      // Long after everything has arrived, at the same moment.
      let moment = 12 * setting.roundTrip + think + milliseconds(400) + response * 40_000
      return Plan(
        setting, client: ask + [.read(response), .until(moment), .close],
        server: [.read(request), .wait(think), .write(response), .until(moment), .close])
    case .half:
      return Plan(
        setting, client: ask + [.shutdown, .readToEnd, .close],
        server: [.readToEnd, .wait(think), .write(response), .close])
    }
  }

  private static func any(_ setting: Setting, _ random: inout Random) -> Plan {
    exchange(
      setting, request: Int64(random.between(4...1200)), response: Int64(random.heavyTailed(from: 300, to: 400_000)),
      think: milliseconds(Double(random.between(0...300))), close: random.pick(Close.allCases))
  }

  static let scenarios: [Scenario] = [
    Scenario("clean", weight: 30, any),
    Scenario("clean-half-close", weight: 8) { setting, random in
      exchange(
        setting, request: 5, response: Int64(random.heavyTailed(from: 600, to: 300_000)),
        think: random.pick([0, milliseconds(40), seconds(4)]), close: .half)
    },
    Scenario("lossy", weight: 12) { setting, random in
      var plan = any(setting, &random)
      plan.path.loss = random.pick([0.005, 0.02, 0.05])
      return plan
    },
    Scenario("reordered", weight: 6) { setting, random in
      var plan = any(setting, &random)
      plan.path.reordering = 0.05
      return plan
    },
    Scenario("duplicated-on-path", weight: 4) { setting, random in
      var plan = any(setting, &random)
      plan.path.duplication = 0.1
      return plan
    },
    Scenario("outage-healed", weight: 2) { setting, random in
      var plan = exchange(setting, request: 300, response: 60_000, close: .client)
      let start = 2 * setting.roundTrip + milliseconds(Double(random.between(1...80)))
      plan.path.policy = { $0.now > start && $0.now < start + seconds(4) ? .drop : .pass }
      return plan
    },
    Scenario("keepalive-answered", weight: 3) { setting, random in
      let idle = seconds(Double(random.between(60...200)))
      return Plan(
        setting,
        client: [
          .connect, .keepalive(idle: seconds(20), interval: seconds(5), count: 4), .write(300), .read(900), .wait(idle),
          .write(300), .read(900), .close,
        ], server: [.read(300), .write(900), .read(300), .write(900), .readToEnd, .close])
    },
    Scenario("idle-survived", weight: 3) { setting, random in
      let idle = seconds(Double(random.between(30...330)))
      return Plan(
        setting, client: [.connect, .write(300), .read(900), .wait(idle), .write(300), .read(900), .close],
        server: [.read(300), .write(900), .read(300), .write(900), .readToEnd, .close])
    },
    Scenario("zero-window-reopens", weight: 3) { setting, random in
      var plan = Plan(
        setting, client: [.connect, .write(120_000), .read(100), .close],
        server: [.wait(seconds(Double(random.between(1...3)))), .read(120_000), .write(100), .readToEnd, .close])
      plan.serverStack.receiveBuffer = 16_384
      return plan
    },
    Scenario("slow-server", weight: 3) { setting, random in
      exchange(
        setting, request: 200, response: 5000, think: seconds(Double(random.between(8...50))),
        close: random.pick([.client, .server]))
    },
    Scenario("slow-answer-to-half-close", weight: 2) { setting, random in
      exchange(setting, request: 200, response: 5000, think: seconds(Double(random.between(8...25))), close: .half)
    },
    Scenario("fast-open", weight: 3) { setting, random in
      Plan(
        setting, client: [.connectFast(200), .read(2000), .close],
        server: [.read(200), .write(2000), .readToEnd, .close])
    },
    Scenario("simultaneous-open", weight: 1) { setting, random in
      Plan(
        setting, client: [.connectToo, .write(100), .read(100), .close],
        server: [.connectToo, .read(100), .write(100), .readToEnd, .close])
    },
    Scenario("port-reuse", weight: 3) { setting, random in
      var plan = exchange(setting, request: 300, response: 3000, close: random.pick([.client, .server]))
      plan.reuse = seconds(Double(random.between(1...50)))
      return plan
    },
    Scenario("sequence-wrap", weight: 3) { setting, random in
      var plan = exchange(setting, request: 900, response: 150_000, close: random.pick([.client, .half]))
      plan.isn = 0xffff_ffff - UInt32(random.below(100_000))
      return plan
    },
    Scenario("super-segments", weight: 3) { setting, random in
      var plan = exchange(setting, request: 900, response: 400_000, close: random.pick(Close.allCases))
      plan.serverStack.segment = setting.mss * random.between(8...44)
      return plan
    },
    Scenario("health-check", weight: 4) { setting, random in
      Plan(setting, client: [.connect, .abort], server: [.readToEnd, .close]).expecting { net in
        net.sees(.client, .rst) ? [Expected("reset-abort", "note", "client")] : []
      }
    },
    Scenario("port-probe-closed", weight: 2) { setting, random in
      Plan(setting, client: [.connect, .close], server: [.readToEnd, .close])
    },
    Scenario("reset-after-both-fins", weight: 3) { setting, random in
      var plan = exchange(setting, request: 400, response: 2000, close: .client)
      let memory = Memory()
      // A copy of the request comes once more when all is over: the server's kernel has no such socket any more.
      plan.path.policy = { passage in
        guard passage.from == .client else {
          if passage.packet.flags.contains(.fin) { memory.isTriggered = true }
          return .pass
        }
        if passage.packet.payloadLength > 0 { memory.packet = passage.packet }
        guard memory.isTriggered, let late = memory.packet else { return .pass }
        memory.isTriggered = false
        return .inject([(.server, .tcp(late))], passes: true)
      }
      return plan
    },
    Scenario("open-at-end", weight: 4) { setting, random in
      var plan = Plan(
        setting, client: [.connect, .write(300), .read(4_000_000), .close],
        server: [.read(300), .write(4_000_000), .readToEnd, .close])
      plan.limit = 3 * setting.roundTrip + milliseconds(Double(random.between(5...900)))
      plan.endsWithCapture = true
      return plan
    },
    Scenario("idle-at-end", weight: 3) { setting, random in
      var plan = Plan(setting, client: [.connect, .write(300), .read(900)], server: [.read(300), .write(900)])
      plan.limit = seconds(40)
      return plan
    },
    Scenario("midstream", weight: 4) { setting, random in
      var plan = any(setting, &random)
      plan.skipped = random.between(3...6)
      return plan
    },
  ]
}
