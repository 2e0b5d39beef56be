internal import Audit
public import Flow
internal import Wire

/// `--format text`: for people. What matters first, equal findings together, a summary last.
///
/// All but the table of connections waits for the end of the run, in bounded memory (`FindingGroups`).
public struct TextReport: Reporter {
  /// What is shown beyond the findings.
  public struct Options: Sendable {
    /// `--connections`: a table of every connection, before the findings.
    public var connections = false
    /// `--all`: nothing folded.
    public var all = false
    /// The options that left findings out, as they were typed.
    public var narrowing: [String] = []
    /// Colour and width of every line.
    public var style = Style()

    /// As the command's options say; without any, findings alone.
    public init(
      connections: Bool = false, all: Bool = false, narrowing: [String] = [], style: Style = Style()
    ) {
      self.connections = connections
      self.all = all
      self.narrowing = narrowing
      self.style = style
    }
  }

  private let output: Output
  private let options: Options
  private var page: Page
  private var run = RunRecord(version: "", inputs: [])
  private var groups: FindingGroups
  private var table = ConnectionTable()

  /// Writes nothing before the end, the table of connections excepted.
  public init(_ output: Output, _ options: Options = Options()) {
    self.output = output
    self.options = options
    page = Page(options.style)
    groups = FindingGroups(all: options.all)
  }

  /// Nobody reads the table any more; without one nothing is written before the end.
  public var isBroken: Bool { options.connections && output.isClosed }

  /// Kept for the heading and for the hints on how to see more.
  public mutating func begin(_ run: RunRecord) { self.run = run }

  /// Tells whether a finding's display filter needs frame numbers.
  public mutating func meet(_ connection: borrowing Brief) { groups.meet(connection) }

  /// With `connections` a row of the table; its findings are grouped until the end.
  public mutating func report(_ connection: ConnectionRecord) {
    if options.connections {
      table.add(connection, to: &page)
      output.recordEnded(&page.writer)
    }
    for finding in connection.findings { groups.add(finding, connection.facts) }
  }

  /// Without a table of connections no refusal needs more than its record.
  public var takesRefusals: Bool { !options.connections }

  /// Grouped like any finding.
  public mutating func report(_ refusal: RefusalRecord) { groups.add(refusal) }

  /// Grouped without addresses.
  public mutating func report(_ finding: FindingRecord) { groups.add(finding, nil) }

  /// The table's end, then everything else: heading, findings, what was seen and lost.
  public mutating func end(_ summary: SummaryRecord) {
    if options.connections { table.end(to: &page) }
    header(summary)
    var text = FindingText(run: run, captureStart: summary.start, all: options.all)
    text.write(groups, to: &page, output)
    if groups.isEmpty { nothingFound(summary) }
    closing(summary)
    output.flush(&page.writer)
  }

  /// `cut-reply.pcapng   38 packets, 3 connections, 1.2 s`
  private mutating func header(_ summary: SummaryRecord) {
    let packets = Wording.count(summary.packets, "packet")
    var counts =
      isUnread(summary) ? "not read" : "\(packets), \(Wording.count(summary.connections, "connection"))"
    if let start = summary.start, let end = summary.end {
      counts += ", " + (summary.backwardSteps > 0 ? Wording.noLength : Wording.span(from: start, to: end))
    }
    var parts = [Toned(inputs, .strong), Toned(counts)]
    if let filter = run.filter, filter.contains(where: { $0 != " " }) { parts.append(Toned("filter: \(filter)")) }
    page.parts(parts, indent: 2)
    page.newline()
  }

  private var inputs: String {
    let names = run.inputs.map(Wording.input)
    guard names.count > 3, let first = names.first else { return names.joined(separator: ", ") }
    return "\(first) and \(Wording.number(UInt64(names.count - 1))) more"
  }

  /// Said plainly, and with its limits.
  private mutating func nothingFound(_ summary: SummaryRecord) {
    let isWhole =
      !summary.truncatedInput && summary.evicted == 0 && summary.undecodedPackets == 0 && summary.damagedInputs == 0
      && summary.unreadInputs.isEmpty
    let limit =
      summary.wasInterrupted
      ? ", as far as it was read before it was interrupted" : isWhole ? "" : ", as far as it could be read"
    if isUnread(summary) {
      return page.paragraph("Nothing could be read: nothing is known of any connection.")
    }
    if summary.isUndecoded {
      page.paragraph("No packet that may be TCP was understood to its end: whether anything is wrong is not known.")
      return page.newline()
    }
    if summary.packets == 0, summary.frames > 0 {
      page.paragraph("The filter matches no packet: it left out all \(Wording.number(summary.frames))\(limit).")
    } else if summary.packets == 0 {
      page.paragraph("There is no packet in what was read\(limit).")
    } else if summary.connections == 0 {
      page.paragraph("There is no TCP connection in this capture\(limit).")
    } else if summary.leftOutFindings > 0 {
      page.paragraph("Nothing was found of what was asked for\(limit); \(leftOut(summary)).")
    } else {
      let judged = summary.connections - min(summary.mixedConnections, summary.connections)
      let other = judged < summary.connections ? "other " : ""
      let these = judged == 1 ? "the \(other)connection" : "the \(Wording.number(judged)) \(other)connections"
      page.paragraph(judged > 0 ? "Nothing is wrong with \(these)\(limit)." : "No connection could be judged.")
    }
    page.newline()
  }

  /// `3 findings were left out by --ignore`
  private func leftOut(_ summary: SummaryRecord) -> String {
    let by = options.narrowing.isEmpty ? "" : " by \(Wording.list(options.narrowing))"
    return "\(Wording.count(summary.leftOutFindings, "finding was", "findings were")) left out\(by)"
  }

  /// No input could be opened, or none is a capture.
  private func isUnread(_ summary: SummaryRecord) -> Bool {
    summary.frames == 0 && summary.packets == 0 && !summary.unreadInputs.isEmpty
      && summary.unreadInputs.count >= run.inputs.count
  }

  private mutating func closing(_ summary: SummaryRecord) {
    if isUnread(summary) { return }
    var found = [Toned(summary.connectionSentence), Toned(summary.findingSentence)]
    if !groups.isEmpty, summary.leftOutFindings > 0 { found.append(Toned(Wording.sentence(leftOut(summary)))) }
    page.parts(found, indent: 0)
    if !summary.connectionNotes.isEmpty { page.paragraph(summary.connectionNotes.joined(separator: " ")) }
    page.paragraph(summary.captureSentences.joined(separator: " "))
  }
}
