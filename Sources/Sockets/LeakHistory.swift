/// How many sockets there were, look by look: all of the latest looks, and of older ones the fewer the older they are.
struct LeakHistory: Sendable {
  struct Look: Hashable {
    /// Nanoseconds since boot.
    var time: Int64
    var count: Int
  }

  /// How fast they become more.
  struct Pace: Hashable {
    var more: Int
    /// ns
    var over: Int64
    /// Since the growth began, ns.
    var lasting: Int64

    /// Sockets a second.
    var rate: Double { over > 0 ? Double(more) * 1e9 / Double(over) : 0 }
  }

  private static var most: Int { 64 }
  private static var latest: Int { 24 }

  private(set) var looks: [Look] = []

  mutating func note(_ count: Int, at time: Int64) {
    guard looks.last.map({ $0.time < time }) ?? true else { return }
    looks.append(Look(time: time, count: count))
    if looks.count > LeakHistory.most { thin() }
  }

  /// Gives up the look whose absence leaves the smallest gap for its age.
  private mutating func thin() {
    guard let now = looks.last?.time else { return }
    func gap(_ place: Int) -> Double {
      Double(looks[place + 1].time - looks[place - 1].time) / Double(now - looks[place].time)
    }
    if let place = (1..<looks.count - LeakHistory.latest).min(by: { gap($0) < gap($1) }) { looks.remove(at: place) }
  }

  /// nil where they do not grow, or not for long enough to be believed.
  /// - Parameter isFull: there is no room for more: that they stand still is no end of it.
  func pace(_ limits: SocketLimits, isFull: Bool = false) -> Pace? {
    guard let last = looks.last, let start = beginning, last.count > looks[start].count else { return nil }
    // Nothing more has come for so long: it has ended.
    let arrived = looks[start...].lastIndex { $0.count < last.count }.map { looks[$0 + 1].time } ?? last.time
    let lasting = last.time - looks[start].time
    if last.time - arrived >= max(limits.idle, lasting / 4), !isFull { return nil }
    guard lasting >= limits.watch else { return nil }
    let from = looks[start...].lastIndex {
      last.count - $0.count >= limits.paceSockets && last.time - $0.time >= limits.paceTime
    }
    let first = looks[from ?? start]
    guard last.count > first.count else { return nil }
    return Pace(more: last.count - first.count, over: last.time - first.time, lasting: lasting)
  }

  /// The look from which on they never became fewer by a fifth of what they had been, where they were fewest; of several such the
  /// latest.
  private var beginning: Int? {
    guard !looks.isEmpty else { return nil }
    var start = 0
    var peak = 0
    for place in looks.indices {
      peak = max(peak, looks[place].count)
      if looks[place].count * 5 < peak * 4 {
        start = place
        peak = looks[place].count
      } else if looks[place].count <= looks[start].count {
        start = place
      }
    }
    return start
  }
}
