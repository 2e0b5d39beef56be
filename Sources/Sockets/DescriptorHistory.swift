/// How many descriptors each process had, look by look.
public struct DescriptorHistory: Sendable {
  private struct Key: Hashable {
    var id: Int32
    var started: Int64
  }

  struct Look: Hashable {
    /// Nanoseconds since boot.
    var time: Int64
    var count: Int
  }

  /// Older looks are forgotten: what counts is how it grows now.
  static var most: Int { 60 }

  private var looks: [Key: [Look]] = [:]

  /// No look yet: nothing grows.
  public init() {}

  /// Notes what a snapshot counted, or what its processes had later; who is not in it any more is forgotten.
  /// - Parameter later: as `Snapshot.countDescriptors` gives it.
  public mutating func note(_ snapshot: Snapshot, later: (time: Int64, counts: [Int?])? = nil) {
    var kept: [Key: [Look]] = [:]
    for (index, process) in snapshot.processes.enumerated() {
      let key = Key(id: process.id, started: process.started)
      var own = looks[key] ?? []
      if let later {
        if let count = later.counts[index] { own.append(Look(time: later.time, count: count)) }
      } else {
        own.append(Look(time: snapshot.uptime, count: process.descriptors))
      }
      kept[key] = own.suffix(DescriptorHistory.most)
    }
    looks = kept
  }

  /// Writes into the snapshot's processes how they grew, and their latest count.
  public func tell(_ snapshot: inout Snapshot) {
    for index in snapshot.processes.indices {
      let process = snapshot.processes[index]
      guard let own = looks[Key(id: process.id, started: process.started)], let last = own.last else { continue }
      snapshot.processes[index].descriptors = last.count
      snapshot.processes[index].growth = DescriptorHistory.growth(own)
    }
  }

  /// nil where there are no two looks.
  static func growth(_ looks: [Look]) -> Growth? {
    guard let first = looks.first, let last = looks.last, last.time > first.time else { return nil }
    var rises = 0
    for index in looks.indices.dropFirst().reversed() {
      guard looks[index].count >= looks[index - 1].count else { break }
      rises += 1
    }
    return Growth(more: last.count - first.count, over: last.time - first.time, risesInARow: rises)
  }
}
