public import Audit
public import Flow
public import Wire

/// What a run is of: the first line of every report.
public struct RunRecord: Sendable {
  /// Of the tool.
  public var version: String
  /// As they were given; `-` is standard input.
  public var inputs: [String]
  /// In libpcap's syntax; nil is everything.
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
  /// It was reported before its connection's record, which still names its rule.
  public var wasTold = false
  /// This host's sockets at the connection's ends; nil where its kernel was not asked.
  public var sockets: HostEnds?

  public init(id: UInt64, revises: UInt64? = nil, connection: UInt64?, finding: Finding) {
    self.id = id
    self.revises = revises
    self.connection = connection
    self.finding = finding
  }
}

/// An attempt that was refused, and the finding that it is: words are made of it where it is shown.
public struct RefusalRecord: Sendable {
  public static let rule = "syn-refused"
  public static let severity = Severity.note
  static let confidence = Confidence.likely
  static let suspects = [Party.server]

  /// Of the finding.
  public var id: UInt64
  public var connection: UInt64
  public var client: Endpoint
  public var server: Endpoint
  public var ipVersion: UInt8
  public var syn: Moment
  public var reset: Moment

  public init(id: UInt64, _ brief: Brief, _ refusal: Refusal) {
    self.id = id
    connection = brief.id
    client = brief.client.endpoint
    server = brief.server.endpoint
    ipVersion = brief.ipVersion
    syn = refusal.syn
    reset = refusal.reset
  }

  /// The finding in words.
  public var finding: FindingRecord {
    FindingRecord(id: id, connection: connection, finding: .refused(syn, by: reset, port: server.port))
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
  /// Id of an earlier record that shows the same connection, on the other side of a NAT. What was told of that one is not told
  /// of this one again.
  public var sameAs: UInt64?

  public init(
    facts: Facts, findings: [FindingRecord], encapsulation: Encapsulation, interface: String?, sameAs: UInt64? = nil
  ) {
    self.sameAs = sameAs
    self.facts = facts
    self.findings = findings
    self.encapsulation = encapsulation
    self.interface = interface
  }
}

/// The last line: counts over the run.
public struct SummaryRecord: Sendable {
  // Packets that passed the filter, and what became of them.
  public var packets: UInt64 = 0
  /// Those that a filter refused included.
  public var frames: UInt64 = 0
  public var tcpPackets: UInt64 = 0
  public var notTCPPackets: UInt64 = 0
  public var undecodedPackets: UInt64 = 0
  /// Bytes on the wire of all frames.
  public var bytes: UInt64 = 0
  public var connections: UInt64 = 0
  /// Live, and for its text: those that go on, and are not among `connections`.
  public var open: UInt64 = 0
  /// For the text report.
  public var states: [ConnectionState: UInt64] = [:]
  /// Those that were reported, by severity and by rule.
  public var findings: [Severity: UInt64] = [:]
  public var rules: [String: UInt64] = [:]
  /// Packets, by the file's own count.
  public var kernelDropped: UInt64 = 0
  public var interfaceDropped: UInt64 = 0
  /// Acknowledged and not in the capture.
  public var missingBytes: UInt64 = 0
  /// Of all bytes that were carried: 0 … 1.
  public var missingRatio = 0.0
  /// An input ends in the middle of something.
  public var truncatedInput = false
  /// Inputs of which nothing was read, as they were given, and how many others were not read to their end.
  public var unreadInputs: [String] = []
  public var damagedInputs: UInt64 = 0
  /// Somebody wanted the end before the inputs had one.
  public var wasInterrupted = false
  /// How much of the inputs was read, in percent of their bytes; nil where their size is not known.
  public var percentRead: UInt64?
  /// Findings that were made and not wanted.
  public var leftOutFindings: UInt64 = 0
  /// `[layer name][reason name]`, packets.
  public var skipped: [String: [String: UInt64]] = [:]
  /// Packets that the capture holds a second time; they are in `packets`.
  public var duplicates: UInt64 = 0
  /// Datagrams of which pieces are missing.
  public var fragmentsIncomplete: UInt64 = 0
  public var icmpErrors: UInt64 = 0
  /// nil where they were not verified.
  public var checksums: ChecksumCounts?
  /// Connections by which a host asks at regular times whether a service lives.
  public var healthChecks: UInt64 = 0
  /// Connections that the capture has on both sides of a NAT, and how many records show one of them again.
  public var seenTwice: UInt64 = 0
  public var seenAgain: UInt64 = 0
  /// Connections given up for want of memory.
  public var evicted: UInt64 = 0
  /// Connections that ended too fast to be judged, and were only counted (live).
  public var unjudged: UInt64 = 0
  /// Of the first packet, and how far the recording reached; nil where there was no packet.
  public var start: Timestamp?
  public var end: Timestamp?
  public var peakConnections = 0
  /// How often the capture's clock ran backwards: then `end` less `start` is no length.
  public var backwardSteps: UInt64 = 0

  public init() {}
}

/// Where results go, in order: one run, connections each with its findings, findings of the whole, one summary.
/// Called once a connection, never once a packet.
public protocol Reporter {
  /// Nobody reads any more (a closed pipe, a full disk): the run may end.
  var isBroken: Bool { get }
  mutating func begin(_ run: RunRecord)
  /// Each connection that has ended, be it reported or not, and before it is.
  mutating func meet(_ connection: borrowing Brief)
  mutating func report(_ connection: ConnectionRecord)
  /// Whether plain refusals are wanted as such, and not as connections.
  var takesRefusals: Bool { get }
  mutating func report(_ refusal: RefusalRecord)
  /// A finding that belongs to no single connection.
  mutating func report(_ finding: FindingRecord)
  mutating func end(_ summary: SummaryRecord)
}

extension Reporter {
  public var isBroken: Bool { false }
  public mutating func meet(_ connection: borrowing Brief) {}
  public var takesRefusals: Bool { false }
  public mutating func report(_ refusal: RefusalRecord) {
    preconditionFailure("a reporter that takes refusals says what it does with them")
  }
}
