public import Audit

/// What a live audit says of itself in numbers, at one moment.
///
/// A plain value: the audit's loop hands one over now and then, and whoever scrapes reads the latest.
public struct LiveFigures: Sendable {
  /// What findings are counted by.
  public struct Kind: Hashable, Sendable {
    /// Id of the rule, as in the catalogue.
    public var rule: String
    /// A rule can find with more than one.
    public var severity: Severity
    /// nil where it is unknown.
    public var atFault: Party?

    /// - Parameter atFault: the one suspect left, else nil.
    public init(rule: String, severity: Severity, atFault: Party?) {
      self.rule = rule
      self.severity = severity
      self.atFault = atFault
    }
  }

  /// Of the tool.
  public var version: String
  /// Packets since the start, by what became of them.
  public var packets: UInt64 = 0
  /// Segments read to their end, and fragments of what may be one.
  public var tcpPackets: UInt64 = 0
  /// Not read to their end, among them segments whose header the capture cut.
  public var undecodedPackets: UInt64 = 0
  /// Bytes on the wire.
  public var bytes: UInt64 = 0
  /// Packets that the kernel had no room for, and that the interface lost.
  public var kernelDropped: UInt64 = 0
  /// Packets, by the interface's own count.
  public var interfaceDropped: UInt64 = 0
  /// Since the start, as counters do: those that were revised or taken back later stay counted.
  public var findings: [Kind: UInt64] = [:]
  /// Bytes lost by rule, lower bounds included, on connections that have ended.
  public var bytesLost: [String: UInt64] = [:]
  /// The same of connections that are open, as their findings have it now: it may still arrive. Moved to `bytesLost` when they end.
  public var openBytesLost: [String: UInt64] = [:]
  /// Connections begun since the start.
  public var connections: UInt64 = 0
  /// Connections now open, by the connection record's `state`.
  public var openConnections: [String: UInt64] = [:]
  /// Connections given up for want of memory.
  public var evicted: UInt64 = 0
  /// Connections that have ended and wait to be judged; and those that were only counted since the start.
  public var waiting: UInt64 = 0
  /// Ended too fast to be judged: what they would have added to `findings` nobody knows.
  public var unjudged: UInt64 = 0
  /// Memory that connections take, bytes.
  public var trackerBytes: UInt64 = 0
  /// How far the audit is behind the wire, seconds.
  public var lag: Double = 0

  /// All counts zero, as before the first packet.
  public init(version: String) { self.version = version }
}
