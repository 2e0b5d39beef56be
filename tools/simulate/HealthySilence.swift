import Endpoints
import PacketScript
import Wire

/// Conversations in which long nothing is said, and nothing is wrong.
enum HealthySilence {
  private static let ask = Turns.ask
  private static let answer = Turns.answer
  private static let leave = Turns.leave

  private static func rest(_ now: Circumstances, _ idle: Double, _ before: [Step] = [], _ other: [Step] = []) -> Play {
    Play(
      now, a: before + ask + [.wait(seconds(idle))] + ask + [.close], b: other + answer + answer + leave,
      limit: idle + 60)
  }

  private static func kept(_ idle: Double, _ interval: Double, _ count: Int = 9) -> [Step] {
    [.keepalive(idle: seconds(idle), interval: seconds(interval), count: count)]
  }

  static let stories: [Story] = [
    Story("idle-3h") { now in rest(now, 10_800) },
    Story("idle-at-end") { now in Play(now, a: ask, b: answer, limit: 3600) },
    Story("keepalive-2h") { now in rest(now, 30_000, kept(7200, 75)) },
    Story("keepalive-30s") { now in rest(now, 400, kept(30, 5)) },
    Story("keepalive-1s") { now in rest(now, 40, kept(1, 1)) },
    Story("keepalive-both") { now in rest(now, 300, kept(20, 5), kept(31, 5)) },
    Story("keepalive-after-a-byte") { now in
      Play(now, a: kept(5, 1) + [.write(1), .read(1)], b: [.read(1), .write(1)], limit: 120)
    },
    Story("keepalive-one-way") { now in
      // What `b` sends is all that ever was sent.
      Play(now, a: kept(10, 1) + [.readToEnd, .close], b: Turns.many(5, [.write(1)], every: 0.2), limit: 200)
    },
    Story("keepalive-lossy") { now in
      Play(now, a: kept(10, 1, 10) + ask, b: answer, limit: 900).through(Devices.loss(0.05, now))
    },
    Story("keepalive-answers-lossy") { now in
      let end = now.end(.b)
      return Play(now, a: kept(5, 1, 10) + ask, b: answer, limit: 600)
        .through(Devices.loss(0.2, now) { $0.from == end && $0.isPureACK })
    },
    Story("slow-answer") { now in
      Play(
        now, a: [.write(200), .read(3000), .close], b: [.read(200), .wait(seconds(60)), .write(3000)] + leave, limit: 90
      )
    },
    Story("slow-answer-kept-alive") { now in
      Play(
        now, a: kept(10, 5) + [.write(200), .read(3000), .close],
        b: [.read(200), .wait(seconds(60)), .write(3000)] + leave, limit: 90)
    },
    Story("pings") { now in
      Play(
        now, a: Turns.many(10, [.write(2), .read(2)], every: 60), b: Turns.many(10, [.read(2), .write(2)]), limit: 620)
    },
    Story("stream-pauses") { now in
      Play(
        now,
        a: Turns.many(10, [.write(1000)], every: 0.1) + [.wait(seconds(130))]
          + Turns.many(10, [.write(1000)], every: 0.1) + [.close], b: [.readToEnd, .close], limit: 160)
    },
    Story("zero-window-3s") { now in zeroWindow(now, 3) },
    Story("zero-window-45s") { now in zeroWindow(now, 45) },
    Story("zero-window-lossy") { now in
      zeroWindow(now, 20).through(Devices.loss(0.1, now) { $0.isPureACK })
    },
    Story("zero-window-twice") { now in
      Play(
        now, a: [.write(300_000), .read(100), .close],
        b: [.wait(seconds(12)), .read(120_000), .wait(seconds(12)), .read(180_000), .write(100)] + leave, limit: 90)
    },
    Story("slow-reader") { now in
      Play(
        now, a: [.write(150_000), .read(10), .close],
        b: Turns.many(50, [.read(3000)], every: 0.3) + [.write(10)] + leave, limit: 90)
    },
  ]

  private static func zeroWindow(_ now: Circumstances, _ stall: Double) -> Play {
    Play(
      now, a: [.write(200_000), .read(100), .close], b: [.wait(seconds(stall)), .read(200_000), .write(100)] + leave,
      limit: stall + 60)
  }
}
