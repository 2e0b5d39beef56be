internal import Audit
internal import Flow
internal import Wire

/// `--connections`: one line a connection, in aligned columns; a line is never broken, however narrow the terminal.
///
/// Written as connections end, in blocks: a column is as wide as its widest value so far, and memory stays bounded.
struct ConnectionTable {
  static var blockRows: Int { 1000 }

  private static let headings = [
    "id", "client → server", "state", "seconds", "client bytes", "server bytes", "rules",
  ]
  /// A column gets no wider: two IPv4 endpoints fit, longer ones push their own line aside.
  private static let widest = 45
  /// Numbers stand to the right.
  private static let alignsRight = [true, false, false, true, true, true, false]

  private var rows: [[String]] = []
  private var widths = headings.map(Wording.width)
  private var hasHeading = false

  mutating func add(_ connection: ConnectionRecord, to page: inout Page) {
    let facts = connection.facts
    let client = Wording.endpoint(facts.clientEndpoint, ipVersion: facts.ipVersion)
    let server = Wording.endpoint(facts.serverEndpoint, ipVersion: facts.ipVersion)
    rows.append([
      String(facts.id), "\(client) → \(server)", Wording.state(facts.state),
      // Of packets without times, and of a clock that ran backwards, nobody knows.
      facts.isUndated || facts.end.time < facts.start.time
        ? "?" : Wording.decimals(facts.duration, unit: 1_000_000_000, places: 3),
      Wording.number(facts.client.payloadBytes), Wording.number(facts.server.payloadBytes),
      connection.findings.map(\.finding.rule).joined(separator: ", "),
    ])
    if rows.count >= ConnectionTable.blockRows { writeBlock(to: &page) }
  }

  /// What is left, and a blank line after the table.
  mutating func end(to page: inout Page) {
    writeBlock(to: &page)
    if hasHeading { page.newline() }
  }

  mutating func writeBlock(to page: inout Page) {
    guard !rows.isEmpty else { return }
    for row in rows {
      for (column, cell) in row.enumerated() {
        widths[column] = max(widths[column], min(Wording.width(cell), ConnectionTable.widest))
      }
    }
    if !hasHeading { page.row(ConnectionTable.headings, widths, alignsRight: ConnectionTable.alignsRight, .strong) }
    hasHeading = true
    for row in rows { page.row(row, widths, alignsRight: ConnectionTable.alignsRight) }
    rows.removeAll(keepingCapacity: true)
  }
}
