internal import Audit
internal import Flow
public import Sockets
internal import Wire

/// `tcpaudit sockets` for people: what is suspicious, worst first, then who holds how many descriptors.
public struct SocketsText {
  /// Groups of one rule that are shown before the others are folded.
  private static var groupsEach: Int { 5 }
  /// Processes in the table, unless all were asked for.
  private static var processes: Int { 8 }

  private let output: Output
  private let all: Bool
  private let program: String
  private var page: Page

  /// - Parameters:
  ///   - all: every socket and process, and nothing folded.
  ///   - program: the path of the program, to give rights to.
  public init(_ output: Output, all: Bool = false, style: Style = Style(), program: String = "tcpaudit") {
    self.program = program
    self.output = output
    self.all = all
    page = Page(style)
  }

  /// - Parameter isFirst: otherwise a blank line sets it off from what was written before.
  public mutating func write(_ audit: SocketAudit, isFirst: Bool = true) {
    if !isFirst { page.newline() }
    header(audit.snapshot)
    if all {
      SocketTableText(audit).write(to: &page, output)
      page.newline()
    }
    for finding in audit.processFindings { write(finding, audit.snapshot) }
    groups(audit)
    if let comparison = audit.comparison { write(comparison) }
    if audit.severest == nil {
      page.paragraph("Nothing is suspicious about \(Wording.count(UInt64(audit.snapshot.sockets.count), "socket")).")
      page.newline()
    }
    processTable(audit)
    closing(audit)
    output.flush(&page.writer)
  }

  /// `db1   2026-11-26 10:41:03 UTC   1,204 sockets: 1,100 ESTAB, 80 CLOSE-WAIT, 24 LISTEN`
  private mutating func header(_ snapshot: Snapshot) {
    let states = snapshot.stateCounts.map { "\(Wording.number(UInt64($0.count))) \($0.state.name)" }
    let count = Wording.count(UInt64(snapshot.sockets.count), "TCP socket")
    var parts = [Toned(snapshot.host, .strong), Toned(SocketsText.moment(snapshot.time))]
    parts.append(Toned(states.isEmpty ? count : "\(count): \(states.joined(separator: ", "))"))
    if snapshot.namespaces.count > 1 {
      parts.append(Toned(Wording.count(UInt64(snapshot.namespaces.count), "network namespace")))
    }
    page.parts(parts, indent: 2)
    page.newline()
  }

  private static func moment(_ time: Timestamp) -> String {
    var writer = ByteWriter()
    writer.time(time)
    let text = writer.text.prefix(19)
    return text.prefix(10) + " " + text.suffix(8) + " UTC"
  }

  private mutating func write(_ finding: ProcessFinding, _ snapshot: Snapshot) {
    let process = snapshot.processes[finding.process]
    heading(finding.severity, [finding.rule, SocketsText.name(process), finding.confidence.name])
    page.paragraph(Wording.sentence(finding.summary), indent: 2)
    fix(finding.mend)
  }

  private mutating func groups(_ audit: SocketAudit) {
    var shown: [Int: Int] = [:]
    var folded: [(rule: Int, groups: Int, sockets: Int)] = []
    for group in audit.groups {
      shown[group.ruleNumber, default: 0] += 1
      if all || shown[group.ruleNumber, default: 0] <= SocketsText.groupsEach {
        write(group, audit, isFirst: shown[group.ruleNumber] == 1)
        output.recordEnded(&page.writer)
      } else if let place = folded.firstIndex(where: { $0.rule == group.ruleNumber }) {
        folded[place].groups += 1
        folded[place].sockets += group.count
      } else {
        folded.append((group.ruleNumber, 1, group.count))
      }
    }
    for rest in folded {
      let sockets = Wording.count(UInt64(rest.sockets), "socket")
      page.paragraph(
        "… \(sockets) more of \(SocketCatalogue.rules[rest.rule].id), in "
          + "\(Wording.count(UInt64(rest.groups), "other group")); --all for the rest")
    }
    if !folded.isEmpty { page.newline() }
  }

