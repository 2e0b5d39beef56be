import Endpoints
import PacketScript
import Wire

/// How much of what passes its place a capture has.
struct View: Sendable {
  var name: String
  var snaplen = 262_144
  /// Something else is captured to the end: silence is not the end of the capture.
  var runsToTheEnd = true
  /// Needs what passes both ends.
  var isOfTwoTaps = false
  var pick: @Sendable ([Seen], inout Random) -> [Seen]

  init(_ name: String, _ pick: @escaping @Sendable ([Seen], inout Random) -> [Seen] = { packets, _ in packets }) {
    self.name = name
    self.pick = pick
  }

  static let whole = View("whole")

  static let partial: [View] = [
    View("only-a") { packets, _ in packets.filter { $0.role == .a } },
    View("only-b") { packets, _ in packets.filter { $0.role == .b } },
    loss("loss-2", 0.02) { _ in true },
    loss("loss-20", 0.2) { _ in true },
    loss("half-of-a", 0.5) { $0.role == .a },
    loss("half-of-b", 0.5) { $0.role == .b },
    View("blind") { packets, random in
      guard packets.count > 8 else { return packets }
      let length = random.between(2...max(2, packets.count / 4))
      let start = random.below(packets.count - length)
      return Array(packets[..<start] + packets[(start + length)...])
    },
    View("no-acks") { packets, _ in packets.filter { !$0.isPureACK } },
    View("data-only") { packets, _ in packets.filter(\.hasData) },
    View("flags-only") { packets, _ in packets.filter { !$0.packet.flags.isDisjoint(with: [.syn, .fin, .rst]) } },
    View("late-opened") { packets, _ in Array(packets.dropFirst(4)) },
    View("late") { packets, random in Array(packets.dropFirst(random.below(max(1, packets.count)))) },
    View("late-last-data") { packets, _ in Array(packets[(packets.lastIndex(where: \.hasData) ?? 0)...]) },
    View("late-no-data") { packets, _ in
      Array(packets.dropFirst(packets.lastIndex(where: \.hasData).map { $0 + 1 } ?? 0))
    },
    View("early") { packets, random in Array(packets.prefix(random.between(1...max(1, packets.count)))) }.stopping(),
    View("snaplen").cut(to: 64),
    View("twice") { packets, _ in copies(packets, after: 3000) { _ in } },
    View("routed") { packets, _ in
      copies(packets, after: 90_000) {
        $0.packet.source.ttl -= 1
        $0.packet.source.mac += 16
        $0.packet.destination.mac += 16
      }
    },
    View("both-taps").ofTwo(),
    // The abort behind an echo of it, as two queues of one interface may have them.
    View("resets-mixed") { packets, _ in
      var mixed = packets
      for place in mixed.indices.dropFirst() {
        let (one, next) = (mixed[place - 1], mixed[place])
        guard one.isReset, next.isReset, one.role == next.role, next.time - one.time < 20_000_000 else { continue }
        (mixed[place - 1].packet, mixed[place].packet) = (next.packet, one.packet)
      }
      return mixed
    },
  ]

  private func stopping() -> View {
    var view = self
    view.runsToTheEnd = false
    return view
  }

  private func cut(to snaplen: Int) -> View {
    var view = self
    view.snaplen = snaplen
    return view
  }

  private func ofTwo() -> View {
    var view = self
    view.isOfTwoTaps = true
    return view
  }

  private static func loss(_ name: String, _ share: Double, of which: @escaping @Sendable (Seen) -> Bool) -> View {
    View(name) { packets, random in packets.filter { !(which($0) && random.chance(share)) } }
  }

  private static func copies(_ packets: [Seen], after delay: Int64, _ change: (inout Seen) -> Void) -> [Seen] {
    Seen.inOrder(
      packets
        + packets.map { packet in
          var copy = packet
          copy.time += delay
          change(&copy)
          return copy
        })
  }
}
