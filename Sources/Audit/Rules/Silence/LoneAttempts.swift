public import Flow

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
