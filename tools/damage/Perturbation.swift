/// One way in which a capture may be worse than what was on the wire.
struct Perturbation: Sendable {
  var name: String
  /// Whether another seed gives another variant.
  var isRandom = true
  var apply: @Sendable ([Packet], inout Seeded) -> [Packet]

  static let all: [Perturbation] = drops + cuts + times + copies + snaplens

  private static let drops: [Perturbation] =
    [1, 10, 30].map { percent in drop("drop-\(percent)", percent) { _ in true } }
    + [30, 70, 100].map { percent in drop("acks-\(percent)", percent, \.isPureACK) }
    + [10, 50, 100].flatMap { percent in
      [
        drop("forward-\(percent)", percent) { $0.way == .forward },
        drop("backward-\(percent)", percent) { $0.way == .backward },
      ]
    }

  private static func drop(_ name: String, _ percent: Int, _ which: @escaping @Sendable (Packet) -> Bool)
    -> Perturbation
  {
    Perturbation(name: name, isRandom: percent < 100) { packets, random in
      packets.filter { !(which($0) && random.chance(percent)) }
    }
  }

  private static let cuts = [
    Perturbation(name: "begins-late") { packets, random in
      Array(packets.dropFirst(packets.count * Int.random(in: 5...80, using: &random) / 100))
    },
    Perturbation(name: "ends-early") { packets, random in
      Array(packets.prefix(packets.count * Int.random(in: 20...95, using: &random) / 100 + 1))
    },
    // As a disk that is too slow: everything is missing for a while.
    Perturbation(name: "blind") { packets, random in
      let length = packets.count * Int.random(in: 3...25, using: &random) / 100 + 1
      let start = Int.random(in: 0...packets.count - length, using: &random)
      return Array(packets[..<start] + packets[(start + length)...])
    },
  ]

  private static let times: [Perturbation] = [("1ms", 1_000_000), ("50ms", 50_000_000)].flatMap { word, most in
    [
      // Packets change places.
      Perturbation(name: "jitter-\(word)") { packets, random in inOrder(jittered(packets, Int64(most), &random)) },
      // They keep them, and the clock runs back.
      Perturbation(name: "clock-\(word)") { packets, random in jittered(packets, Int64(most), &random) },
      // Two ports of a tap whose clocks are apart.
      Perturbation(name: "skew-forward-\(word)", isRandom: false) { packets, _ in late(packets, .forward, Int64(most))
      },
      Perturbation(name: "skew-backward-\(word)", isRandom: false) { packets, _ in late(packets, .backward, Int64(most))
      },
    ]
  }

  private static func jittered(_ packets: [Packet], _ most: Int64, _ random: inout Seeded) -> [Packet] {
    packets.map { packet in
      var moved = packet
      moved.time += Int64.random(in: 0...most, using: &random)
      return moved
    }
  }

  private static func late(_ packets: [Packet], _ way: Packet.Way, _ delay: Int64) -> [Packet] {
    inOrder(
      packets.map { packet in
        var moved = packet
        if packet.way == way { moved.time += delay }
        return moved
      })
  }

  private static let copies: [Perturbation] =
    [("10us", 10_000), ("200us", 200_000), ("5ms", 5_000_000)].flatMap { word, delay in
      [
        copy("twice-\(word)", delay) { $0 },
        copy("routed-\(word)", delay, \.routed),
        copy("routed-half-\(word)", delay, percent: 50, \.routed),
      ]
    }
    // A second capture whose clock is behind. A lone SYN that comes so late may as well be sent again.
    + [
      copy("twice-3s", 3_000_000_000, of: \.isAnswered) { $0 },
      copy("routed-3s", 3_000_000_000, of: \.isAnswered, \.routed),
    ]

  /// A mirror port that shows packets a second time, later by `delay` and up to half as much again, 5 ms at the most.
  private static func copy(
    _ name: String, _ delay: Int64, percent: Int = 100, of which: @escaping @Sendable (Packet) -> Bool = { _ in true },
    _ change: @escaping @Sendable (Packet) -> Packet
  ) -> Perturbation {
    Perturbation(name: name) { packets, random in
      var both = packets
      var latest = Int64.min
      for packet in packets where which(packet) && random.chance(percent) {
        var second = change(packet)
        // A path keeps the order.
        latest = max(latest, packet.time + Int64.random(in: delay...delay + min(delay / 2, 5_000_000), using: &random))
        second.time = latest
        both.append(second)
      }
      return inOrder(both)
    }
  }

  private static let snaplens = [64, 96].map { most in
    Perturbation(name: "snaplen-\(most)", isRandom: false) { packets, _ in
      packets.map { packet in
        var short = packet
        short.bytes = Array(packet.bytes.prefix(most))
        return short
      }
    }
  }

  /// In the order of their times; packets of one moment keep theirs.
  private static func inOrder(_ packets: [Packet]) -> [Packet] {
    packets.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
  }
}
