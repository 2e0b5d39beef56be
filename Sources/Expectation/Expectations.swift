public import Audit

/// What somebody expects of an audit, as written in a file that a person also writes by hand (`tcpaudit check --expect`).
///
///     # The monitoring client half-closes and hangs up.
///     connections 1
///     connection 10.1.0.2:50124 -> 10.2.0.2:2181
///       state reset
///       client.payload_bytes 4
///       finding half-close-truncated
///         fault client
///         bytes-lost 9144
///       absent reset-abort
///
/// `# pending: finding RULE`, with `# pending: ` before each line below it too, is what must be found once that rule is built: no
/// difference while it is not found so, and one as soon as it is.
///
/// What stands below a `connection`, indented further than it, is about that connection; all else is about the run: a `finding`
/// is one of the capture as a whole, an `absent` rule must not be found anywhere.
public struct Expectations: Sendable {
  /// `capture FILE`: the capture that the file was written for; only said in messages.
  public var captures: [String] = []
  /// `connections N`: how many there must be.
  public var connectionCount: Int?
  /// `allow-more yes`: findings that are not listed are no difference.
  public var allowsMore = false
  /// About no connection in particular (the rules of the capture itself).
  public var captureFindings: [ExpectedFinding] = []
  /// As `captureFindings`, marked as pending.
  public var pending: [ExpectedFinding] = []
  /// Rules that must not fire anywhere: on no connection, nor about the capture.
  public var absent: [String] = []
  public var connections: [ExpectedConnection] = []

  public init() {}

  /// Of all that is pending, once each.
  public var pendingRules: [String] { Set((pending + connections.flatMap(\.pending)).map(\.rule)).sorted() }
}

/// One block `connection CLIENT -> SERVER [xN]`.
public struct ExpectedConnection: Sendable {
  public var client: EndpointPattern
  public var server: EndpointPattern
  /// How many connections the block speaks of, each of which must fit; nil is at least one.
  public var count: Int?
  /// `clean`: no finding at all.
  public var isClean = false
  /// `allow-more`, for this connection alone; nil: as for the run.
  public var allowsMore: Bool?
  public var findings: [ExpectedFinding] = []
  /// As `findings`, marked as pending.
  public var pending: [ExpectedFinding] = []
  public var absent: [String] = []
  /// `PATH VALUE`: a field of the connection's JSON record, as it is written there without quotes.
  public var fields: [ExpectedField] = []
  /// 1-based line in the file.
  public var line: Int

  public init(client: EndpointPattern, server: EndpointPattern, count: Int?, line: Int) {
    self.client = client
    self.server = server
    self.count = count
    self.line = line
  }
}

public struct ExpectedField: Sendable {
  public var path: String
  public var value: String
  public var line: Int
}

/// `finding RULE` and what is said of it; what is not said may be anything.
public struct ExpectedFinding: Sendable {
  public var rule: String
  public var severity: Severity?
  public var confidence: Confidence?
  /// `fault PARTY` is one, `suspects A,B` are several, in order; `fault unknown` is any number but one.
  public var suspects: [Party]?
  public var faultUnknown = false
  public var bytesLost: UInt64?
  public var line: Int

  public init(rule: String, line: Int) {
    self.rule = rule
    self.line = line
  }
}

/// An address and port, either of which may be `*`: `10.0.0.1:80`, `[2001:db8::1]:443`, `*:2181`, `*`.
public struct EndpointPattern: Sendable, Hashable {
  /// As it is written in records; nil is any.
  public var address: String?
  public var port: UInt16?

  public init(address: String?, port: UInt16?) {
    self.address = address
    self.port = port
  }

  /// nil where the text is none.
  public init?(_ text: some StringProtocol) {
    if text == "*" {
      self.init(address: nil, port: nil)
      return
    }
    guard let colon = text.lastIndex(of: ":") else { return nil }
    var address = text[..<colon]
    let portText = text[text.index(after: colon)...]
    if address.hasPrefix("["), address.hasSuffix("]") { address = address.dropFirst().dropLast() }
    let port = UInt16(portText)
    guard !address.isEmpty, portText == "*" || port != nil else { return nil }
    self.init(address: address == "*" ? nil : String(address), port: port)
  }

  public func matches(address: String, port: UInt16) -> Bool {
    (self.address == nil || self.address == address) && (self.port == nil || self.port == port)
  }

  public var text: String {
    guard let address else { return port.map { "*:\($0)" } ?? "*" }
    let host = address.contains(":") ? "[\(address)]" : address
    return host + ":" + (port.map { "\($0)" } ?? "*")
  }
}
