import Endpoints
import PacketScript
import Wire

/// What an audit must say of a connection.
struct Expected {
  var rule: String
  var severity: String
  /// `client`, `server`, `path`, `unknown`; alternatives with `|` where the capture alone decides what can be told.
  var fault: String
  /// Bytes; nil where the rule promises no number.
  var bytes: Int64?
  /// It is said once of the server's address and port, for all such connections, and not of each.
  var isOfTarget: Bool

  init(_ rule: String, _ severity: String, _ fault: String, bytes: Int64? = 0, ofTarget: Bool = false) {
    self.rule = rule
    self.severity = severity
    self.fault = fault
    self.bytes = bytes
    isOfTarget = ofTarget
  }

  var text: String { "\(rule)/\(severity)/\(fault)/" + (bytes.map { "\($0)" } ?? "any") }
}

/// Where and between whom a connection is simulated.
struct Setting {
  var place: Place
  /// ns.
  var roundTrip: Int64
  var client: Host
  var server: Host
  /// Both ends' full-sized segments.
  var mss: Int

  /// The capture stands so near to that end, and so far from the other, that its delays tell.
  func stands(at place: Place) -> Bool { self.place == place && roundTrip >= milliseconds(5) }

  /// At fault is `end` if the capture can tell, else nobody alone.
  func fault(_ end: End) -> String { stands(at: end == .client ? .client : .server) ? name(end) : "unknown" }

  func name(_ end: End) -> String { end == .client ? "client" : "server" }
}

/// One connection to simulate, and what it then must look like.
struct Plan {
  var client: [Step]
  var server: [Step]
  var clientStack: Stack
  var serverStack: Stack
  var path: Path
  /// Simulated and recorded that long, ns.
  var limit = seconds(400)
  /// The recording ends when the simulation does.
  var endsWithCapture = false
  /// The capture begins with this captured packet of the connection.
  var skipped = 0
  /// A second incarnation on the same ports follows so many ns after the first.
  var reuse: Int64?
  /// The last SYN of the client begins a second incarnation, which is healthy.
  var reincarnates = false
  /// First sequence numbers, where they matter.
  var isn: UInt32?
  /// Judged by what happened, when it is over.
  var expected: (Simulation) -> [Expected] = { _ in [] }

  init(_ setting: Setting, client: [Step], server: [Step]) {
    self.client = client
    self.server = server
    clientStack = Stack()
    clientStack.mss = setting.mss
    serverStack = clientStack
    path = Path(roundTrip: setting.roundTrip, at: setting.place)
  }

  func expecting(_ judge: @escaping (Simulation) -> [Expected]) -> Plan {
    var plan = self
    plan.expected = judge
    return plan
  }
}

/// A kind of connection.
struct Scenario: Sendable {
  var name: String
  /// Out of all connections of a capture, relative.
  var weight: Int
  /// Only where the round trip is long enough to tell the vantage.
  var needsDistance = false
  /// nil: this setting does not show it.
  var plan: @Sendable (Setting, inout Random) -> Plan?

  init(
    _ name: String, weight: Int = 1, needsDistance: Bool = false,
    _ plan: @escaping @Sendable (Setting, inout Random) -> Plan?
  ) {
    self.name = name
    self.weight = weight
    self.needsDistance = needsDistance
    self.plan = plan
  }
}
