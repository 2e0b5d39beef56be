public import Flow

/// Where results go while they come about: a finding may be told before its connection ends, and be revised later.
public protocol LiveReporter: Reporter {
  /// A finding on a connection that is open, or one that revises such a finding.
  mutating func tell(_ finding: FindingRecord, of facts: Facts)
}

extension JSONReport: LiveReporter {
  public mutating func tell(_ finding: FindingRecord, of facts: Facts) { write(finding, facts) }
}

/// A line for each connection: its findings are in it once it has ended.
extension CSVReport: LiveReporter {
  public mutating func tell(_ finding: FindingRecord, of facts: Facts) {}
}

extension ZeekReport: LiveReporter {
  public mutating func tell(_ finding: FindingRecord, of facts: Facts) {}
}
