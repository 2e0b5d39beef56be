import Endpoints
import PacketScript
import Wire

/// Data that was sent and never arrived: section 2 of the catalogue.
enum Truncation {
  static let scenarios: [Scenario] = [
    Scenario("answer-to-closed-client", weight: 3) { setting, random in
      let think = 4 * setting.roundTrip + milliseconds(Double(random.between(300...2500)))
      return Plan(
        setting, client: [.connect, .write(300), .close],
        server: [.readToEnd, .wait(think), .write(Int64(random.heavyTailed(from: 300, to: 100_000))), .close]
      ).expecting { halfClosed($0, "client") }
    },
    Scenario("answer-too-late", weight: 2) { setting, random in
      Plan(
        setting, client: [.connect, .write(300), .close],
        server: [.readToEnd, .wait(seconds(Double(random.between(9...40)))), .write(9000), .close]
      ).expecting { halfClosed($0, "unknown") }
    },
    Scenario("half-closer-hangs-up", weight: 3) { setting, random in
      Plan(
        setting, client: [.connect, .write(300), .shutdown, .read(Int64(random.between(2000...90_000))), .abort],
        server: [.readToEnd, .wait(4 * setting.roundTrip + milliseconds(50)), .write(300_000), .close]
      ).expecting { halfClosed($0, "client") }
    },
    Scenario("four-letter-word", weight: 3) { setting, random in
      // The newline stays unread: close() resets, and throws away what it had not sent.
      Plan(
        setting, client: [.connect, .write(5), .shutdown, .readToEnd, .close],
        server: [
          .read(4), .wait(4 * setting.roundTrip + milliseconds(30)), .write(Int64(random.between(2000...90_000))),
          .close,
        ]
      ).expecting { halfClosed($0, "server") }
    },
    Scenario("answer-cut-by-path", weight: 2) { setting, random in
      var plan = Plan(
        setting, client: [.connect, .write(300), .shutdown, .readToEnd, .close],
        server: [.readToEnd, .wait(4 * setting.roundTrip + milliseconds(50)), .write(300_000), .close])
      plan.path.cut(once: Path.after(Int64(random.between(20_000...120_000)), of: .server))
      return plan.expecting { net in
        // Behind the cut nothing is outstanding: the answer just does not go on.
        setting.place == .server
          ? halfClosed(net, "unknown") : [Expected("fin-unanswered", "warning", "unknown", bytes: nil)]
      }
    },
    Scenario("answer-cut-by-forged-reset", weight: 2, needsDistance: true) { setting, random in
      var plan = Plan(
        setting, client: [.connect, .write(300), .shutdown, .readToEnd, .close],
        server: [.readToEnd, .wait(4 * setting.roundTrip + milliseconds(50)), .write(300_000), .close])
      forge(&plan.path, after: Int64(random.between(20_000...120_000)))
      return plan.expecting { net in
        halfClosed(net, "path") + [Expected("reset-forged", "error", "path", bytes: nil)]
      }
    },
    Scenario("receiver-hangs-up", weight: 3) { setting, random in
      Plan(
        setting, client: [.connect, .write(300), .read(Int64(random.between(20_000...120_000))), .abort],
        server: [.read(300), .write(400_000), .readToEnd, .close]
      ).expecting { hungUp($0, .client) }
    },
    Scenario("upload-refused", weight: 2) { setting, random in
      Plan(
        setting, client: [.connect, .write(400_000), .readToEnd, .close],
        server: [.read(Int64(random.between(20_000...120_000))), .abort]
      ).expecting { hungUp($0, .server) }
    },
    Scenario("sender-aborts", weight: 3) { setting, random in
      Plan(
        setting, client: [.connect, .write(300), .readToEnd, .close],
        server: [.read(300), .write(400_000), .wait(5 * setting.roundTrip + milliseconds(3)), .abort]
      ).expecting { cut($0, "error", "server", of: .server) }
    },
    Scenario("answer-then-reset", weight: 2) { setting, random in
      Plan(
        setting, client: [.connect, .write(5), .readToEnd, .close],
        server: [.read(4), .write(Int64(random.between(2000...60_000))), .close]
      ).expecting { cut($0, "error", "server", of: .server) }
    },
    Scenario("transfer-cut-by-forged-reset", weight: 2, needsDistance: true) { setting, random in
      var plan = Plan(
        setting, client: [.connect, .write(300), .readToEnd, .close],
        server: [.read(300), .write(400_000), .readToEnd, .close])
      forge(&plan.path, after: Int64(random.between(20_000...120_000)))
      return plan.expecting { net in
        cut(net, "error", "path", of: .server) + [Expected("reset-forged", "error", "path", bytes: nil)]
      }
    },
  ]

  private static func halfClosed(_ net: Simulation, _ fault: String) -> [Expected] {
    [Expected("half-close-truncated", "error", fault, bytes: net.record.unacknowledged(.server))]
  }

  private static func cut(_ net: Simulation, _ severity: String, _ fault: String, of end: End) -> [Expected] {
    [Expected("transfer-truncated", severity, fault, bytes: net.record.unacknowledged(end))]
  }

  /// `end` aborted while it was receiving; where its RST acknowledges all, nothing is lost and all of that was not read.
  private static func hungUp(_ net: Simulation, _ end: End) -> [Expected] {
    let party = end == .client ? "client" : "server"
    guard net.record.unacknowledged(end.other) == 0 else { return cut(net, "warning", party, of: end.other) }
    return [Expected("reset-unread", end == .client ? "note" : "error", party)]
  }

  /// Ends both sides' connections when so much of the server's has passed, and lets nothing through any more.
  private static func forge(_ path: inout Path, after bytes: Int64) {
    let memory = Memory()
    path.policy = { passage in
      if passage.from == .server { memory.bytes += Int64(passage.packet.payloadLength) }
      guard passage.from == .server, memory.bytes > bytes || memory.isTriggered else {
        return memory.isTriggered ? .drop : .pass
      }
      guard !memory.isTriggered else { return .drop }
      memory.isTriggered = true
      return .inject(
        [
          (.client, forgedReset(passage.packet, toward: .client, from: .server)),
          (.server, forgedReset(passage.packet, toward: .server, from: .server)),
        ], passes: true)
    }
  }
}
