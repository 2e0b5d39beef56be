import Endpoints
import PacketScript
import Wire

/// Conversations in which one side falls silent or the path does. Who it was: tools/matrix.expected.
enum Broken {
  private static let ask = Turns.ask
  private static let answer = Turns.answer

  /// Two turns, a rest, and one more turn that something is to happen before.
  private static func turns(
    _ now: Circumstances, rest: Double = 2, _ last: [Step] = [], of b: [Step] = [], limit: Double = 120
  )
    -> Play
  {
    Play(
      now, a: ask + ask + [.until(seconds(2 + rest))] + ask + last, b: answer + answer + b + answer, limit: limit)
  }

  static let stories: [Story] = dead + silent + impatient + openings + others

  /// `b`'s host is gone, without a word.
  private static let dead: [Story] = [
    Story("dead-before-request") { now in turns(now, [], of: [.until(seconds(3)), .die]) },
    Story("dead-after-idle") { now in turns(now, rest: 300, [], of: [.until(seconds(200)), .die], limit: 420) },
    Story("dead-in-download") { now in
      Play(now, a: ask + [.write(600_000), .close], b: answer + [.read(100_000), .die], limit: 120)
    },
    Story("dead-in-answer") { now in
      // What `a` sees is an answer that stops: it waits.
      Play(
        now, a: [.write(200), .read(600_000), .close], b: [.read(200), .write(600_000), .until(seconds(1.1)), .die])
    },
    Story("dead-then-abort") { now in
      Play(
        now, a: ask + [.until(seconds(4)), .write(300), .until(seconds(24)), .abort],
        b: answer + [.until(seconds(3)), .die])
    },
    Story("dead-then-abort-soon") { now in
      Play(
        now, a: ask + [.until(seconds(4)), .write(300), .wait(seconds(2)), .abort],
        b: answer + [.until(seconds(3)), .die])
    },
    Story("dead-then-close") { now in
      Play(
        now, a: ask + [.until(seconds(4)), .write(300), .until(seconds(20)), .close],
        b: answer + [.until(seconds(3)), .die],
        limit: 200)
    },
    Story("dead-small-writes") { now in
      Play(
        now, a: ask + Turns.many(100, [.write(20)], every: 0.1), b: answer + [.read(400), .die], limit: 100)
    },
    Story("dead-before-close") { now in
      Play(now, a: ask + [.until(seconds(6)), .close], b: answer + [.until(seconds(3)), .die], limit: 200)
    },
    Story("dead-kept-alive") { now in
      Play(
        now, a: [.keepalive(idle: seconds(10), interval: seconds(5), count: 6)] + ask + [.readToEnd, .close],
        b: answer + [.until(seconds(4)), .die], limit: 120)
    },
    Story("dead-in-answer-to-half-close") { now in
      Play(
        now, a: [.write(300), .shutdown, .until(seconds(4)), .die],
        b: [.readToEnd] + Turns.many(60, [.write(4000)], every: 0.1) + [.close], limit: 120)
    },
  ]

