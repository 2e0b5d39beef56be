internal import Flow
public import Report

/// A reporter that keeps one connection of a run: for `show`.
public struct OneConnection: Reporter {
  /// Number, over the run, of the packet that began it.
  public let id: UInt64
  public private(set) var record: ConnectionRecord?
  /// The ids nearest to the one that was asked for, for a hint.
  public private(set) var nearest: UInt64?

  public init(id: UInt64) { self.id = id }

  /// Once it is found the rest of the input is of no interest.
  public var isBroken: Bool { record != nil }

  public mutating func begin(_ run: RunRecord) {}

  public mutating func report(_ connection: ConnectionRecord) {
    let other = connection.facts.id
    if other == id {
      record = connection
      // What comes later is not read: its addresses and ports may be used again.
      record?.facts.tupleReused = true
    }
    let distance = max(other, id) - min(other, id)
    if let known = nearest, max(known, id) - min(known, id) <= distance { return }
    nearest = other
  }

  public mutating func report(_ finding: FindingRecord) {}
  public mutating func end(_ summary: SummaryRecord) {}
}
