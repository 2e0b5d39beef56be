import Endpoints
import PacketScript
import Wire

/// Ends that cost nobody anything: at most a note.
enum HealthyEndings {
  private static let ask = Turns.ask
  private static let answer = Turns.answer
  private static let leave = Turns.leave

  private static func ends(_ now: Circumstances, _ end: [Step], _ other: [Step] = leave, limit: Double = 60) -> Play {
    Play(now, a: ask + ask + [.wait(seconds(2))] + end, b: answer + answer + other, limit: limit)
  }

  static let stories: [Story] = closes + aborts

  private static let closes: [Story] = [
    Story("close-by-asker") { now in ends(now, [.close]) },
    Story("close-by-answerer") { now in
      Play(now, a: [.write(300), .readToEnd, .close], b: [.read(300), .write(20_000), .close])
    },
    Story("close-late-by-other") { now in ends(now, [.close], [.readToEnd, .wait(seconds(4)), .close]) },
    Story("close-at-once") { now in
      Play(
        now, a: ask + [.until(seconds(3)), .close], b: answer + [.until(seconds(3)), .close])
    },
    Story("close-without-data") { now in Play(now, a: [.until(seconds(1)), .close], b: leave) },
    Story("close-by-idle-server") { now in
      Play(
        now, a: ask + ask + [.readToEnd, .wait(seconds(4)), .close], b: answer + answer + [.wait(seconds(65)), .close],
        limit: 90)
    },
    Story("half-close-answered") { now in
      Play(
        now, a: [.write(300), .shutdown, .readToEnd, .close],
        b: [.readToEnd] + Turns.many(10, [.write(4000)], every: 0.1) + [.close])
    },
    Story("half-close-slow") { now in
      Play(
        now, a: [.write(300), .shutdown, .readToEnd, .close],
        b: [.readToEnd, .wait(seconds(3)), .write(40_000), .close])
    },
    Story("half-close-lossy") { now in
      Play(
        now, a: [.write(300), .shutdown, .readToEnd, .close],
        b: [.readToEnd] + Turns.many(10, [.write(4000)], every: 0.1) + [.close], limit: 90
      ).through(Devices.loss(0.05, now))
    },
    Story("fin-lost") { now in
      let end = now.end(.a)
      return ends(now, [.close]).through(Devices.first(2) { $0.from == end && $0.has(.fin) })
    },
    Story("fin-ack-lost") { now in
      let end = now.end(.b)
      return ends(now, [.close], [.readToEnd, .wait(seconds(2)), .close])
        .through(Devices.outage(from: 2, to: 4) { $0.from == end && $0.isPureACK })
    },
    Story("last-ack-lost") { now in
      let memory = Memory()
      let end = now.end(.b)
      return ends(now, [.close]).through { passage in
        if passage.from == end, passage.has(.fin) { memory.isTriggered = true }
        guard memory.isTriggered, passage.from != end, memory.count < 2 else { return .pass }
        memory.count += 1
        return .drop
      }
    },
    Story("late-copy") { now in
      // A copy of data comes when all is over: the kernel there knows no such socket.
      let memory = Memory()
      let end = now.end(.a)
      return ends(now, [.close]).through { passage in
        if passage.from == end, passage.hasData { memory.packet = passage.packet }
        guard passage.from == end, passage.has(.ack), memory.isTriggered, let late = memory.packet else {
          if passage.from != end, passage.has(.fin) { memory.isTriggered = true }
          return .pass
        }
        memory.packet = nil
        return .inject([(end.other, .tcp(late))], passes: true)
      }
    },
    Story("farewell-read") { now in
      Play(
        now, a: ask + [.write(6), .read(20), .close], b: answer + [.read(6), .write(20), .close])
    },
  ]

  private static let aborts: [Story] = [
    Story("farewell-behind-fin") { now in
      // QUIT and close(): the goodbye meets nobody.
      Play(now, a: ask + [.write(6), .close], b: answer + [.read(6), .write(20), .close])
    },
    Story("alerts-cross") { now in
      Play(now, a: ask + [.write(31), .close], b: answer + [.readToEnd, .write(31), .close])
    },
    Story("abort-idle") { now in ends(now, [.wait(seconds(18)), .abort]) },
    Story("abort-after-answer") { now in
      Play(now, a: ask + [.wait(milliseconds(600)), .abort], b: answer + leave)
    },
    Story("abort-after-download") { now in
      Play(
        now, a: [.write(200), .read(100_000), .wait(milliseconds(600)), .abort],
        b: [.read(200), .write(100_000)] + leave)
    },
    Story("linger-0-after-answer") { now in
      Play(now, a: ask + leave, b: answer + [.wait(seconds(3)), .abort])
    },
    Story("abort-in-answer-to-fin") { now in ends(now, [.close], [.readToEnd, .abort]) },
    Story("health-check") { now in
      now.acting == .client
        ? Play(now, a: [.abort], b: [.readToEnd, .close]) : Play(now, a: [.readToEnd, .close], b: [.abort])
    },
    Story("port-probe") { now in
      now.acting == .client
        ? Play(now, a: [.close], b: [.readToEnd, .close]) : Play(now, a: [.readToEnd, .close], b: [.close])
    },
    Story("cancelled-by-close") { now in
      Play(now, a: [.write(200), .until(seconds(31)), .close], b: [.read(200), .readToEnd, .close])
    },
    Story("cancelled-by-abort") { now in
      Play(now, a: [.write(200), .until(seconds(31)), .abort], b: [.read(200), .readToEnd, .close])
    },
    Story("cancelled-before-answer") { now in
      // The answer comes after that, to nobody.
      Play(
        now, a: [.write(200), .until(seconds(31)), .close],
        b: [.read(200), .until(seconds(36)), .write(3000), .readToEnd, .close])
    },
    Story("aborted-before-answer") { now in
      Play(
        now, a: [.write(200), .until(seconds(31)), .abort],
        b: [.read(200), .until(seconds(36)), .write(3000), .readToEnd, .close])
    },
  ]
}
