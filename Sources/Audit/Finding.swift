public import Flow

/// `error`: data lost, or a connection dead on one side. `warning`: a defect that has not lost data yet.
/// `note`: worth knowing.
public enum Severity: UInt8, Comparable, CaseIterable, Sendable {
  case note, warning, error

  /// As in records, `--min-severity` and `--fail-on`.
  public var name: String {
    switch self {
    case .note: "note"
    case .warning: "warning"
    case .error: "error"
    }
  }

  /// By weight: a note is less than an error.
  public static func < (left: Severity, right: Severity) -> Bool { left.rawValue < right.rawValue }
}

/// `certain`: no other explanation of these packets.
public enum Confidence: UInt8, Comparable, CaseIterable, Sendable {
  case possible, likely, certain

  /// As in records.
  public var name: String {
    switch self {
    case .possible: "possible"
    case .likely: "likely"
    case .certain: "certain"
    }
  }

  /// By sureness: possible is less than certain.
  public static func < (left: Confidence, right: Confidence) -> Bool { left.rawValue < right.rawValue }
}

/// Who can have broken a connection.
public enum Party: String, CaseIterable, Sendable { case client, server, path, capture }

/// One packet that proves something.
public struct Evidence: Hashable, Sendable {
  /// When, and which packet; of a sight of the kernel's table `packet` is none.
  public var moment: Moment
  /// Whose packet it is; nil for an ICMP error.
  public var side: Side?
  /// What it is, in the field's words: "FIN after 4 bytes".
  public var what: String

  /// - Parameter what: a few words, beginning with the packet's flags or kind.
  public init(_ moment: Moment, _ side: Side?, _ what: String) {
    self.moment = moment
    self.side = side
    self.what = what
  }
}

/// A value in a finding's `facts`, as JSON has it.
public enum FactValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  /// Nanoseconds, written as seconds.
  case duration(Int64)
  case text(String)
  case list([FactValue])
}

/// A named fact; order is the rule's.
public struct NamedFact: Hashable, Sendable {
  /// As in JSON: small letters, words joined by `_`; stays as it is once it was public.
  public var name: String
  /// `.null` is unknown, never 0.
  public var value: FactValue

  /// Of any kind; for numbers, durations and texts there are shorter ones.
  public init(_ name: String, _ value: FactValue) {
    self.name = name
    self.value = value
  }
}

/// A claim that a person will act on.
public struct Finding: Hashable, Sendable {
  /// Id of the rule, as in the catalogue.
  public var rule: String
  /// Of this case: a rule may have several (`Rule.severities`).
  public var severity: Severity
  /// With all doubts in it: capture loss, one side only, no handshake.
  public var confidence: Confidence
  /// Every party that the packets do not clear, likeliest first. At fault is the one that is left, if one is.
  public var suspects: [Party]
  /// One line, numbers included.
  public var summary: String
  /// Data on the wire, of both sides, that were neither acknowledged nor selectively acknowledged; nil where it is not a matter of data.
  public var bytesLost: UInt64?
  /// Else `bytesLost` is a lower bound: its sender may have had more to send.
  public var bytesLostExact: Bool
  /// In order of capture; empty where no single packet proves it.
  public var evidence: [Evidence]
  /// The rule's own, in the order in which they are told.
  public var facts: [NamedFact]
  /// What to do, or what would prove it where one end cannot tell.
  public var mend: String

  /// The one suspect left; nil, `unknown` in records, where there are several or none.
  public var atFault: Party? { suspects.count == 1 ? suspects[0] : nil }

  /// - Parameter bytesLost: nil where it is not a matter of data; exact only if `bytesLostExact` says so.
  public init(
    rule: String, severity: Severity, confidence: Confidence, suspects: [Party], summary: String,
    bytesLost: UInt64? = nil, bytesLostExact: Bool = false, evidence: [Evidence], facts: [NamedFact] = [],
    mend: String = ""
  ) {
    self.rule = rule
    self.severity = severity
    self.confidence = confidence
    self.suspects = suspects
    self.summary = summary
    self.bytesLost = bytesLost
    self.bytesLostExact = bytesLostExact
    self.evidence = evidence
    self.facts = facts
    self.mend = mend
  }
}
