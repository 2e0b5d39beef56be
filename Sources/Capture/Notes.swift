internal import Wire

/// What the inputs told besides frames: interfaces, errors, losses, and how their clocks ran.
struct Notes {
  /// Most interfaces of one run: `Frame.interface` has 16 bits.
  static var interfaceLimit: Int { 65_536 }
  /// A clock that is set back by less (ns) is not spoken of: merged queues of one interface are that untidy.
  static var leastStep: Int64 { 100_000_000 }

  var interfaces: [CaptureInterface] = []
  /// Their indexes, once no more can be added.
  private var indexes: [CaptureInterface: UInt16] = [:]
  var errors: [CaptureError] = []
  var loss = CaptureLoss()
  /// The latest time since the clock was last set back, ns; `.min` is none.
  var end = Int64.min

  /// Its index over the run; nil where there are too many.
  mutating func add(_ interface: CaptureInterface) -> UInt16? {
    guard interfaces.count < Self.interfaceLimit else {
      // Each section of a pcapng describes its interfaces anew.
      if indexes.isEmpty {
        for (index, known) in interfaces.enumerated() where indexes[known] == nil { indexes[known] = UInt16(index) }
      }
      return indexes[interface]
    }
    interfaces.append(interface)
    return UInt16(interfaces.count - 1)
  }

  /// A packet's time.
  /// - Parameter previous: that of the packet before it on the same interface; `.min` is none.
  @inline(__always) mutating func observe(_ time: Int64, after previous: Int64, input: Int, number: UInt64) {
    if time > end { end = time }
    if time < previous { observeBackward(time, after: previous, input: input, number: number) }
  }

  @inline(never) private mutating func observeBackward(_ time: Int64, after previous: Int64, input: Int, number: UInt64)
  {
    guard loss.observeBackward(time, after: previous, PacketReference(input: input, number: number)) else { return }
    loss.recordings.setBack(input, from: previous)
    // How far the recording reached is what its clock says from here on: a leap that was taken back was none.
    end = time
  }
}

extension CaptureLoss {
  /// Most blind intervals that are kept apart.
  public static var blindLimit: Int { 1024 }

  /// A packet is dated before the one before it. Says whether that is worth a word.
  @discardableResult
  mutating func observeBackward(_ time: Int64, after previous: Int64, _ packet: PacketReference) -> Bool {
    let step = Timestamp(nanoseconds: previous).since(Timestamp(nanoseconds: time))
    guard step >= Notes.leastStep else { return false }
    if backwardSteps == 0 {
      firstBackwardStep = packet
      firstBackwardTime = Timestamp(nanoseconds: time)
    }
    backwardSteps &+= 1
    largestBackwardStep = max(largestBackwardStep, step)
    Self.add(from: time, to: previous, to: &toldTwice)
    return true
  }

  /// Where one file follows another in less, ns, nothing is missing that would be taken for silence.
  private static var leastSeam: Int64 { 1_000_000_000 }

  /// An input begins.
  mutating func begin(_ input: Int, at time: Int64) {
    if let end = recordings.lastEnd, Timestamp(nanoseconds: time).since(Timestamp(nanoseconds: end)) >= Self.leastSeam {
      Self.add(from: end, to: time, to: &seams)
    }
    recordings.begin(input, at: time)
  }

  /// Packets were dropped between the two times.
  mutating func addBlind(from: Int64, to: Int64) { Self.add(from: from, to: to, to: &blind) }

  /// That input dropped packets between the two times.
  mutating func addDropping(_ input: Int, from: Int64, to: Int64) {
    Self.add(from: from, to: to, to: &ofInputs[input].dropping)
  }

  /// Nothing could come from that input between the two times.
  mutating func addAway(_ input: Int, from: Int64, to: Int64) {
    Self.add(from: from, to: to, to: &ofInputs[input].away)
  }

  /// Intervals that touch become one; when there are too many, the two with the least between them become one: the whole never
  /// says less than was told.
  private static func add(from: Int64, to: Int64, to list: inout [ClosedRange<Timestamp>]) {
    var low = Timestamp(nanoseconds: min(from, to))
    var high = Timestamp(nanoseconds: max(from, to))
    // Nearly always at the end: time goes forward.
    var first = list.count
    while first > 0 && list[first - 1].upperBound >= low { first -= 1 }
    var last = first
    while last < list.count && list[last].lowerBound <= high {
      low = min(low, list[last].lowerBound)
      high = max(high, list[last].upperBound)
      last += 1
    }
    list.replaceSubrange(first..<last, with: CollectionOfOne(low...high))
    guard list.count > blindLimit else { return }
    func gap(before place: Int) -> Int64 { list[place].lowerBound.since(list[place - 1].upperBound) }
    var closest = 1
    for place in 1..<list.count where gap(before: place) < gap(before: closest) { closest = place }
    list[closest - 1] = list[closest - 1].lowerBound...list[closest].upperBound
    list.remove(at: closest)
  }
}
