public import Flow

/// Sections of the catalogue.
public enum Section: String, CaseIterable, Sendable {
  case closing, truncation, silence
  /// What only the kernel of this host can say, beside a live capture.
  case sockets
  case capture
}

/// One kind of finding: a pure function from what was observed to at most one claim.
public struct Rule: Sendable {
  public typealias Check = @Sendable (Facts, Surroundings, Thresholds) -> Finding?
  public typealias CaptureCheck = @Sendable (CaptureFacts, Thresholds) -> Finding?

  /// As in `--rule`, `explain` and every record.
  public let id: String
  public let section: Section
  /// The severest that it gives.
  public let severity: Severity
  /// It can only fit where one of these is.
  public let signs: Signs
  /// One line for `tcpaudit rules`: what is on the wire.
  public let title: String
  /// nil where it judges no single connection (section `capture`, `socket-leak`).
  public let check: Check?
  /// nil where it does not judge the capture as a whole.
  public let captureCheck: CaptureCheck?

  /// A rule about one connection.
  public init(id: String, section: Section, severity: Severity, when signs: Signs, title: String, check: Check?) {
    self.id = id
    self.section = section
    self.severity = severity
    self.signs = signs
    self.title = title
    self.check = check
    captureCheck = nil
  }

  /// What is found by no packets (section `sockets`).
  public init(id: String, section: Section, severity: Severity, title: String) {
    self.init(id: id, section: section, severity: severity, when: [], title: title, check: nil)
  }

  /// A rule about the capture as a whole.
  public init(id: String, severity: Severity, title: String, captureCheck: @escaping CaptureCheck) {
    self.id = id
    section = .capture
    self.severity = severity
    signs = []
    self.title = title
    check = nil
    self.captureCheck = captureCheck
  }
}