  /// The path lets nothing pass any more, one way or both.
  private static let silent: [Story] = [
    Story("path-both") { now in turns(now).through(Devices.outage(from: 3)) },
    Story("path-both-in-stream") { now in
      Play(now, a: Turns.many(60, [.write(3000)], every: 0.1), b: [.readToEnd, .close], limit: 90)
        .through(Devices.outage(from: 3))
    },
    Story("path-both-close") { now in
      Play(now, a: ask + [.until(seconds(6)), .close], b: answer + [.readToEnd, .close], limit: 200)
        .through(Devices.outage(from: 3))
    },
    Story("path-both-idle") { now in turns(now, rest: 300, limit: 460).through(Devices.outage(from: 200)) },
    Story("path-both-kept-alive") { now in
      Play(
        now, a: [.keepalive(idle: seconds(10), interval: seconds(5), count: 6)] + ask + [.readToEnd, .close],
        b: answer, limit: 120
      ).through(Devices.outage(from: 4))
    },
    Story("path-from-a") { now in
      let end = now.end(.a)
      return turns(now).through(Devices.silence(after: 3, of: end))
    },
    Story("path-from-b") { now in
      let end = now.end(.b)
      return turns(now).through(Devices.silence(after: 3, of: end))
    },
    Story("path-from-b-then-abort") { now in
      let end = now.end(.b)
      return Play(
        now, a: ask + ask + [.until(seconds(4)), .write(300), .until(seconds(20)), .abort],
        b: answer + answer + answer, limit: 90
      ).through(Devices.silence(after: 3, of: end))
    },
    Story("path-from-b-in-stream") { now in
      let end = now.end(.b)
      return Play(now, a: Turns.many(60, [.write(3000)], every: 0.1), b: [.readToEnd, .close], limit: 90)
        .through(Devices.silence(after: 3, of: end))
    },
    Story("path-from-b-byte") { now in
      let end = now.end(.b)
      return Play(now, a: Turns.many(3, [.write(1)], every: 1.4), b: [.readToEnd, .close], limit: 60)
        .through(Devices.silence(after: 2, of: end))
    },
    Story("path-from-b-close") { now in
      let end = now.end(.b)
      return Play(now, a: ask + [.until(seconds(6)), .close], b: answer + Turns.leave, limit: 200)
        .through(Devices.silence(after: 3, of: end))
    },
    Story("big-packets") { now in
      Play(
        now, a: [.write(200), .read(300), .write(200), .read(300), .write(10_000), .read(300)],
        b: [.read(200), .write(300), .read(200), .write(300), .read(10_000), .write(300)], limit: 90
      ).through { $0.packet.payloadLength > 1300 ? .drop : .pass }
    },
    Story("big-packets-then-abort") { now in
      Play(
        now, a: [.write(200), .read(300), .write(10_000), .until(seconds(20)), .abort],
        b: [.read(200), .write(300), .read(10_000), .write(300)], limit: 90
      ).through { $0.packet.payloadLength > 1300 ? .drop : .pass }
    },
    Story("big-packets-of-answer") { now in
      Play(now, a: [.write(200), .read(9000)], b: [.read(200), .write(9000)], limit: 90)
        .through { $0.packet.payloadLength > 1300 ? .drop : .pass }
    },
  ]

  /// The path lets nothing pass for a while, or little, and when it does again `a` has given up.
  private static let impatient: [Story] = [
    Story("outage-outlasts-patience") { now in
      Play(
        now, a: ask + ask + [.until(seconds(3)), .write(200), .until(seconds(6)), .close],
        b: answer + answer + [.read(200), .write(9000)] + Turns.leave, limit: 120
      ).through(Devices.outage(from: 2.5, to: 10))
    },
    Story("outage-of-answer-outlasts-patience") { now in
      let end = now.end(.b)
      return Play(
        now, a: ask + ask + [.until(seconds(3)), .write(200), .until(seconds(6)), .close],
        b: answer + answer + [.read(200), .write(9000)] + Turns.leave, limit: 120
      ).through(Devices.outage(from: 2.5, to: 10) { $0.from == end })
    },
    Story("answer-crawls") { now in
      let end = now.end(.b)
      return Play(
        now, a: [.write(200), .readUntil(seconds(20)), .close], b: [.read(200), .write(600_000)] + Turns.leave,
        limit: 120
      ).through(Devices.loss(0.6, now) { $0.from == end && $0.hasData })
    },
  ]

  /// There never was a connection; `a` is the client in some, in others `b`.
  private static let openings: [Story] = [
    Story("opening-ignored") { now in
      var play = Play(now, a: [.readToEnd], b: [.readToEnd], limit: 90)
      if now.acting == .client { play.stackOfB.listener = .ignores } else { play.stackOfA.listener = .ignores }
      return play
    },
    Story("opening-lost") { now in Play(now, a: [.readToEnd], b: [.readToEnd], limit: 90).through { _ in .drop } },
    Story("opening-answer-lost") { now in
      Play(now, a: [.readToEnd], b: [.readToEnd], limit: 90).through { $0.from == .server ? .drop : .pass }
    },
    Story("opening-never-accepted") { now in
      var play =
        now.acting == .client
        ? Play(now, a: ask, b: answer, limit: 90) : Play(now, a: answer, b: ask, limit: 90)
      if now.acting == .client { play.stackOfB.listener = .overflows } else { play.stackOfA.listener = .overflows }
      return play
    },
  ]

  private static let others: [Story] = [
    Story("stalled") { now in Play(now, a: [.write(300_000)], b: [.read(1000)], limit: 90) },
    Story("rebooted") { now in
      turns(now, [], of: [.until(seconds(3)), .die, .until(seconds(3.5)), .reboot])
    },
    Story("rebooted-in-stream") { now in
      Play(
        now, a: Turns.many(60, [.write(3000)], every: 0.1),
        b: [.read(60_000), .die, .wait(seconds(1)), .reboot])
    },
    Story("never-closed") { now in Play(now, a: ask + [.until(seconds(4)), .close], b: answer, limit: 50) },
  ]
}
