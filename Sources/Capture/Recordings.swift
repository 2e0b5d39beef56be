public import Wire

/// Which inputs are parts of one recording, and how far each recording has got. Inputs that overlap in time are recordings
/// of their own, and of what one holds the other does not tell that it went on. An input that begins when another has ended
/// goes on with it: rotated files.
public struct Recordings: Sendable {
  private struct Recording: Sendable {
    /// Its first packet, ns.
    var began: Int64
    /// ns; `.max` while one of its inputs is being read.
    var end = Int64.max
    /// Its first input.
    var first: Int
    /// The latest time of it from which a clock was set back, ns; `.min` is none.
    var highest = Int64.min
  }

  /// In order of their beginnings.
  private var recordings: [Recording] = []
  /// Inputs that belong to another than the first.
  private var ofInput: [Int: Int] = [:]
  /// `[input]`, of those that go on with a recording: the first input of it. What is said of an input is said when it begins, and
  /// holds: what was made of its packets may rest on it.
  public private(set) var continued: [Int: Int] = [:]

  init() {}

  /// There is one at most: it ends where all ends.
  public var isOne: Bool { recordings.count < 2 }

  /// When the last of all ended, ns; nil where one of them goes on, or none has begun.
  var lastEnd: Int64? {
    let latest = recordings.reduce(Int64.min) { max($0, $1.end) }
    return latest == .max || latest == .min ? nil : latest
  }

  /// When the last of the recordings ends that hold these packets; nil where one of them goes on.
  public func end(of packets: some Sequence<PacketReference>) -> Timestamp? {
    let latest = packets.reduce(Int64.min) { max($0, end(ofInput: $1.input)) }
    return latest == .max || latest == .min ? nil : Timestamp(nanoseconds: latest)
  }

  /// ns; `.max` where it is not known.
  fileprivate func end(ofInput input: Int) -> Int64 {
    let place = recording(of: input)
    return place < recordings.count ? recordings[place].end : .max
  }

  private func recording(of input: Int) -> Int { ofInput[input] ?? 0 }

  /// - Parameter time: of its first packet, ns.
  mutating func begin(_ input: Int, at time: Int64) {
    let ended = recordings.indices.filter { recordings[$0].end < .max }
    guard let earlier = ended.max(by: { recordings[$0].end < recordings[$1].end }) else {
      if !recordings.isEmpty { ofInput[input] = recordings.count }
      recordings.append(Recording(began: time, first: input))
      return
    }
    if earlier > 0 { ofInput[input] = earlier }
    recordings[earlier].end = .max
    continued[input] = recordings[earlier].first
  }

  /// The clock of an input was set back when it had said that time, ns.
  mutating func setBack(_ input: Int, from time: Int64) {
    let place = recording(of: input)
    guard place < recordings.count else { return }
    recordings[place].highest = max(recordings[place].highest, time)
  }

  /// - Parameter time: of its last packet, ns, or when its recorder stopped.
  mutating func end(_ input: Int, at time: Int64) {
    let ended = recording(of: input)
    recordings[ended].end = time
    // Where one file follows another a few packets may be the wrong way round.
    let latest = Timestamp(nanoseconds: max(time, recordings[ended].highest))
    let goesOn = recordings.indices.first {
      $0 != ended && latest.since(Timestamp(nanoseconds: recordings[$0].began)) <= Notes.leastStep
    }
    if let goesOn { join(ended, goesOn) }
  }

  /// What has ended goes on in `next`, wherever that stands: the later of the two places is given up.
  private mutating func join(_ ended: Int, _ next: Int) {
    let kept = min(ended, next)
    let gone = max(ended, next)
    recordings[kept].end = recordings[next].end
    // What goes on is of that one's place.
    recordings[kept].first = recordings[next].first
    recordings[kept].began = min(recordings[ended].began, recordings[next].began)
    recordings[kept].highest = max(recordings[ended].highest, recordings[next].highest)
    recordings.remove(at: gone)
    for (input, recording) in ofInput where recording >= gone {
      let place = recording == gone ? kept : recording - 1
      ofInput[input] = place > 0 ? place : nil
    }
  }
}

extension CaptureLoss {
  /// `[input]`: when its recording ends; empty where that is when all have ended.
  public func endsOfRecordings(inputs: Int) -> [Timestamp] {
    guard !recordings.isOne || !toldTwice.isEmpty else { return [] }
    return (0..<inputs).map { Timestamp(nanoseconds: recordings.end(ofInput: $0)) }
  }
}
