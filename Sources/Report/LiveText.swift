internal import Audit
public import Flow
internal import Wire

/// `live` for people: one line a finding as it comes, a summary at the end.
///
/// `10:00:06.412Z  error  peer-vanished  10.1.0.2:50124 → 10.2.0.2:2181  path or server  certain  the server fell silent …`
public struct LiveText: LiveReporter {
  private let output: Output
  private let listsConnections: Bool
  private var page: Page
  private var table = ConnectionTable()

  /// - Parameter listsConnections: a line for each connection that ends, too.
  public init(_ output: Output, listsConnections: Bool = false, style: Style = Style()) {
    self.output = output
    self.listsConnections = listsConnections
    // A line is a line, however wide: it may be read by a program.
    page = Page(style)
  }

  /// As its output: the reader went away, or a write failed.
  public var isBroken: Bool { output.isClosed }

  /// Nothing: each line stands for itself.
  public mutating func begin(_ run: RunRecord) {}

  /// A line for each finding that was not told before; a row of the table before them where connections are listed.
  public mutating func report(_ connection: ConnectionRecord) {
    if listsConnections {
      table.add(connection, to: &page)
      table.writeBlock(to: &page)
      output.recordEnded(&page.writer)
    }
    for record in connection.findings where !record.wasTold { tell(record, of: connection.facts) }
  }

  /// A line without addresses.
  public mutating func report(_ finding: FindingRecord) { line(finding, nil) }

  /// A line, at once; one that revises another names it at its end.
  public mutating func tell(_ finding: FindingRecord, of facts: Facts) { line(finding, facts) }

  /// Findings by rule, most first, then connections and what the capture lost.
  public mutating func end(_ summary: SummaryRecord) {
    page.newline()
    Self.write(summary, to: &page)
    output.flush(&page.writer)
  }

  /// What is printed at the end, and when somebody asks.
  public static func summary(_ summary: SummaryRecord, _ style: Style = Style()) -> String {
    var page = Page(style)
    write(summary, to: &page)
    return page.writer.text
  }

  private static func write(_ summary: SummaryRecord, to page: inout Page) {
    for (rule, count) in summary.rules.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) where count > 0 {
      page.line("\(Wording.padded(Wording.number(count), to: 7)) \(rule)", indent: 2)
    }
    page.parts([Toned(summary.connectionSentence), Toned(summary.findingSentence)], indent: 0)
    page.paragraph(summary.captureSentences.joined(separator: " "))
  }

  private mutating func line(_ record: FindingRecord, _ facts: Facts?) {
    let finding = record.finding
    // When it became known is where its evidence ends.
    let time = finding.evidence.map(\.moment.time).max() ?? facts?.end.time
    var parts: [Toned] = []
    if let time { parts.append(Toned(Self.clock(time), .code)) }
    parts.append(Toned(finding.severity.name, finding.severity.tone))
    parts.append(Toned(finding.rule, .strong))
    if let facts {
      parts.append(Toned(Wording.endpoints(facts)))
    }
    if !finding.suspects.isEmpty { parts.append(Toned(Wording.list(finding.suspects.map(\.rawValue), "or"))) }
    parts.append(Toned(finding.confidence.name))
    parts.append(Toned(finding.summary))
    if let holders = record.holders { parts.append(Toned(holders)) }
    parts.append(Toned(label(record)))
    for (place, part) in parts.enumerated() {
      if place > 0 { page.space(2) }
      page.put(part.text, part.tone)
    }
    page.newline()
    output.recordEnded(&page.writer)
  }

  /// `[3, connection 17]`, `[5, connection 17, takes the place of 3]`
  private func label(_ record: FindingRecord) -> String {
    var words = ["\(record.id)"]
    if let connection = record.connection { words.append("connection \(connection)") }
    if let revised = record.revises { words.append("takes the place of \(revised)") }
    return "[\(words.joined(separator: ", "))]"
  }

  /// Time of day in UTC, to the millisecond.
  private static func clock(_ time: Timestamp) -> String {
    var writer = ByteWriter()
    writer.time(time)
    let text = writer.text
    guard let day = text.firstIndex(of: "T"), text.utf8.count > 24 else { return text }
    return String(text[text.index(after: day)...].prefix(12)) + "Z"
  }
}
