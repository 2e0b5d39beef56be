internal import Audit

/// A step that the packets' clock made and time did not.
struct ClockStep: Equatable {
  /// A clock that is set by less, ns, is not spoken of.
  static var least: Int64 { 2_000_000_000 }

  /// It certainly took all between these, ns since 1970; `to` is before `from` where it was set back.
  var from: Int64
  var to: Int64
  /// ns.
  var size: Int64
  /// For so long of it, ns, this host slept; nil where nobody knows.
  var slept: Int64?

  init(from: Int64, to: Int64, size: Int64, slept: Int64?) {
    self.from = from
    self.to = to
    self.size = size
    self.slept = slept
  }

  /// As two packets show it, one after the other.
  /// - Parameter longest: in which both came, ns by a clock that nobody sets, which they may have spent waiting; nil: by packets alone
  ///   no step forward is believed.
  init?(from: Int64, to: Int64, _ longest: Int64?) {
    let size = to &- from
    let isForward = longest.map { size > ClockStep.least &+ $0 } ?? false
    guard isForward || size < -ClockStep.least else { return nil }
    self.init(from: from, to: to, size: size, slept: nil)
  }

  var words: String {
    func set(_ step: Int64) -> String {
      "the clock was set \(step > 0 ? "forward" : "back") by \(TimeSpan.text(Int64(clamping: step.magnitude)))"
    }
    guard let slept else { return size > 0 ? "\(set(size)), or this host slept" : set(size) }
    guard slept > ClockStep.least else { return set(size) }
    let rest = size - slept
    return "this host slept for \(TimeSpan.text(slept))"
      + (rest.magnitude > ClockStep.least.magnitude ? ", and \(set(rest))" : "")
  }
}

/// The kernel's clock against those that nobody sets: only they tell a step from a process that was held up, while packets waited in
/// the ring.
struct ClockWatch {
  /// What three clocks say at one moment, ns.
  struct Reading {
    var realtime: Int64
    /// It stands while the host sleeps.
    var monotonic: Int64
    /// It does not.
    var boottime: Int64

    /// - Returns: nil where the process was held up between one clock and the next.
    static var now: Reading? {
      let monotonic = Budget.monotonic
      let reading = Reading(realtime: Budget.realtime, monotonic: monotonic, boottime: Budget.boottime)
      return Budget.monotonic - monotonic < 100_000_000 ? reading : nil
    }
  }

  private var last: Reading?

  /// A step forward since the last time. (One back shows in the packets themselves, and matters where it does.)
  mutating func look(_ reading: Reading? = .now) -> ClockStep? {
    guard let now = reading else { return nil }
    defer { last = now }
    guard let last else { return nil }
    let passed = now.monotonic - last.monotonic
    let size = now.realtime - last.realtime - passed
    guard size > ClockStep.least else { return nil }
    // Nobody knows when in that time it was: what lies between the latest that it came from and the earliest that it came to, or the
    // middle of it all.
    var (from, to) = (last.realtime + passed, last.realtime + size)
    if from >= to { (from, to) = ((from + to - size) / 2, (from + to + size) / 2) }
    return ClockStep(from: from, to: to, size: size, slept: now.boottime - last.boottime - passed)
  }
}
