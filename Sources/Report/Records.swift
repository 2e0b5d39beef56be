public import Audit
public import Flow
public import Wire

/// What a run is of: the first line of every report.
public struct RunRecord: Sendable {
  public var version: String
  public var inputs: [String]
  public var filter: String?

  public init(version: String, inputs: [String], filter: String? = nil) {
    self.version = version
    self.inputs = inputs
    self.filter = filter
  }
}

/// A finding with its number in the run (1-based) and its connection.
public struct FindingRecord: Sendable {
  public var id: UInt64
  /// Id of an earlier finding that this one takes back or completes.
  public var revises: UInt64?
  /// nil for findings about the capture or about many connections.
  public var connection: UInt64?
  public var finding: Finding

  public init(id: UInt64, revises: UInt64? = nil, connection: UInt64?, finding: Finding) {
    self.id = id
    self.revises = revises
    self.connection = connection
    self.finding = finding
  }
}

/// A connection that has ended, with what was found.
public struct ConnectionRecord: Sendable {
  public var facts: Facts
  public var findings: [FindingRecord]
  /// `vlan` and `tunnel` of the record.
  public var encapsulation: Encapsulation
  /// Name of the interface, where the capture has one.
  public var interface: String?

  public init(facts: Facts, findings: [FindingRecord], encapsulation: Encapsulation, interface: String?) {
    self.facts = facts
    self.findings = findings
    self.encapsulation = encapsulation
    self.interface = interface
  }
}

/// The last line: counts over the run.
public struct SummaryRecord: Sendable {
  public var packets: UInt64 = 0
  /// Those that a filter refused included.
  public var frames: UInt64 = 0
  public var tcpPackets: UInt64 = 0
  public var notTCPPackets: UInt64 = 0
  public var undecodedPackets: UInt64 = 0
  /// Bytes on the wire of all frames.
  public var bytes: UInt64 = 0
  public var connections: UInt64 = 0
  /// By `ConnectionState.rawValue`, for the text report.
  public var states: [String: UInt64] = [:]
  public var findings: [Severity: UInt64] = [:]
  public var rules: [String: UInt64] = [:]
  public var kernelDropped: UInt64 = 0
  public var interfaceDropped: UInt64 = 0
  public var missingBytes: UInt64 = 0
  /// Of all bytes that were carried: 0 … 1.
  public var missingRatio = 0.0
  public var truncatedInput = false
  /// Inputs of which nothing was read, as they were given, and how many others were not read to their end.
  public var unreadInputs: [String] = []
  public var damagedInputs: UInt64 = 0
  /// Findings that were made and not wanted.
  public var leftOutFindings: UInt64 = 0
  /// `[layer name][reason name]`, packets.
  public var skipped: [String: [String: UInt64]] = [:]
  public var duplicates: UInt64 = 0
  public var fragmentsIncomplete: UInt64 = 0
  public var icmpErrors: UInt64 = 0
  public var evicted: UInt64 = 0
  public var start: Timestamp?
  public var end: Timestamp?
  public var peakConnections = 0

  public init() {}
}

/// Where results go, in order: one run, connections each with its findings, findings of the whole, one summary.
/// Called once a connection, never once a packet.
public protocol Reporter {
  /// Nobody reads any more (a closed pipe, a full disk): the run may end.
  var isBroken: Bool { get }
  mutating func begin(_ run: RunRecord)
  mutating func report(_ connection: ConnectionRecord)
  /// A finding that belongs to no single connection.
  mutating func report(_ finding: FindingRecord)
  mutating func end(_ summary: SummaryRecord)
}

extension Reporter {
  public var isBroken: Bool { false }
}
