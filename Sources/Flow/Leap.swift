public import Wire

/// A time far ahead of all others, that one packet had: it may be that packet's wrong time.
struct Leap: BitwiseCopyable, Sendable {
  /// What the packet said.
  var time: Timestamp
  /// What the clock said when it came.
  var from: Timestamp
  /// Nobody has said so too yet.
  var isDoubted: Bool
}

// The capture's clock. What it says depends on the times of all packets and on nothing else, whoever's they are and whatever
// waits for them: trackers that share a capture see one clock.
extension Tracker {
  /// ns: beyond what the queues of several interfaces put between two packets.
  private static var doubtfulLeap: Int64 { 5_000_000_000 }
  /// A step forward of more than this, ns, is a leap: by less, nobody leaves early who has not been quiet for most of his time.
  private var leastLeap: Int64 { options.closedLinger.addingReportingOverflow(Tracker.doubtfulLeap).partialValue }

  /// Up to which capture time the input has got, a leap that is still doubted included.
  public var reached: Timestamp {
    if let leap, leap.isDoubted { return max(now, leap.time) }
    return now
  }

  /// The clock has come to where something may be due.
  @inline(never) mutating func passAlarm(_ time: Timestamp) {
    guard isBelieved(time) else {
      // The very next packet tells.
      alarm = Timestamp(nanoseconds: .min)
      return
    }
    now = time
    if now >= nextExpiry { expire() }
    setAlarm()
  }

  /// Time that leaps far ahead may be one packet's wrong time: another one must say so too, before anybody is given up for it.
  private mutating func isBelieved(_ time: Timestamp) -> Bool {
    let isFirst = now.nanoseconds == .min
    guard !isFirst, time.since(now) > leastLeap else {
      leap?.isDoubted = false
      return true
    }
    if let leap, time.since(leap.time) >= -Tracker.doubtfulLeap, now.since(leap.from) <= Tracker.doubtfulLeap {
      self.leap = Leap(time: time, from: time, isDoubted: false)
      return true
    }
    leap = Leap(time: time, from: now, isDoubted: true)
    return false
  }

  /// No leap goes unseen: the alarm is never later than a leap from the present time.
  mutating func setAlarm() { alarm = min(nextExpiry, now.advanced(by: leastLeap)) }
}
