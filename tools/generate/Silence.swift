import Endpoints
import PacketScript
import Wire

/// No traffic from the peer: section 3 of the catalogue.
enum Silence {
  static let scenarios: [Scenario] =
    handshakes + [
      Scenario("never-heard", weight: 2) { setting, random in
        let bytes = Int64(random.between(5...1400))
        var plan = Plan(
          setting, client: [.connect, .wait(milliseconds(100)), .write(bytes), .readToEnd],
          server: [.readToEnd, .close])
        plan.path.cut(once: { $0.from == .client && $0.packet.payloadLength > 0 })
        return plan.expecting { net in
          net.record.sent[0] > 1 ? [Expected("never-heard", "error", "unknown", bytes: bytes)] : []
        }
      },
      Scenario("never-heard-midstream", weight: 2) { setting, random in
        guard setting.place != .server else { return nil }
        var plan = Plan(
          setting, client: [.connect, .write(300), .read(900), .wait(seconds(20)), .write(700), .readToEnd],
          server: [.read(300), .write(900), .die])
        // The capture begins in the silence.
        plan.skipped = 8
        return plan.expecting { _ in [Expected("never-heard", "error", "unknown", bytes: 700)] }
      },
      Scenario("server-vanishes", weight: 3) { setting, random in
        let bytes = Int64(random.between(5...9000))
        return Plan(
          setting, client: [.connect, .write(300), .read(900), .wait(seconds(5)), .write(bytes), .readToEnd],
          server: [.read(300), .write(900), .wait(seconds(2)), .die]
        ).expecting { vanished($0, .client) }
      },
      Scenario("client-vanishes", weight: 3) { setting, random in
        Plan(
          setting, client: [.connect, .write(300), .read(Int64(random.between(9000...90_000))), .die],
          server: [.read(300), .write(500_000), .readToEnd, .close]
        ).expecting { vanished($0, .server) }
      },
      Scenario("path-cut", weight: 3) { setting, random in
        var plan = Plan(
          setting, client: [.connect, .write(300), .read(500_000), .close],
          server: [.read(300), .write(500_000), .readToEnd, .close])
        plan.path.cut(once: Path.after(Int64(random.between(20_000...120_000)), of: .server))
        return plan.expecting { setting.place == .server ? vanished($0, .server) : [] }
      },
      Scenario("keepalive-unanswered", weight: 3) { setting, random in
        let end: End = random.pick([.client, .server])
        let probe = Step.keepalive(
          idle: seconds(Double(random.between(12...40))), interval: seconds(5), count: random.between(4...9))
        let death: [Step] = [.wait(seconds(3)), .die]
        return Plan(
          setting,
          client: [.connect] + (end == .client ? [probe] : []) + [.write(300), .read(900)]
            + (end == .server ? death : [.readToEnd]),
          server: (end == .server ? [probe] : []) + [.read(300), .write(900)] + (end == .client ? death : [.readToEnd])
        ).expecting { _ in [Expected("keepalive-unanswered", "error", "unknown")] }
      },
      Scenario("server-rebooted", weight: 3) { setting, random in
        let bytes = Int64(random.between(5...1400))
        return Plan(
          setting, client: [.connect, .write(300), .read(900), .wait(seconds(20)), .write(bytes), .readToEnd],
          server: [.read(300), .write(900), .wait(seconds(9)), .reboot]
        ).expecting { _ in [Expected("half-open", "error", "unknown", bytes: nil)] }
      },
      Scenario("client-rebooted", weight: 2) { setting, random in
        // Its SYN from the same port meets a challenge ACK, which it answers by a RST; a second later all is well.
        var plan = Plan(
          setting,
          client: [
            .connect, .write(300), .read(900), .wait(seconds(9)), .reboot, .reconnect, .write(300), .read(900), .close,
          ], server: [.read(300), .write(900), .readToEnd, .close])
        plan.serverStack.listensAgain = true
        plan.reincarnates = true
        return plan.expecting { _ in [Expected("half-open", "error", "unknown", bytes: nil)] }
      },
      Scenario("acks-lost", weight: 2) { setting, random in
        var plan = Plan(
          setting, client: [.connect, .write(300), .read(500_000), .close],
          server: [.read(300), .write(500_000), .readToEnd, .close])
        let begins = Path.after(Int64(random.between(20_000...60_000)), of: .server)
        plan.path.cut(once: begins, falls: { $0.from == .client })
        return plan.expecting { net in
          setting.place == .server
            ? vanished(net, .server) : [Expected("acks-lost", "error", "path", bytes: nil)]
        }
      },
      idleKilled("idle-killed-silently", resets: false, keepalive: false),
      idleKilled("idle-killed-by-reset", resets: true, keepalive: false),
      idleKilled("idle-killed-keepalive", resets: false, keepalive: true),
      Scenario("stalled-reader", weight: 3) { setting, random in
        var plan = Plan(
          setting, client: [.connect, .write(300_000), .readToEnd], server: [.read(Int64(random.between(0...9000)))])
        plan.serverStack.receiveBuffer = Int64(random.pick([8192, 32_768, 65_536]))
        return plan.expecting { _ in [Expected("stalled-reader", "warning", "server", bytes: nil)] }
      },
      Scenario("big-packets-lost", weight: 2) { setting, random in
        guard setting.place == .server else { return nil }
        // Its small end gets through and is selectively acknowledged: without that the peer might as well be dead.
        let answer = Int64(random.between(1...7) * setting.mss + random.between(100...800))
        var plan = Plan(
          setting, client: [.connect, .write(300), .read(400), .write(300), .readToEnd],
          server: [.read(300), .write(400), .read(300), .write(answer), .readToEnd, .close])
        let most = setting.mss - 100
        plan.path.policy = { $0.from == .server && $0.packet.payloadLength > most ? .drop : .pass }
        return plan.expecting { net in
          [Expected("big-packets-lost", "error", "path", bytes: net.record.unacknowledged(.server))]
        }
      },
    ]

