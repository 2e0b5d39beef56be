internal import Audit
internal import Flow
internal import Wire

/// Findings as blocks of text: what happened, which packets prove it, how to see it, what to do.
struct FindingText {
  /// Groups of one rule that are shown before the others are folded.
  static var groupsEach: Int { 5 }

  let run: RunRecord
  let captureStart: Timestamp?
  let all: Bool
  /// The connection itself is drawn above: no word on how to see it.
  var isBelowLadder = false
  /// Advice that was given already, by rule: it is not repeated for each service.
  private var given: [String: Set<String>] = [:]

  init(run: RunRecord, captureStart: Timestamp?, all: Bool, isBelowLadder: Bool = false) {
    self.run = run
    self.captureStart = captureStart
    self.all = all
    self.isBelowLadder = isBelowLadder
  }

  /// All groups, what matters first; the output takes each as it is done.
  mutating func write(_ groups: FindingGroups, to page: inout Page, _ output: Output) {
    var shown: [String: Int] = [:]
    var folded: [(rule: String, severity: Severity, groups: UInt64, findings: UInt64)] = []
    for group in groups.sorted {
      let kind = group.key.severity.name + group.key.rule
      shown[kind, default: 0] += 1
      if all || shown[kind, default: 0] <= FindingText.groupsEach {
        write(group, of: groups, to: &page)
        output.recordEnded(&page.writer)
      } else if let place = folded.firstIndex(where: { $0.rule == group.key.rule && $0.severity == group.key.severity })
      {
        folded[place].groups += 1
        folded[place].findings += group.count
      } else {
        folded.append((group.key.rule, group.key.severity, 1, group.count))
      }
    }
    for rest in folded {
      page.put(rest.severity.name, rest.severity.tone)
      page.space(2)
      page.paragraph(
        "… \(Wording.number(rest.findings)) more of \(rest.rule), in \(Wording.count(rest.groups, "other group")); "
          + "--all for the rest", indent: 2, from: rest.severity.name.count + 2)
    }
    if groups.uncollected > 0 {
      page.paragraph(
        "… \(Wording.count(groups.uncollected, "finding")) more, of too many kinds to list; --all for the rest")
    }
    if !folded.isEmpty || groups.uncollected > 0 { page.newline() }
  }

  /// The findings of one connection, which is drawn beside them; nil: of none.
  mutating func write(_ records: [FindingRecord], _ facts: Facts?, to page: inout Page) {
    for record in records {
      var groups = FindingGroups(all: true)
      groups.add(record, facts)
      for group in groups.sorted { write(group, of: groups, to: &page) }
    }
  }

  private mutating func write(_ group: FindingGroup, of groups: FindingGroups, to page: inout Page) {
    let examples = group.examples.map { groups.shown($0) }
    guard let first = examples.first else { return }
    heading(group, first, to: &page)
    if group.count == 1 {
      page.paragraph(Wording.sentence(first.record.finding.summary), indent: 2)
      if let holders = first.record.holders { page.paragraph(Wording.sentence(holders), indent: 2) }
      evidence(first, indent: 4, to: &page)
    } else {
      together(group, examples, to: &page)
    }
    see(first, to: &page)
    page.newline()
  }

  /// `error  half-close-truncated   10.1.0.2:50124 → 10.2.0.2:2181   at fault: client   certain`
  private func heading(_ group: FindingGroup, _ first: FindingExample, to page: inout Page) {
    let key = group.key
    page.put(key.severity.name, key.severity.tone)
    page.space(2)
    var parts = [Toned(key.rule, .strong)]
    if group.count == 1 {
      if let endpoints = first.endpoints { parts.append(Toned(endpoints)) }
    } else if let server = group.server {
      parts.append(Toned("\(Wording.count(group.count, "connection")) to \(server)"))
    } else {
      parts.append(Toned(Wording.count(group.count, "finding")))
    }
    parts.append(Toned("at fault: \(fault(key.suspects))"))
    parts.append(Toned(key.confidence.name))
    if group.count == 1, let revised = first.record.revises {
      parts.append(Toned("takes the place of finding \(Wording.number(revised))"))
    }
    page.parts(parts, indent: 2, from: key.severity.name.count + 2)
  }

  private func fault(_ suspects: [Party]) -> String {
    switch suspects.count {
    case 0: "unknown"
    case 1: suspects[0].rawValue
    default: "\(Wording.list(suspects.map(\.rawValue), "or"))"
    }
  }

