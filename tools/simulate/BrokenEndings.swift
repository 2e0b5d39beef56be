import Endpoints
import PacketScript
import Wire

/// Conversations that one side cuts off, or in which the other does not hear of it. Who it was: tools/matrix.expected.
enum BrokenEndings {
  private static let ask = Turns.ask
  private static let answer = Turns.answer

  static let stories: [Story] = unheard + cut

  /// `b` aborts, and no RST passes.
  private static let unheard: [Story] = [
    Story("reset-eaten-idle") { now in
      Play(now, a: ask + [.until(seconds(8))] + ask, b: answer + [.until(seconds(5)), .abort], limit: 90)
        .through(Devices.resetEater)
    },
    Story("reset-eaten-in-answer") { now in
      // What had arrived by then is read.
      Play(
        now, a: [.write(200), .read(20_000), .until(seconds(9)), .write(200)],
        b: [.read(200), .write(60_000), .wait(now.roundTrip * 3 / 2), .abort], limit: 90
      ).through(Devices.resetEater)
    },
    Story("reset-eaten-in-upload") { now in
      Play(now, a: [.write(600_000)], b: [.read(50_000), .abort], limit: 90).through(Devices.resetEater)
    },
    Story("reset-eaten-close") { now in
      Play(now, a: ask + [.until(seconds(9)), .close], b: answer + [.until(seconds(5)), .abort], limit: 200)
        .through(Devices.resetEater)
    },
    Story("reset-eaten-kept-alive") { now in
      Play(
        now, a: [.keepalive(idle: seconds(10), interval: seconds(5), count: 6)] + ask + [.readToEnd, .close],
        b: answer + [.until(seconds(4)), .abort], limit: 120
      ).through(Devices.resetEater)
    },
    Story("reset-forged") { now in
      // Both ends get a RST in the other's name from a device that has enough.
      let memory = Memory()
      let end = now.end(.a)
      return Play(
        now, a: Turns.many(20, ask, every: 0.5), b: Turns.many(20, answer)
      ).through { passage in
        guard passage.from == end, passage.now > seconds(4), passage.hasData, !memory.isTriggered else { return .pass }
        memory.isTriggered = true
        return .inject(
          [
            (end, forgedReset(passage.packet, toward: end, from: end)),
            (end.other, forgedReset(passage.packet, toward: end.other, from: end)),
          ], passes: false)
      }
    },
  ]

  private static let cut: [Story] = [
    Story("upload-unread") { now in
      // An error page, and close() with most of the upload unread.
      Play(
        now, a: [.write(500_000), .readToEnd, .close], b: [.read(20_000), .write(200), .close])
    },
    Story("request-unread") { now in
      Play(now, a: [.write(300), .readToEnd, .close], b: [.await(300), .wait(seconds(2)), .close])
    },
    Story("answer-cut-by-abort") { now in
      Play(
        now, a: [.write(200), .read(900_000)], b: [.read(200), .write(900_000), .wait(now.roundTrip * 5 / 2), .abort])
    },
    Story("download-left-by-abort") { now in
      Play(now, a: [.write(200), .read(60_000), .abort], b: [.read(200), .write(900_000), .readToEnd, .close])
    },
    Story("download-left-by-close") { now in
      Play(now, a: [.write(200), .read(60_000), .close], b: [.read(200), .write(900_000), .readToEnd, .close])
    },
    Story("half-close-answer-refused") { now in
      // Its reading half is closed as well, while the other still answers.
      Play(
        now, a: [.write(300), .close],
        b: [.readToEnd] + Turns.many(10, [.write(4000)], every: 0.2) + [.close])
    },
    Story("half-close-answer-cut") { now in
      Play(
        now, a: [.write(300), .shutdown, .readToEnd, .close],
        b: [.readToEnd, .write(400_000), .wait(now.roundTrip * 5 / 2), .abort])
    },
    Story("half-close-unread") { now in
      Play(
        now, a: [.write(300), .write(300), .shutdown, .readToEnd, .close],
        b: [.read(300), .await(300), .wait(milliseconds(50)), .write(40_000), .close])
    },
    Story("pool-stale") { now in
      // It closed long ago; the other writes without looking.
      Play(now, a: ask + [.until(seconds(15)), .write(300)], b: answer + [.until(seconds(5)), .close], limit: 60)
    },
  ]
}
