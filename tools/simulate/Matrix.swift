import Endpoints

/// Every case of a story: whole from all places and between all kernels; in part, between kernels that are drawn.
struct Matrix {
  struct Case {
    var acting: End
    var stack: String
    /// Microseconds.
    var roundTrip: Int
    var tap: Tap
    var view: View

    /// Which end `a` is, between which kernels, how far apart, where captured, how much of it.
    var name: String {
      "\(acting == .client ? "client" : "server").\(stack).\(roundTrip)us.\(tap.rawValue).\(view.name)"
    }
  }

  private static let ends: [End] = [.client, .server]
  private static let roundTrips = [300, 20_000, 180_000]
  /// Two taps may be so far apart that a copy comes long after its original's followers.
  private static let roundTripsOfTwoTaps = roundTrips + [400_000]

  let story: Story
  let seed: UInt64
  private(set) var cases: [Case] = []

  init(story: Story, seed: UInt64, isQuick: Bool) {
    self.story = story
    self.seed = seed
    var random = self.random("cases")
    func drawn(_ acting: End, _ tap: Tap, _ view: View) -> Case {
      let distances = view.isOfTwoTaps ? Self.roundTripsOfTwoTaps : Self.roundTrips
      return Case(
        acting: acting, stack: random.pick(Stacks.names), roundTrip: random.pick(distances), tap: tap, view: view)
    }
    if isQuick {
      for tap in Tap.allCases { cases.append(drawn(random.pick(Self.ends), tap, .whole)) }
      // Each of them about as often, over all stories.
      for view in View.partial where random.chance(0.4) {
        cases.append(drawn(random.pick(Self.ends), random.pick(Tap.allCases), view))
      }
      return
    }
    for acting in Self.ends {
      for tap in Tap.allCases {
        for stack in Stacks.names {
          for roundTrip in Self.roundTrips {
            cases.append(Case(acting: acting, stack: stack, roundTrip: roundTrip, tap: tap, view: .whole))
          }
        }
        for view in View.partial { cases.append(drawn(acting, tap, view)) }
      }
    }
  }

  /// One lot for each name: a story or view more changes nothing of the others.
  private func random(_ name: String) -> Random {
    // FNV-1a.
    Random(
      seed: (story.name + "/" + name).utf8.reduce(0xcbf2_9ce4_8422_2325 ^ seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    )
  }

  /// The packets, and when the recording ends, ns.
  func capture(_ chosen: Case) -> (packets: [Seen], end: Int64) {
    // What happens does not depend on who watches.
    let happens = random("\(chosen.acting) \(chosen.stack) \(chosen.roundTrip)")
    let conversation = story.run(
      Circumstances(
        acting: chosen.acting, stack: chosen.stack, roundTrip: Int64(chosen.roundTrip) * 1000, random: happens))
    var random = random(chosen.name)
    var packets = conversation.seen(at: chosen.tap)
    if chosen.view.isOfTwoTaps { packets = Seen.inOrder(conversation.seen(at: .a) + conversation.seen(at: .b)) }
    return (chosen.view.pick(packets, &random), conversation.limit)
  }
}