  /// Several alike: the sum, and the first few.
  private func together(_ group: FindingGroup, _ examples: [FindingExample], to page: inout Page) {
    if group.bytesLost > 0 {
      let least = group.isExact ? "" : "at least "
      page.paragraph(
        Wording.sentence("\(least)\(Wording.count(group.bytesLost, "byte")) lost in all"), indent: 2)
    }
    for example in examples {
      if let endpoints = example.endpoints, let id = example.record.connection {
        page.line("\(endpoints)   connection \(id)", indent: 2)
      }
      page.paragraph(Wording.sentence(example.record.finding.summary), indent: 4)
      evidence(example, indent: 6, to: &page)
    }
    let rest = group.count - UInt64(examples.count)
    guard rest > 0 else { return }
    let these = examples.count == 1 ? "it" : "these"
    page.line("… \(Wording.number(rest)) more like \(these), --all for the rest", indent: 2)
  }

  /// `#12  +0.081 s  client → server  FIN after 4 bytes`
  private func evidence(_ example: FindingExample, indent: Int, to page: inout Page) {
    let evidence = example.record.finding.evidence
    let start = example.start ?? captureStart ?? evidence.first?.moment.time ?? Timestamp(nanoseconds: 0)
    let offsets = evidence.map { $0.moment.time.since(start) }
    let isFine = offsets.contains { $0 != 0 && $0.magnitude < 1_000_000 }
    let rows = zip(evidence, offsets).map { evidence, offset in
      [
        packet(evidence.moment.packet), Wording.offset(offset, places: isFine ? 6 : 3),
        evidence.moment.packet.isNone ? "" : direction(evidence.side, example),
      ]
    }
    let widths = (0..<3).map { column in rows.map { Wording.width($0[column]) }.max() ?? 0 }
    for (row, item) in zip(rows, evidence) {
      page.space(indent)
      page.put(Wording.padded(row[0], to: widths[0]), .code)
      page.space(2 + widths[1] - Wording.width(row[1]))
      page.put(row[1])
      page.space(2)
      if widths[2] > 0 {
        page.put(Wording.padded(row[2], to: widths[2]))
        page.space(2)
      }
      let column = indent + widths.reduce(widths[2] > 0 ? 6 : 4, +)
      page.paragraph(item.what, indent: column, from: column)
    }
    let isEarlier = example.connection.map { $0.isPreceded(by: evidence[0].moment) } ?? false
    if isEarlier {
      page.paragraph("(-: in the connection before this one, with the same addresses and ports)", indent: indent)
    } else if offsets.contains(where: { $0 < 0 }) {
      page.paragraph(
        "(-: dated before the \(example.start == nil ? "capture" : "connection") began, as its clock ran backwards)",
        indent: indent)
    }
  }

  private func packet(_ packet: PacketReference) -> String {
    if packet.isNone { return "-" }
    guard run.inputs.count > 1, run.inputs.indices.contains(packet.input) else { return "#\(packet.number)" }
    let path = run.inputs[packet.input]
    return "\(path.split(separator: "/").last.map { Wording.input(String($0)) } ?? path) #\(packet.number)"
  }

  /// Of a connection's packet; what no side sent is an ICMP error.
  private func direction(_ side: Side?, _ example: FindingExample) -> String {
    switch side {
    case .client: "client → server"
    case .server: "server → client"
    case nil: example.endpoints == nil ? "" : "from the path"
    }
  }

  private mutating func see(_ example: FindingExample, to page: inout Page) {
    var commands: [String] = []
    if !isBelowLadder, let id = example.record.connection {
      commands.append(show(id))
    }
    if let filter = example.displayFilter { commands.append("Wireshark: \(filter)") }
    labelled("See", commands, to: &page)
    let finding = example.record.finding
    page.space(2)
    page.put("Fix", .strong)
    page.space(3)
    if !given[finding.rule, default: []].insert(finding.mend).inserted {
      page.line("as above")
    } else if finding.mend.isEmpty {
      page.line("tcpaudit explain \(finding.rule)")
    } else {
      page.paragraph(finding.mend, indent: 8, from: 8)
      page.line("tcpaudit explain \(finding.rule)", indent: 8)
    }
  }

  /// Commands are to be copied: one a line, never wrapped.
  private func labelled(_ label: String, _ lines: [String], to page: inout Page) {
    for (index, line) in lines.enumerated() {
      page.space(2)
      page.put(index == 0 ? Wording.padded(label, to: 4) : "    ", .strong)
      page.space(2)
      page.line(line)
    }
  }

  /// The command that draws a connection, the inputs as a shell takes them. Standard input is gone.
  private func show(_ id: UInt64) -> String {
    if run.inputs.contains("-") { return "save the capture to FILE first; then tcpaudit show FILE --connection \(id)" }
    let words = run.inputs.map(Wording.shellWord).joined(separator: " ")
    return "tcpaudit show \(words.utf8.count <= 120 ? words : "CAPTURE...") --connection \(id)"
  }
}

extension Severity {
  var tone: Tone {
    switch self {
    case .error: .error
    case .warning: .warning
    case .note: .note
    }
  }
}
