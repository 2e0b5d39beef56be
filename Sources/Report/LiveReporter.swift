public import Flow

/// Where results go while they come about: a finding may be told before its connection ends, and be revised later.
public protocol LiveReporter: Reporter {
  /// A finding on a connection that is open, or one that revises such a finding.
  mutating func tell(_ finding: FindingRecord, of facts: Facts)
}

extension JSONReport: LiveReporter {
  /// A `finding` line at once, with its display filter.
  public mutating func tell(_ finding: FindingRecord, of facts: Facts) {
    write(finding, ShownConnection(facts), isUndated: facts.isUndated)
  }
}

/// A line for each connection: its findings are in it once it has ended.
extension CSVReport: LiveReporter {
  /// Nothing: findings wait for the connection's line.
  public mutating func tell(_ finding: FindingRecord, of facts: Facts) {}
}

extension ZeekReport: LiveReporter {
  /// Nothing: conn.log has no place for findings.
  public mutating func tell(_ finding: FindingRecord, of facts: Facts) {}
}
