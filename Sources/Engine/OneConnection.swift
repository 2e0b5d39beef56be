internal import Flow
public import Report

/// A reporter that keeps one connection of a run: for `show`.
public struct OneConnection: Reporter {
  /// Number, over the run, of the packet that began it.
  public let id: UInt64
  /// nil until it has ended, and for good where no connection has this id.
  public private(set) var record: ConnectionRecord?
  /// The ids nearest to the one that was asked for, for a hint.
  public private(set) var nearest: UInt64?

  /// - Parameter id: as `id` of the connection record.
  public init(id: UInt64) { self.id = id }

  /// Once it is found the rest of the input is of no interest.
  public var isBroken: Bool { record != nil }

  /// Nothing: of a run only the one connection is kept.
  public mutating func begin(_ run: RunRecord) {}

  /// Keeps it if it is the one; else only how near its id is.
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

  /// Passed over: it belongs to no connection.
  public mutating func report(_ finding: FindingRecord) {}
  /// Nothing: counts of a run that was broken off say little.
  public mutating func end(_ summary: SummaryRecord) {}
}
