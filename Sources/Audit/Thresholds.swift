/// Every number that a rule decides by, with unit and reason; options change them.
public struct Thresholds: Sendable {
  /// `--linger`, ns: how long a half-closed connection may wait before that is worth a word. Longer than a local application
  /// needs to see end of file.
  public var linger: Int64 = 5_000_000_000
  /// `--stall`, ns: how long a zero window may last. A busy reader drains its buffer sooner.
  public var stall: Int64 = 5_000_000_000
  /// `--idle`, ns: the shortest idle time after which a middlebox may have forgotten a connection; the shortest timeouts
  /// that are sold are one minute.
  public var idle: Int64 = 60_000_000_000

  public init() {}
}
