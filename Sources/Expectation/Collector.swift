public import Audit
internal import Flow
public import Report
internal import Wire

/// Keeps every connection of a run in the words of its record, for `Expectations`. Small: of the record's sixty fields only
/// those that are asked for.
public struct Collector: Reporter {
  /// In the order in which they ended, those without findings too.
  public private(set) var connections: [AuditedConnection] = []
  /// Those that belong to no connection.
  public private(set) var captureFindings: [Finding] = []
  private let paths: Set<String>

  /// Keeps what is needed to hold the run against the expectations.
  public init(for expectations: Expectations) {
    paths = Set(expectations.connections.flatMap { $0.fields.map(\.path) })
  }

  /// Keeps what a draft tells.
  public static var forDraft: Collector { Collector(paths: Expectations.draftedFields) }

  private init(paths: Set<String>) { self.paths = paths }

  /// Nothing: paths and filter are no part of what is expected.
  public mutating func begin(_ run: RunRecord) {}

  /// Keeps one: its ends, its findings, and the fields that are asked for.
  public mutating func report(_ connection: ConnectionRecord) {
    let facts = connection.facts
    func pattern(_ side: Side) -> EndpointPattern {
      let endpoint = facts.endpoint(side)
      return EndpointPattern(address: endpoint.address.text(ipVersion: facts.ipVersion), port: endpoint.port)
    }
    connections.append(
      AuditedConnection(
        id: facts.id, client: pattern(.client), server: pattern(.server), findings: connection.findings.map(\.finding),
        fields: connection.fields(at: paths)))
  }

  /// Kept apart: it belongs to no connection.
  public mutating func report(_ finding: FindingRecord) { captureFindings.append(finding.finding) }
  /// Nothing: counts are taken of the connections themselves.
  public mutating func end(_ summary: SummaryRecord) {}
}
