public import Audit

/// One connection as the audit saw it, in the words of its record.
public struct AuditedConnection: Sendable {
  /// As in its record: the number of the frame that began it.
  public var id: UInt64
  /// As the audit has it, both parts set: no `*`.
  public var client: EndpointPattern
  /// The other end, both parts set.
  public var server: EndpointPattern
  /// Those that the audit reports of it, in its order.
  public var findings: [Finding]
  /// Fields of the record by path (`client.payload_bytes`), as JSON writes them, without quotes: those that are asked for.
  public var fields: [String: String]

  /// - Parameter fields: by path; one that is not in it is none of the record's.
  public init(
    id: UInt64, client: EndpointPattern, server: EndpointPattern, findings: [Finding], fields: [String: String]
  ) {
    self.id = id
    self.client = client
    self.server = server
    self.findings = findings
    self.fields = fields
  }

  var name: String { "\(client.text) -> \(server.text)" }
}

/// Something that is not as it was expected.
public struct Difference: Sendable, Equatable {
  /// Line of the expectation, 1-based; nil where something was there that nobody expected.
  public var line: Int?
  /// What was expected and what was found, in one line, without the line's number.
  public var message: String
}

extension Expectations {
  /// Holds an audit against the expectations. Empty: all is as expected.
  /// - Parameter captureFindings: those that belong to no connection.
  public func differences(_ connections: [AuditedConnection], captureFindings: [Finding]) -> [Difference] {
    var differences: [Difference] = []
    if let expected = connectionCount, expected != connections.count {
      differences.append(
        Difference(line: nil, message: "expected \(expected) connections, found \(connections.count)"))
    }
    let held = compare(
      self.captureFindings, pending, captureFindings, of: "the capture", allowsMore: allowsMore, into: &differences)
    report(pending, held, of: "the capture", into: &differences)
    for rule in absent {
      let culprits = connections.filter { $0.findings.contains { $0.rule == rule } }
      let place = culprits.first?.name ?? captureFindings.first { $0.rule == rule }.map { _ in "the capture" }
      if let place {
        differences.append(Difference(line: nil, message: "\(rule) must be absent, and is found on \(place)"))
      }
    }
    var taken = Set<UInt64>()
    for expected in self.connections {
      let matching = connections.filter { !taken.contains($0.id) && expected.speaksOf($0) }
      compare(expected, matching, taken: &taken, into: &differences)
    }
    guard !allowsMore else { return differences }
    for connection in connections where !taken.contains(connection.id) {
      for finding in connection.findings {
        differences.append(
          Difference(line: nil, message: "unexpected \(finding.rule) on \(connection.name): \(finding.summary)"))
      }
    }
    return differences
  }

  private func compare(
    _ expected: ExpectedConnection, _ matching: [AuditedConnection], taken: inout Set<UInt64>,
    into differences: inout [Difference]
  ) {
    let name = "\(expected.client.text) -> \(expected.server.text)"
    if matching.isEmpty, expected.count != 0 {
      differences.append(Difference(line: expected.line, message: "no connection \(name)"))
      return
    }
    if let count = expected.count, count != matching.count {
      differences.append(
        Difference(line: expected.line, message: "expected \(count) connections \(name), found \(matching.count)"))
    }
    // Without a number the block speaks of one connection, or of all that a `*` covers.
    let isExact = expected.client.port != nil && expected.server.port != nil
    let spokenOf = expected.count == nil && isExact ? Array(matching.prefix(1)) : matching
    var held = expected.pending.map { _ in !spokenOf.isEmpty }
    for connection in spokenOf {
      taken.insert(connection.id)
      let heldHere = compare(
        expected.findings, expected.pending, connection.findings, of: connection.name,
        allowsMore: !expected.isClean && expected.allowsMore ?? allowsMore, into: &differences)
      held = zip(held, heldHere).map { $0 && $1 }
      for rule in expected.absent where connection.findings.contains(where: { $0.rule == rule }) {
        differences.append(
          Difference(line: expected.line, message: "\(rule) must be absent on \(connection.name), and is found"))
      }
      for field in expected.fields {
        let found = connection.fields[field.path]
        guard found != field.value else { continue }
        differences.append(
          Difference(
            line: field.line,
            message: found.map { "\(connection.name): \(field.path) is \($0), expected \(field.value)" }
              ?? "\(connection.name): the record has no field \(field.path)"))
      }
    }
    report(expected.pending, held, of: name, into: &differences)
  }

  /// What is pending and holds is a difference: its mark says that it does not.
  private func report(
    _ pending: [ExpectedFinding], _ held: [Bool], of name: String, into differences: inout [Difference]
  ) {
    for (expectation, isHeld) in zip(pending, held) where isHeld {
      differences.append(
        Difference(
          line: expectation.line,
          message: "\(name): \(expectation.rule) is found as expected, and is marked as pending: take the mark away"))
    }
  }

  /// - Returns: of each that is pending, whether it holds.
  private func compare(
    _ expected: [ExpectedFinding], _ pending: [ExpectedFinding], _ found: [Finding], of name: String, allowsMore: Bool,
    into differences: inout [Difference]
  ) -> [Bool] {
    var rest = found
    for expectation in expected {
      guard let place = rest.firstIndex(where: { $0.rule == expectation.rule }) else {
        let instead = found.isEmpty ? "nothing" : found.map(\.rule).joined(separator: ", ")
        differences.append(
          Difference(line: expectation.line, message: "\(name): \(expectation.rule) not found (found: \(instead))"))
        continue
      }
      let finding = rest.remove(at: place)
      for message in expectation.deviations(of: finding) {
        differences.append(Difference(line: expectation.line, message: "\(name): \(message)"))
      }
    }
    let held = pending.map { expectation in
      guard let place = rest.firstIndex(where: { $0.rule == expectation.rule }) else { return false }
      return expectation.deviations(of: rest.remove(at: place)).isEmpty
    }
    guard !allowsMore else { return held }
    for finding in rest {
      differences.append(
        Difference(line: nil, message: "unexpected \(finding.rule) on \(name): \(finding.summary)"))
    }
    return held
  }
}

extension ExpectedConnection {
  fileprivate func speaksOf(_ connection: AuditedConnection) -> Bool {
    client.matches(address: connection.client.address ?? "", port: connection.client.port ?? 0)
      && server.matches(address: connection.server.address ?? "", port: connection.server.port ?? 0)
  }
}

extension ExpectedFinding {
  /// What of `finding` is not as it was said.
  fileprivate func deviations(of finding: Finding) -> [String] {
    var messages: [String] = []
    func expect(_ name: String, _ expected: String?, _ found: String) {
      guard let expected, expected != found else { return }
      messages.append("\(rule): \(name) is \(found), expected \(expected)")
    }
    expect("severity", severity?.name, finding.severity.name)
    expect("confidence", confidence?.name, finding.confidence.name)
    let found = finding.suspects.map(\.rawValue).joined(separator: ",")
    expect("suspects", suspects.map { $0.map(\.rawValue).joined(separator: ",") }, found)
    if faultUnknown, finding.suspects.count == 1 { messages.append("\(rule): fault is \(found), expected unknown") }
    expect("bytes-lost", bytesLost.map(String.init), finding.bytesLost.map(String.init) ?? "null")
    return messages
  }
}
