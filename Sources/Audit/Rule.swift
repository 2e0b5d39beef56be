public import Flow

/// Sections of the catalogue.
public enum Section: String, CaseIterable, Sendable {
  case closing, truncation, silence
  /// What only the kernel of this host can say, beside a live capture.
  case sockets
  case capture
}

/// What a rule has made out, and not yet put into words: one that another finding stands for needs none.
protocol Claim {
  func finding(_ facts: Facts, _ surroundings: Surroundings) -> Finding
}

/// One kind of finding: a pure function from what was observed to at most one claim.
///
/// A class, so that to ask a rule is not to copy its words and functions.
public final class Rule: Sendable {
  /// nil where the rule does not fit. Live it is asked again and again while the connection is open.
  public typealias Check = @Sendable (Facts, Surroundings, Thresholds) -> Finding?
  typealias AbortCheck = @Sendable (Abort, Facts, Surroundings, Thresholds) -> (any Claim)?
  /// nil where the rule does not fit. Called once, at the end of the capture.
  public typealias CaptureCheck = @Sendable (CaptureFacts, Thresholds) -> Finding?

  /// As in `--rule`, `explain` and every record.
  public let id: String
  /// Under which it is listed; no part of what it decides.
  public let section: Section
  /// Each that it gives, the severest first.
  public let severities: [Severity]
  /// It can only fit where one of these is.
  public let signs: Signs
  /// One line for `tcpaudit rules`: what is on the wire.
  public let title: String
  /// nil where it judges no single connection (section `capture`, `socket-leak`).
  public let check: Check?
  /// The same of the RST that ended an established connection, where that is what it judges.
  private let abortCheck: AbortCheck?
  /// nil where it does not judge the capture as a whole.
  public let captureCheck: CaptureCheck?

  /// A rule about one connection.
  public init(id: String, section: Section, severity: Severity..., when signs: Signs, title: String, check: Check?) {
    self.id = id
    self.section = section
    severities = severity
    self.signs = signs
    self.title = title
    self.check = check
    abortCheck = nil
    captureCheck = nil
  }

  /// A rule about the RST that ended an established connection.
  init(id: String, section: Section, severity: Severity..., title: String, check: @escaping AbortCheck) {
    self.id = id
    self.section = section
    severities = severity
    signs = .abort
    self.title = title
    self.check = { facts, surroundings, thresholds in
      Abort(facts, surroundings, thresholds).flatMap { check($0, facts, surroundings, thresholds) }?
        .finding(facts, surroundings)
    }
    abortCheck = check
    captureCheck = nil
  }

  /// What is found by no packets (section `sockets`).
  public init(id: String, section: Section, severity: Severity..., title: String) {
    self.id = id
    self.section = section
    severities = severity
    signs = []
    self.title = title
    check = nil
    abortCheck = nil
    captureCheck = nil
  }

  /// A rule about the capture as a whole.
  public init(id: String, severity: Severity..., title: String, captureCheck: @escaping CaptureCheck) {
    self.id = id
    section = .capture
    severities = severity
    signs = []
    self.title = title
    check = nil
    abortCheck = nil
    self.captureCheck = captureCheck
  }

  /// - Parameter abort: of these facts.
  func finding(on abort: Abort?, _ facts: Facts, _ surroundings: Surroundings, _ thresholds: Thresholds) -> Finding? {
    guard let abortCheck else { return check?(facts, surroundings, thresholds) }
    guard let abort else { return nil }
    return abortCheck(abort, facts, surroundings, thresholds)?.finding(facts, surroundings)
  }

  /// It judges the RST that ended an established connection.
  var isOfAbort: Bool { abortCheck != nil }

  /// Whether it would make a finding; nothing is put into words for the answer. Of a rule that judges such a RST.
  /// - Parameter abort: of these facts.
  func claims(_ abort: Abort?, _ facts: Facts, _ surroundings: Surroundings, _ thresholds: Thresholds) -> Bool {
    guard let abort, let abortCheck else { return false }
    return abortCheck(abort, facts, surroundings, thresholds) != nil
  }
}