  private static func vanished(_ net: Simulation, _ end: End) -> [Expected] {
    [Expected("peer-vanished", "error", "unknown", bytes: net.record.unacknowledged(end))]
  }

  /// A stateful device forgets a connection that rested too long.
  private static func idleKilled(_ name: String, resets: Bool, keepalive: Bool) -> Scenario {
    Scenario(name, weight: 2, needsDistance: resets) { setting, random in
      guard setting.place != .server else { return nil }
      let timeout = seconds(Double(random.pick([70, 120, 240])))
      let bytes = Int64(random.between(5...1400))
      let rest: [Step] =
        keepalive
        ? [.keepalive(idle: timeout + seconds(10), interval: seconds(10), count: 5), .readToEnd]
        : [.wait(timeout + seconds(15)), .write(bytes), .readToEnd]
      var plan = Plan(
        setting, client: [.connect, .write(300), .read(900)] + rest, server: [.read(300), .write(900), .readToEnd])
      let memory = Memory()
      plan.path.policy = { passage in
        if passage.now - memory.last > timeout { memory.isTriggered = true }
        memory.last = passage.now
        guard memory.isTriggered else { return .pass }
        return resets
          ? .inject(
            [(passage.from, forgedReset(passage.packet, toward: passage.from, from: passage.from))], passes: false)
          : .drop
      }
      return plan.expecting { _ in [Expected("idle-killed", "error", "path", bytes: keepalive ? 0 : bytes)] }
    }
  }

  private static let handshakes: [Scenario] = [
    Scenario("syn-ignored", weight: 3) { setting, random in
      var plan = Plan(setting, client: [.connect], server: [])
      plan.serverStack.listener = .ignores
      plan.clientStack.synRetries = random.between(2...5)
      return plan.expecting { _ in
        [Expected("syn-unanswered", "error", setting.place == .server ? "server|unknown" : "unknown")]
      }
    },
    Scenario("syn-refused", weight: 4) { setting, random in
      var plan = Plan(setting, client: [.connect], server: [])
      plan.serverStack.listener = .refuses
      return plan.expecting { _ in [Expected("syn-refused", "note", "server")] }
    },
    Scenario("syn-rejected", weight: 2) { setting, random in
      guard setting.place != .server else { return nil }
      var plan = Plan(setting, client: [.connect], server: [])
      let isSix = setting.client.ipVersion == 6
      let code: UInt8 = random.pick(isSix ? [1, 3] : [1, 10, 13])
      plan.path.policy = { passage in
        guard passage.from == .client else { return .pass }
        var router = passage.packet.destination
        router.address.low ^= 0x00ff_0000
        router.ttl = 61
        let error = ICMPError(
          from: router, to: passage.packet.source, type: isSix ? 1 : 3, code: code, about: passage.packet)
        return .inject([(.client, .icmp(error))], passes: false)
      }
      return plan.expecting { _ in [Expected("syn-rejected", "error", "path")] }
    },
    Scenario("third-packet-lost", weight: 2) { setting, random in
      var plan = Plan(
        setting, client: [.connect, .write(300), .readToEnd], server: [.readToEnd, .close])
      plan.path.policy = { $0.from == .client && !$0.packet.flags.contains(.syn) ? .drop : .pass }
      plan.clientStack.retries = 6
      return plan.expecting { _ in
        setting.place == .server
          ? [Expected("handshake-unfinished", "warning", "unknown")]
          : [Expected("accept-overflow", "warning", "unknown", bytes: nil)]
      }
    },
    Scenario("syn-ack-lost", weight: 2) { setting, random in
      var plan = Plan(setting, client: [.connect], server: [.readToEnd, .close])
      plan.path.policy = { $0.from == .server ? .drop : .pass }
      return plan.expecting { _ in
        setting.place == .server
          ? [Expected("handshake-unfinished", "warning", "unknown")]
          : [Expected("syn-unanswered", "error", "unknown")]
      }
    },
    Scenario("accept-overflow", weight: 2, needsDistance: true) { setting, random in
      var plan = Plan(
        setting, client: [.connect, .write(Int64(random.between(5...3000))), .readToEnd], server: [.readToEnd, .close])
      plan.serverStack.listener = .overflows
      plan.clientStack.retries = 6
      return plan.expecting { _ in
        [Expected("accept-overflow", "warning", setting.fault(.server), bytes: nil)]
      }
    },
    Scenario("lone-syn", weight: 2) { setting, random in
      var plan = Plan(setting, client: [.connect], server: [])
      plan.serverStack.listener = .ignores
      plan.clientStack.synRetries = 0
      return plan.expecting { _ in [Expected("syn-unanswered", "note", "unknown", bytes: nil, ofTarget: true)] }
    },
  ]
}
