public import Wire

/// When and which packet: sixteen bytes that every piece of evidence is made of.
public struct Moment: BitwiseCopyable, Hashable, Sendable {
  /// As the capture dates it, which is not always the order of packets.
  public var time: Timestamp
  /// As a person would look it up; `.none` where what is dated is no packet.
  public var packet: PacketReference

  /// Both of the same packet.
  public init(time: Timestamp, packet: PacketReference) {
    self.time = time
    self.packet = packet
  }

  /// Order of capture: as they were handed out within one input, time between inputs.
  public func precedes(_ other: Moment) -> Bool {
    packet.input == other.packet.input ? packet.place < other.packet.place : time < other.time
  }
}

/// Transmissions of the same thing: a SYN, a FIN, the oldest unacknowledged data, a keepalive.
public struct Burst: BitwiseCopyable, Hashable, Sendable {
  /// The first that the capture has; there may have been earlier ones.
  public var first: Moment
  /// The same as `first` while there was one.
  public var last: Moment
  /// Transmissions, the first included; copies that the capture made are not.
  public var count: UInt32
  /// Gap between the last two transmissions, nanoseconds; 0 while there was one.
  public var lastGap: Int64
  /// Gap between the first two; 0 while there was one.
  public var firstGap: Int64
  /// How many gaps were at least 1.5 times the one before them: exponential back-off (RFC 6298 §5.5) gives `count - 2`.
  public var growing: UInt32

  /// One transmission.
  public init(at moment: Moment) {
    first = moment
    last = moment
    count = 1
    lastGap = 0
    firstGap = 0
    growing = 0
  }

  /// Three transmissions, and a second: what was acknowledged sooner was hardly missed.
  var isLong: Bool { count > 2 && span >= Plausible.answer }

  /// Nanoseconds from the first transmission to the last.
  public var span: Int64 { last.time.since(first.time) }

  /// Of a later transmission; a time before the last one's counts as no gap.
  public mutating func repeated(at moment: Moment) {
    let gap = moment.time.since(last.time)
    if lastGap > 0, gap >= lastGap &+ lastGap / 2 { growing &+= 1 }
    lastGap = max(gap, 0)
    if count == 1 { firstGap = lastGap }
    last = moment
    count = count == .max ? count : count + 1
  }

  /// This burst and one that went on later: the same as if both had been one.
  public func joined(with later: Burst) -> Burst {
    var joint = self
    joint.repeated(at: later.first)
    let seam = joint.lastGap
    if later.count > 1 {
      if seam > 0, later.firstGap >= seam &+ seam / 2 { joint.growing &+= 1 }
      joint.lastGap = later.lastGap
      if count == .max || later.count > .max - joint.count {
        joint.count = .max
      } else {
        joint.count += later.count - 1
      }
      joint.growing &+= later.growing
      joint.last = later.last
    }
    return joint
  }
}
