internal import Glibc

/// How long a step of the loop may take: what is left over waits for its next turn, so that packets never wait for long.
///
/// Why the unsafe lines hold: clock_gettime(2) fills the structure that it is lent for the call.
struct Budget: ~Copyable {
  private let end: Int64

  /// - Parameter nanoseconds: from now on.
  init(_ nanoseconds: Int64) { end = Self.monotonic + nanoseconds }

  private init(end: Int64) { self.end = end }

  static var unlimited: Budget { Budget(end: .max) }

  var isSpent: Bool { end != .max && Self.monotonic >= end }

  /// Nanoseconds on a clock that nobody sets.
  static var monotonic: Int64 { now(CLOCK_MONOTONIC) }

  /// Nanoseconds since 1970, as the kernel dates packets.
  static var realtime: Int64 { now(CLOCK_REALTIME) }

  /// As `monotonic`, and it goes on while the host sleeps.
  static var boottime: Int64 { now(CLOCK_BOOTTIME) }

  private static func now(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    _ = unsafe clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
