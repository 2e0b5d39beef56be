public import Flow

/// Sections of the catalogue.
public enum Section: String, CaseIterable, Sendable {
  case closing, truncation, silence, capture
}

/// One kind of finding: a pure function from what was observed to at most one claim.
public struct Rule: Sendable {
  public typealias Check = @Sendable (Facts, Surroundings, Thresholds) -> Finding?

  /// As in `--rule`, `explain` and every record.
  public let id: String
  public let section: Section
  /// The severest that it gives.
  public let severity: Severity
  /// One line for `tcpaudit rules`: what is on the wire.
  public let title: String
  /// nil where it judges the capture as a whole (section `capture`).
  public let check: Check?

  public init(id: String, section: Section, severity: Severity, title: String, check: Check?) {
    self.id = id
    self.section = section
    self.severity = severity
    self.title = title
    self.check = check
  }
}
