/// How fast a counter rises, over the last few seconds: a figure that leaps twice a second tells nobody anything.
public struct RateMeter: Sendable {
  /// Seconds that it looks back, and between two figures.
  private static var span: Double { 5 }
  private static var step: Double { 1 }

  private var samples: [(time: Double, count: UInt64)] = []
  private var rate = 0.0

  /// No figure yet: the rate is 0 until there are two.
  public init() {}

  /// - Parameters:
  ///   - count: as it stands.
  ///   - time: seconds, on a clock that nobody sets.
  /// - Returns: how much a second.
  public mutating func note(_ count: UInt64, at time: Double) -> Double {
    if let last = samples.last, time - last.time < RateMeter.step { return rate }
    samples.append((time, count))
    while samples.count > 2, time - samples[1].time >= RateMeter.span { samples.removeFirst() }
    guard let first = samples.first, time > first.time else { return rate }
    rate = Double(count - min(count, first.count)) / (time - first.time)
    return rate
  }
}
