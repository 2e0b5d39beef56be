import Endpoints
import PacketScript
import Wire

/// What stories are made of.
enum Turns {
  static let ask: [Step] = [.write(300), .read(3000)]
  static let answer: [Step] = [.read(300), .write(3000)]
  static let leave: [Step] = [.readToEnd, .close]

  static func many(_ count: Int, _ steps: [Step], every pause: Double = 0) -> [Step] {
    (0..<count).flatMap { _ in pause > 0 ? steps + [.wait(seconds(pause))] : steps }
  }
}

/// Conversations that arrive, whatever the path does to them. None ends in a RST.
enum Healthy {
  private static let ask = Turns.ask
  private static let answer = Turns.answer
  private static let leave = Turns.leave

  /// Both ways, then `a` closes and `b` does.
  private static func exchange(_ now: Circumstances, turns: Int = 6, every pause: Double = 0.3) -> Play {
    Play(
      now, a: Turns.many(turns, ask, every: pause) + [.close], b: Turns.many(turns, answer) + leave, limit: 90)
  }

  static let stories: [Story] = [
    Story("turns") { now in exchange(now) },
    Story("lossy") { now in exchange(now, turns: 20).through(Devices.loss(0.02, now)) },
    Story("very-lossy") { now in exchange(now, turns: 12).through(Devices.loss(0.08, now)) },
    Story("lossy-from-a") { now in
      let end = now.end(.a)
      return exchange(now, turns: 12).through(Devices.loss(0.12, now) { $0.from == end })
    },
    Story("lossy-from-b") { now in
      let end = now.end(.b)
      return exchange(now, turns: 12).through(Devices.loss(0.12, now) { $0.from == end })
    },
    Story("reordered") { now in exchange(now, turns: 12).through(Devices.reordering(0.1, now)) },
    Story("duplicated") { now in exchange(now, turns: 12).through(Devices.duplication(0.2, now)) },
    Story("outage-1s") { now in exchange(now, every: 0.6).through(Devices.outage(from: 1.5, to: 2.7)) },
    Story("outage-8s") { now in exchange(now, every: 0.6).through(Devices.outage(from: 1.5, to: 9.5)) },
    Story("outage-8s-from-a") { now in
      let end = now.end(.a)
      return exchange(now, every: 0.6).through(Devices.outage(from: 1.5, to: 9.5) { $0.from == end })
    },
    Story("outage-8s-from-b") { now in
      let end = now.end(.b)
      return exchange(now, every: 0.6).through(Devices.outage(from: 1.5, to: 9.5) { $0.from == end })
    },
    Story("bulk") { now in
      Play(now, a: [.write(400_000), .close], b: [.readToEnd, .close])
    },
    Story("bulk-lossy") { now in
      Play(now, a: [.write(200_000), .close], b: [.readToEnd, .close], limit: 120).through(Devices.loss(0.03, now))
    },
    Story("bulk-answered") { now in
      Play(
        now, a: [.write(200_000), .read(500), .wait(seconds(3)), .close],
        b: [.read(200_000), .wait(milliseconds(300)), .write(500)] + leave)
    },
    Story("download") { now in
      Play(now, a: [.write(200), .read(300_000), .close], b: [.read(200), .write(300_000)] + leave)
    },
    Story("banner") { now in
      Play(
        now, a: [.read(60), .write(20), .read(80), .write(6), .readToEnd, .close],
        b: [.write(60), .read(20), .write(80), .read(6), .write(30), .close])
    },
    Story("push-only") { now in
      Play(now, a: [.readToEnd, .close], b: Turns.many(60, [.write(37)], every: 0.2), limit: 20)
    },
    Story("small-writes") { now in
      Play(
        now, a: Turns.many(200, [.write(5)], every: 0.011) + [.close],
        b: [.readToEnd, .close])
    },
    Story("small-turns") { now in
      Play(
        now, a: Turns.many(30, [.write(1), .read(1)], every: 0.1) + [.close],
        b: Turns.many(30, [.read(1), .write(1)]) + leave)
    },
    Story("sequence-wrap") { now in
      var play = exchange(now, turns: 10)
      play.isn = 0xffff_ffff - 14_000
      return play
    },
    Story("syn-lost") { now in
      var play = exchange(now).through(Devices.first(2) { $0.has(.syn) && !$0.has(.ack) })
      play.stackOfA.synRetries = 4
      play.stackOfB.synRetries = 4
      return play
    },
    Story("syn-ack-lost") { now in exchange(now).through(Devices.first(1) { $0.has(.syn) && $0.has(.ack) }) },
    Story("handshake-ack-lost") { now in exchange(now).through(Devices.first(1) { $0.from == .client && $0.isPureACK })
    },
    Story("fast-open") { now in
      var play =
        now.acting == .client
        ? Play(now, a: [.read(3000), .close], b: answer + leave)
        : Play(now, a: answer + [.readToEnd, .close], b: [.read(3000), .close])
      play.opening = .connectFast(300)
      return play
    },
  ]
}
