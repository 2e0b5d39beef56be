public import Flow

/// What one connection's facts amount to: one finding for each cause, likeliest reading of the catalogue's order.
public func judge(_ facts: Facts, _ surroundings: Surroundings, _ thresholds: Thresholds) -> [Finding] { [] }

/// What is known of the capture as a whole at its end (section 5 of the catalogue).
public struct CaptureFacts: Sendable {
  public var surroundings = Surroundings()
  /// TCP packets, copies included, and the copies.
  public var tcpPackets: UInt64 = 0
  public var duplicatePackets: UInt64 = 0
  /// Connections of which more than a SYN was seen, and those of them seen in one direction while the other is proved alive.
  public var connections: UInt64 = 0
  public var oneSidedConnections: UInt64 = 0
  /// Steps of the clock backwards within one interface, the largest (ns), and the packet that came first after one.
  public var backwardSteps: UInt64 = 0
  public var largestBackwardStep: Int64 = 0
  public var firstBackwardStep: Moment?
  /// Inputs that end in the middle of a record, as they were given, and the last packet before each.
  public var cutInputs: [(path: String, last: Moment?)] = []

  public init() {}
}

/// Findings about the capture, connection none.
public func judgeCapture(_ facts: CaptureFacts, _ thresholds: Thresholds) -> [Finding] { [] }

/// Lone SYNs without an answer, summed up per target: each is a note, and a flood of them one line.
///
/// Bounded: targets beyond `limit` are summed up as "others".
public struct LoneAttempts: Sendable {
  public static var limit: Int { 4096 }

  public init() {}

  /// Whether the connection is one (then it has no finding of its own), counted if so.
  public mutating func take(_ facts: Facts) -> Bool { false }

  /// One note for each target, most attempts first.
  public func findings() -> [Finding] { [] }
}