  private mutating func write(_ group: SuspicionGroup, _ audit: SocketAudit, isFirst: Bool) {
    let snapshot = audit.snapshot
    var parts = [group.rule.id, group.process.map { SocketsText.name(snapshot.processes[$0]) } ?? "no process known"]
    parts.append(SocketsText.place(group))
    if group.namespace > 0 { parts.append("namespace \(snapshot.namespaces[Int(group.namespace)].name)") }
    parts.append(group.confidence.name)
    heading(group.severity, parts)
    page.paragraph(group.meaning, indent: 2)
    for example in group.examples { line(example, audit, of: group) }
    if group.count > group.examples.count {
      let rest = Wording.number(UInt64(group.count - group.examples.count))
      let lasting = group.shortest > 0 ? ", for \(Wording.span(group.shortest)) or longer" : ""
      page.line("… \(rest) more\(lasting)", indent: 4)
    }
    fix(isFirst ? group.rule.mend : "as above")
  }

  /// `3 sockets to 10.2.0.2:2181`, `90 sockets on 10.2.0.2:8080, from 4 addresses`
  private static func place(_ group: SuspicionGroup) -> String {
    let count = Wording.count(UInt64(group.count), "socket")
    switch group.service {
    case .theirs(let endpoint): return "\(count) to \(Wording.endpoint(endpoint, ipVersion: group.ipVersion))"
    case .ours(let endpoint):
      let place = "\(count) on \(Wording.endpoint(endpoint, ipVersion: group.ipVersion))"
      guard let peer = group.peers.first, !peer.isWildcard else { return place }
      return group.peers.count == 1
        ? "\(place), from \(peer.text(ipVersion: group.ipVersion))"
        : "\(place), from \(Wording.number(UInt64(group.peers.count))) addresses"
    }
  }

  /// `fd 17  10.1.0.2:41234 → 10.2.0.2:2181  ESTAB  3 h 12 min`
  private mutating func line(_ example: SuspicionGroup.Example, _ audit: SocketAudit, of group: SuspicionGroup) {
    let socket = audit.snapshot.sockets[example.socket]
    var words = [audit.snapshot.owners[example.socket].map { "fd \($0.descriptor)" } ?? "no fd"]
    words.append(SocketsText.ends(socket))
    words.append(socket.state.name)
    if example.lasting > 0 { words.append(Wording.span(example.lasting)) }
    if socket.state == .listen {
      words.append("\(socket.receiveQueue) wait, limit \(socket.sendQueue)")
    } else {
      if socket.unreadBytes > 0 { words.append("\(Wording.number(UInt64(socket.unreadBytes))) unread") }
      if socket.unackedBytes > 0 { words.append("\(Wording.number(UInt64(socket.unackedBytes))) unacked") }
    }
    if socket.timer == .retransmission || socket.timer == .windowProbe || socket.unanswered > 0 {
      words.append("\(socket.timer.name) \(socket.unanswered)")
    }
    page.parts(
      words.map { Toned($0) }, indent: 6,
      from: {
        page.space(4)
        return 4
      }())
  }

  static func ends(_ socket: Socket) -> String {
    let local = Wording.endpoint(socket.local, ipVersion: socket.ipVersion)
    return socket.state == .listen
      ? local : "\(local) → \(Wording.endpoint(socket.remote, ipVersion: socket.ipVersion))"
  }

  static func name(_ process: HostProcess) -> String { "\(process.name) (\(process.id))" }

  private mutating func heading(_ severity: Severity, _ parts: [String]) {
    page.put(severity.name, severity.tone)
    page.space(2)
    let toned = parts.enumerated().map { Toned($1, $0 == 0 ? .strong : .plain) }
    page.parts(toned, indent: 2, from: severity.name.count + 2)
  }

  private mutating func fix(_ mend: String) {
    page.space(2)
    page.put("Fix", .strong)
    page.space(2)
    page.paragraph(mend, indent: 7, from: 7)
    page.newline()
  }

