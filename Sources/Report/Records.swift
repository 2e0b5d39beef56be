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

  /// - Parameter inputs: paths as given, or interfaces.
  public init(version: String, inputs: [String], filter: String? = nil) {
    self.version = version
    self.inputs = inputs
    self.filter = filter
  }
}

/// A finding with its number in the run (1-based) and its connection.
public struct FindingRecord: Sendable {
  /// 1-based over the run; findings that were left out have none.
  public var id: UInt64
  /// Id of an earlier finding that this one takes back or completes.
  public var revises: UInt64?
  /// What that one said, as findings are counted; nil where there is none.
  public var revised: LiveFigures.Kind?
  /// nil for findings about the capture or about many connections.
  public var connection: UInt64?
  /// What the rules made of it, words and evidence included.
  public var finding: Finding
  /// It was reported before its connection's record, which still names its rule.
  public var wasTold = false
  /// This host's sockets at the connection's ends; nil where its kernel was not asked.
  public var sockets: HostEnds?

  /// Not told yet, and no kernel asked.
  public init(id: UInt64, revises: UInt64? = nil, connection: UInt64?, finding: Finding) {
    self.id = id
    self.revises = revises
    self.connection = connection
    self.finding = finding
  }
}

/// An attempt that was refused, and the finding that it is: words are made of it where it is shown.
public struct RefusalRecord: Sendable {
  /// Id of the rule in the catalogue.
  public static let rule = "syn-refused"
  /// Always so: a refusal loses no data.
  public static let severity = Severity.note
  static let confidence = Confidence.likely
  static let suspects = [Party.server]

  /// Of the finding.
  public var id: UInt64
  /// Id of the connection: number of the SYN's frame over the run.
  public var connection: UInt64
  /// Who sent the SYN.
  public var client: Endpoint
  /// Who sent the RST, or in whose name it was sent.
  public var server: Endpoint
  /// Of both packets: 4 or 6.
  public var ipVersion: UInt8
  /// The only SYN.
  public var syn: Moment
  /// The RST that acknowledges it.
  public var reset: Moment

  /// - Parameter id: of the finding; `brief` and `refusal` are of one connection.
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

/// What is told of a connection beside its facts.
public struct ConnectionVerdict: Sendable {
  /// Those that are wanted, told before or not.
  public var findings: [FindingRecord] = []
  /// `vlan` and `tunnel` of the record.
  public var encapsulation = Encapsulation()
  /// Name of the interface, where the capture has one.
  public var interface: String?
  /// Id of an earlier record that shows the same connection, on the other side of a NAT. What was told of that one is not told
  /// of this one again.
  public var sameAs: UInt64?

  /// Nothing found.
  public init() {}
}

/// A connection that has ended, with what was found.
public struct ConnectionRecord: Sendable {
  /// All that its packets told, until it ended.
  public var facts: Facts
  /// What was found, and what else is told of it.
  public var verdict: ConnectionVerdict

  /// As `ConnectionVerdict` has them.
  public var findings: [FindingRecord] {
    get { verdict.findings }
    set { verdict.findings = newValue }
  }

  /// Both are of one connection.
  public init(_ facts: Facts, _ verdict: ConnectionVerdict) {
    self.facts = facts
    self.verdict = verdict
  }

