import Endpoints
import PacketScript
import Wire

/// FIN and RST asymmetries: section 1 of the catalogue.
enum Closing {
  static let scenarios: [Scenario] = [
    Scenario("fin-dropped", weight: 2) { setting, random in
      let end: End = random.pick([.client, .server])
      var plan = calm(setting, ending: end, with: .close)
      plan.path.cut(once: { $0.from == end && $0.packet.flags.contains(.fin) })
      return plan.expecting { net in
        net.sees(end, .fin) ? [Expected("fin-unacked", "error", "unknown")] : []
      }
    },
    Scenario("close-wait-leak", weight: 2, needsDistance: true) { setting, random in
      let end: End = random.pick([.client, .server])
      return calm(setting, ending: end, with: random.pick([.close, .shutdown])).expecting { _ in
        [Expected("fin-unanswered", "warning", setting.fault(end.other))]
      }
    },
    Scenario("request-unread", weight: 2) { setting, random in
      let request = Int64(random.between(5...4000))
      return Plan(
        setting, client: [.connect, .write(request), .readToEnd, .close],
        server: [.await(request), .wait(seconds(2)), .close]
      ).expecting { _ in [Expected("reset-unread", "error", "server")] }
    },
    Scenario("answer-unread", weight: 1) { setting, random in
      Plan(
        setting, client: [.connect, .write(200), .read(100), .wait(seconds(3)), .close],
        server: [.read(200), .write(9000), .readToEnd, .close]
      ).expecting { _ in [Expected("reset-unread", "error", "client")] }
    },
    Scenario("abort-when-idle", weight: 2) { setting, random in
      let end: End = random.pick([.client, .server])
      return calm(setting, ending: end, with: .abort).expecting { _ in
        [Expected("reset-abort", "note", setting.name(end))]
      }
    },
    Scenario("reset-dropped", weight: 2) { setting, random in
      let bytes = Int64(random.between(200...4000))
      var plan = Plan(
        setting, client: [.connect, .write(200), .read(900), .wait(seconds(3)), .abort],
        server: [.read(200), .write(900), .wait(seconds(8)), .write(bytes), .readToEnd, .close])
      plan.path.policy = { $0.from == .client && $0.packet.flags.contains(.rst) ? .drop : .pass }
      return plan.expecting { net in
        net.record.resets[0] > 0
          ? [Expected("reset-not-heard", "error", "path", bytes: nil)]
          : [Expected("peer-vanished", "error", "unknown", bytes: net.record.unacknowledged(.server))]
      }
    },
    Scenario("reset-forged", weight: 2, needsDistance: true) { setting, random in
      var plan = Plan(
        setting,
        client: [
          .connect, .keepalive(idle: seconds(20), interval: seconds(5), count: 4), .write(300), .read(900), .readToEnd,
        ], server: [.read(300), .write(900), .readToEnd, .close])
      plan.path.policy = { passage in
        guard passage.from == .client, passage.now > seconds(15), !passage.packet.flags.contains(.rst) else {
          return .pass
        }
        let packet = passage.packet
        return .inject(
          [
            (.client, forgedReset(packet, toward: .client, from: .client)),
            (.server, forgedReset(packet, toward: .server, from: .client, offset: 1)),
          ], passes: false)
      }
      return plan.expecting { _ in [Expected("reset-forged", "error", "path")] }
    },
    spoofed("spoofed-reset-ignored", offset: 500_000_000),
    spoofed("spoofed-reset-challenged", offset: 9000),
  ]

  /// An exchange, half a second of rest and more, then one end ends it; the other does nothing of its own.
  static func calm(_ setting: Setting, ending end: End, with step: Step) -> Plan {
    let rest = seconds(2)
    let active: [Step] = [.wait(rest), step]
    return Plan(
      setting, client: [.connect, .write(300), .read(2500)] + (end == .client ? active : []),
      server: [.read(300), .write(2500)] + (end == .server ? active : []))
  }

  /// A RST that nobody takes, in the middle of a conversation that goes on.
  private static func spoofed(_ name: String, offset: UInt32) -> Scenario {
    Scenario(name, weight: 2, needsDistance: true) { setting, random in
      let turns = 8
      let ask: [Step] = (0..<turns).flatMap { _ -> [Step] in [.write(200), .read(700), .wait(milliseconds(300))] }
      let answer: [Step] = (0..<turns).flatMap { _ -> [Step] in [.read(200), .write(700)] }
      var plan = Plan(
        setting, client: [.connect] + ask + [.close], server: answer + [.readToEnd, .close])
      let target: End = random.pick([.client, .server])
      let memory = Memory()
      plan.path.policy = { passage in
        guard passage.from == .client, passage.packet.payloadLength > 0 else { return .pass }
        memory.count += 1
        guard memory.count == 3 else { return .pass }
        return .inject(
          [(target, forgedReset(passage.packet, toward: target, from: .client, offset: offset))], passes: true)
      }
      return plan.expecting { net in
        // Only a capture between the forger and its victim sees it.
        net.record.resets[target.other.rawValue] > 0 ? [Expected("reset-forged", "warning", "path")] : []
      }
    }
  }
}

extension Simulation {
  /// Whether a packet of `end` with that flag was captured.
  func sees(_ end: End, _ flag: TCPFlags) -> Bool {
    let host = kernel(end).host
    return captured.contains {
      guard case .tcp(let packet) = $0.parcel else { return false }
      return packet.source.address == host.address && packet.source.port == host.port && packet.flags.contains(flag)
    }
  }
}
