public import Audit

extension Expectations {
  /// Fields of the record that a draft tells, where they are there.
  static let draftedFields: Set<String> = ["state", "client.payload_bytes", "server.payload_bytes"]

  /// A first draft, to be read line by line against what was done before it is trusted.
  /// - Parameter captures: paths as they were given.
  public static func draft(
    captures: [String], _ connections: [AuditedConnection], captureFindings: [Finding]
  ) -> String {
    var text = "# Drafted from what tcpaudit found. Read every line against what was really done, then keep it.\n"
    for capture in captures { text += "capture \(capture)\n" }
    text += "connections \(connections.count)\nallow-more no\n"
    for finding in captureFindings { text += lines(finding, indent: "") }
    for connection in connections {
      text += "\nconnection \(connection.name)\n"
      if let state = connection.fields["state"] { text += "  state \(state)\n" }
      for side in ["client", "server"] {
        if let bytes = connection.fields["\(side).payload_bytes"] { text += "  \(side).payload_bytes \(bytes)\n" }
      }
      if connection.findings.isEmpty { text += "  clean\n" }
      for finding in connection.findings { text += lines(finding, indent: "  ") }
    }
    return text
  }

  private static func lines(_ finding: Finding, indent: String) -> String {
    var text = "\(indent)finding \(finding.rule)\n"
    text += "\(indent)  severity \(finding.severity.name)\n"
    if let party = finding.atFault {
      text += "\(indent)  fault \(party.rawValue)\n"
    } else if !finding.suspects.isEmpty {
      text += "\(indent)  suspects \(finding.suspects.map(\.rawValue).joined(separator: ","))\n"
    }
    text += "\(indent)  confidence \(finding.confidence.name)\n"
    if let bytes = finding.bytesLost { text += "\(indent)  bytes-lost \(bytes)\n" }
    return text
  }
}