  /// - Parameter interface: its name; nil where the capture names none.
  public init(
    facts: Facts, findings: [FindingRecord], encapsulation: Encapsulation, interface: String?, sameAs: UInt64? = nil
  ) {
    self.facts = facts
    verdict = ConnectionVerdict()
    verdict.findings = findings
    verdict.encapsulation = encapsulation
    verdict.interface = interface
    verdict.sameAs = sameAs
  }
}

/// The last line: counts over the run.
public struct SummaryRecord: Sendable {
  // Packets that passed the filter, and what became of them.
  /// Frames that the filter let through: `packets` of the summary.
  public var packets: UInt64 = 0
  /// Those that a filter refused included.
  public var frames: UInt64 = 0
  /// Segments read to their end, and fragments of what may be one.
  public var tcpPackets: UInt64 = 0
  /// Understood as something else, ICMP errors included.
  public var notTCPPackets: UInt64 = 0
  /// Not read to their end, the sum of `skipped`; among them segments whose header the capture cut.
  public var undecodedPackets: UInt64 = 0
  /// Bytes on the wire of all frames that the filter lets through.
  public var bytes: UInt64 = 0
  /// Ended ones, reported or not; in `read` all are, at the end of the input.
  public var connections: UInt64 = 0
  /// Live, and for its text: those that go on, or wait for stragglers, and are not among `connections`.
  public var open: UInt64 = 0
  /// For the text report.
  public var states: [ConnectionState: UInt64] = [:]
  /// Those that were reported, by severity and by rule.
  public var findings: [Severity: UInt64] = [:]
  /// By id; in `live` without those that were taken back.
  public var rules: [String: UInt64] = [:]
  /// Packets, by the file's own count.
  public var kernelDropped: UInt64 = 0
  /// Packets, by the interface's own count (pcapng's `isb_ifdrop`).
  public var interfaceDropped: UInt64 = 0
  /// Acknowledged and not in the capture.
  public var missingBytes: UInt64 = 0
  /// Of all bytes that were carried: 0 … 1.
  public var missingRatio = 0.0
  /// An input ends in the middle of something.
  public var truncatedInput = false
  /// Inputs of which nothing was read, as they were given, and how many others were not read to their end.
  public var unreadInputs: [String] = []
  /// Those that were read in part: `partly_read_inputs`.
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
  /// Those that quote a TCP segment; they are among `notTCPPackets`.
  public var icmpErrors: UInt64 = 0
  /// nil where they were not verified.
  public var checksums: ChecksumCounts?
  /// Connections of which nothing is claimed, as their packets are of two streams under one 4-tuple.
  public var mixedConnections: UInt64 = 0
  /// Connections by which a host asks at regular times whether a service lives.
  public var healthChecks: UInt64 = 0
  /// Connections that the capture has on both sides of a NAT, and how many records show one of them again.
  public var seenTwice: UInt64 = 0
  /// Records: as many as `seenTwice`, or more where a connection has more than two.
  public var seenAgain: UInt64 = 0
  /// Connections given up for want of memory.
  public var evicted: UInt64 = 0
  /// Connections that ended too fast to be judged, and were only counted (live).
  public var unjudged: UInt64 = 0
  /// Of the first packet, and how far the recording reached; nil where there was no packet.
  public var start: Timestamp?
  /// Of the recording, its last packet or later (`isb_endtime`); nil together with `start`.
  public var end: Timestamp?
  /// Most connections that were open at once, attempts included.
  public var peakConnections = 0
  /// How often the capture's clock ran backwards: then `end` less `start` is no length.
  public var backwardSteps: UInt64 = 0

  /// Of a run that has seen nothing.
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
  /// The same in two parts, as it comes: facts are large, and who reports all connections takes them as they are lent.
  mutating func report(_ facts: Facts, _ verdict: ConnectionVerdict)
  /// Whether plain refusals are wanted as such, and not as connections.
  var takesRefusals: Bool { get }
  mutating func report(_ refusal: RefusalRecord)
  /// A finding that belongs to no single connection.
  mutating func report(_ finding: FindingRecord)
  mutating func end(_ summary: SummaryRecord)
}

extension Reporter {
  /// Who writes nowhere is never broken.
  public var isBroken: Bool { false }
  /// Nothing, unless a reporter looks ahead.
  public mutating func meet(_ connection: borrowing Brief) {}
  /// Most report few, and take them whole.
  public mutating func report(_ facts: Facts, _ verdict: ConnectionVerdict) {
    report(ConnectionRecord(facts, verdict))
  }
  /// Refusals come as connections, unless a reporter says otherwise.
  public var takesRefusals: Bool { false }
  /// Never called where `takesRefusals` is false.
  public mutating func report(_ refusal: RefusalRecord) {
    preconditionFailure("a reporter that takes refusals says what it does with them")
  }
}
