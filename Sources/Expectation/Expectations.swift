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
  /// In the file's order: a connection that an earlier block took is not taken again.
  public var connections: [ExpectedConnection] = []

  /// Expects nothing but that nothing is found.
  public init() {}

  /// Of all that is pending, once each.
  public var pendingRules: [String] { Set((pending + connections.flatMap(\.pending)).map(\.rule)).sorted() }
}

/// One block `connection CLIENT -> SERVER [xN]`.
public struct ExpectedConnection: Sendable {
  /// Of the record's `client`: where the roles are guessed, the guess.
  public var client: EndpointPattern
  /// Of the record's `server`.
  public var server: EndpointPattern
  /// How many connections the block speaks of, each of which must fit; nil is at least one.
  public var count: Int?
  /// `clean`: no finding at all.
  public var isClean = false
  /// `allow-more`, for this connection alone; nil: as for the run.
  public var allowsMore: Bool?
  /// `finding RULE`, each met by one finding of its own; a rule may stand here more than once.
  public var findings: [ExpectedFinding] = []
  /// As `findings`, marked as pending.
  public var pending: [ExpectedFinding] = []
  /// `absent RULE`, for this connection alone.
  public var absent: [String] = []
  /// `PATH VALUE`: a field of the connection's JSON record, as it is written there without quotes.
  public var fields: [ExpectedField] = []
  /// 1-based line in the file.
  public var line: Int

  /// - Parameter count: nil where the block has no `xN`.
  public init(client: EndpointPattern, server: EndpointPattern, count: Int?, line: Int) {
    self.client = client
    self.server = server
    self.count = count
    self.line = line
  }
}

/// One field of a connection's JSON record, held against it letter by letter.
public struct ExpectedField: Sendable {
  /// Names from the outside in, joined by dots: `client.payload_bytes`.
  public var path: String
  /// As JSON writes it, without quotes: `4`, `true`, `null`.
  public var value: String
  /// 1-based line in the file.
  public var line: Int
}

/// `finding RULE` and what is said of it; what is not said may be anything.
public struct ExpectedFinding: Sendable {
  /// Id; where the finding is pending, maybe of a rule that is not built.
  public var rule: String
  /// Exactly that one; nil is any.
  public var severity: Severity?
  /// Exactly that one, not “at least”; nil is any.
  public var confidence: Confidence?
  /// `fault PARTY` is one, `suspects A,B` are several, in order; `fault unknown` is any number but one.
  public var suspects: [Party]?
  /// `fault unknown`: no suspect, or several.
  public var faultUnknown = false
  /// `bytes-lost N`, be they exact or the least there can be; nil is any, a finding without the number included.
  public var bytesLost: UInt64?
  /// 1-based line in the file, of `finding` itself.
  public var line: Int

  /// Only the rule is said: all else may be anything.
  public init(rule: String, line: Int) {
    self.rule = rule
    self.line = line
  }
}

/// An address and port, either of which may be `*`: `10.0.0.1:80`, `[2001:db8::1]:443`, `*:2181`, `*`.
public struct EndpointPattern: Sendable, Hashable {
  /// As it is written in records; nil is any.
  public var address: String?
  /// 0 … 65,535; nil is any.
  public var port: UInt16?

  /// nil is any; an address as records write it, without brackets.
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

  /// Addresses are compared as text: both must be written as records write them.
  public func matches(address: String, port: UInt16) -> Bool {
    (self.address == nil || self.address == address) && (self.port == nil || self.port == port)
  }

  /// As it is written in the file, IPv6 in brackets, `*` for any.
  public var text: String {
    guard let address else { return port.map { "*:\($0)" } ?? "*" }
    let host = address.contains(":") ? "[\(address)]" : address
    return host + ":" + (port.map { "\($0)" } ?? "*")
  }
}