  private mutating func write(_ comparison: PeerComparison) {
    let host = comparison.peer.host
    page.paragraph(
      "Beside the list of \(host), made \(SocketsText.moment(comparison.peer.time)): "
        + "\(Wording.count(UInt64(comparison.concerned), "connection goes", "connections go")) to addresses of that host, "
        + "\(Wording.number(UInt64(comparison.paired))) in both lists, "
        + "\(Wording.number(UInt64(comparison.partnerless))) without a partner.")
    for (doubt, count) in comparison.doubts {
      page.paragraph("\(Wording.number(UInt64(count))) can't be told: they \(doubt.words).", indent: 2)
    }
    if comparison.concerned == 0 {
      page.paragraph(
        "If they should: its addresses are translated on the way (NAT), or are in a network namespace that its list lacks "
          + "(--all-namespaces).", indent: 2)
    }
    if !comparison.missing.isEmpty {
      let count = Wording.count(UInt64(comparison.missing.count), "socket")
      page.paragraph(
        "\(count) of \(host) to this host \(comparison.missing.count == 1 ? "has" : "have") no partner here (likely; a new list proves it):",
        indent: 2)
      for missing in comparison.missing.prefix(all ? .max : 5) {
        page.line("\(missing.text)   \(missing.state)   silent for \(Wording.span(missing.silence))", indent: 4)
      }
      if !all, comparison.missing.count > 5 {
        page.line("… \(comparison.missing.count - 5) more; --all for the rest", indent: 4)
      }
    }
    page.newline()
  }

  private mutating func processTable(_ audit: SocketAudit) {
    let processes = audit.snapshot.processes.sorted {
      ($0.fill, $0.descriptors, $1.id) > ($1.fill, $1.descriptors, $0.id)
    }
    let shown = processes.prefix(all ? .max : SocketsText.processes)
    guard !shown.isEmpty else { return }
    var rows = [["process", "pid", "sockets", "descriptors", "limit", "growth", "full in"]]
    rows += shown.map(SocketsText.row)
    let widths = rows[0].indices.map { column in rows.map { Wording.width($0[column]) }.max() ?? 0 }
    for (number, row) in rows.enumerated() {
      page.row(row, widths, alignsRight: row.indices.map { $0 > 0 }, number == 0 ? .strong : .plain)
    }
    let rest = processes.count - shown.count
    if rest > 0 {
      page.line("… \(Wording.number(UInt64(rest))) more with a smaller share of their limit; --all for the rest")
    }
    page.newline()
  }

  private static func row(_ process: HostProcess) -> [String] {
    [
      process.name, String(process.id), Wording.number(UInt64(process.sockets)),
      Wording.number(UInt64(process.descriptors)),
      process.limit.map { Wording.number(UInt64($0)) } ?? "none",
      process.growth.map { growth in
        growth.more == 0 ? "none" : "\(growth.more > 0 ? "+" : "")\(growth.more) in \(Wording.span(growth.over))"
      } ?? "",
      process.free.flatMap { process.growth?.time(toOpen: $0) }.map(Wording.span) ?? "",
    ]
  }

  private mutating func closing(_ audit: SocketAudit) {
    let snapshot = audit.snapshot
    let found = Severity.allCases.reversed().map { severity in
      Wording.count(UInt64(audit.count(severity)), severity.name)
    }
    var sentences = [found.joined(separator: ", ") + "."]
    if snapshot.unowned > 0 {
      let unowned = Wording.count(UInt64(snapshot.unowned), "socket")
      let processes = Wording.count(UInt64(snapshot.forbiddenProcesses), "process", "processes")
      sentences.append(
        snapshot.forbiddenProcesses == 0
          ? "No process that can be seen holds \(unowned): the kernel's own, or of processes that /proc hides."
          : "Who holds \(unowned) is not known: \(processes) can't be looked into. It takes root (not a container's), or "
            + "sudo setcap cap_sys_ptrace,cap_dac_read_search=ep \(program)")
    }
    page.paragraph(sentences.joined(separator: " "))
    for gap in snapshot.gaps { page.paragraph(Wording.sentence("not seen: \(gap)")) }
  }
}

extension HostProcess {
  /// The share of its limit that is in use; 0 where there is none.
  var fill: Double { limit.map { $0 > 0 ? Double(descriptors) / Double($0) : 1 } ?? 0 }
}
