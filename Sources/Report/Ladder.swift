internal import Audit
public import Flow
public import Wire

/// How much of a connection a ladder has.
public enum LadderScope: Sendable {
  case whole
  /// While it is open, all so far; or the latest packets alone, as those before are forgotten.
  case sofar, latest
}

/// `tcpaudit show`: one connection packet by packet, each with what it means, and what proves a finding marked.
public struct Ladder {
  private let facts: Facts
  private let findings: [FindingRecord]
  private let run: RunRecord
  private let isNarrowed: Bool
  private let window: LadderScope
  private var page: Page
  private var lines: [LadderLine]
  private var columns: LadderColumns

  /// - Parameters:
  ///   - segments: all of the connection, in order of capture.
  ///   - errors: ICMP errors that quote it.
  ///   - places: where its inputs were taken.
  ///   - run: its inputs name the files.
  ///   - all: no run of packets is folded.
  ///   - isNarrowed: not all findings were wanted: that there is none says little.
  ///   - window: whether `segments` are all of the connection.
  public init(
    _ facts: Facts, segments: [Segment], errors: [QuotedError] = [], places: InputPlaces = InputPlaces(),
    findings: [FindingRecord], run: RunRecord, style: Style, all: Bool = false, isNarrowed: Bool = false,
    window: LadderScope = .whole
  ) {
    self.facts = facts
    self.findings = findings
    self.run = run
    self.isNarrowed = isNarrowed
    self.window = window
    page = Page(style)
    var reading = LadderReading(facts, findings, window, places, severalInputs: run.inputs.count > 1)
    let rows = Ladder.rows(&reading, segments, errors)
    lines = all ? rows.map { .row($0) } : LadderFold.fold(rows)
    columns = LadderColumns(lines, style, start: facts.start.time, severalInputs: run.inputs.count > 1)
  }

  /// Once: heading, packets, and what was found; of a connection still open what was found comes first.
  public mutating func draw(to output: Output) {
    heading()
    // On a screen the words come first: there may be no room for more.
    if window != .whole { told() }
    columns.heading(to: &page)
    if window == .latest { columns.between("… what came before is not kept any more", to: &page) }
    for line in lines {
      switch line {
      case .row(let row): columns.write(row, to: &page)
      case .fold(let fold): columns.between(fold.text(facts, isOpen: isOpen), to: &page)
      case .silence(let pause): columns.between("… \(Wording.span(pause)) of silence", to: &page)
      }
      output.recordEnded(&page.writer)
    }
    page.newline()
    if window == .whole { told() }
    output.flush(&page.writer)
  }

  /// Packets and errors in the order of capture, read.
  private static func rows(
    _ reading: inout LadderReading, _ segments: [Segment], _ errors: [QuotedError]
  ) -> [LadderRow] {
    var rows: [LadderRow] = []
    rows.reserveCapacity(segments.count + errors.count)
    var next = 0
    for segment in segments {
      while next < errors.count, errors[next].quoted.ordinal < segment.ordinal {
        rows.append(reading.row(errors[next]))
        next += 1
      }
      rows.append(reading.row(segment))
    }
    for error in errors[next...] { rows.append(reading.row(error)) }
    return rows
  }

  /// What it lacks may yet come.
  private var isOpen: Bool { window != .whole && ![.refused, .reset, .closed].contains(facts.state) }

  /// Who, what became of it, and how much either side sent.
  private mutating func heading() {
    let client = Wording.endpoint(facts.clientEndpoint, ipVersion: facts.ipVersion)
    let server = Wording.endpoint(facts.serverEndpoint, ipVersion: facts.ipVersion)
    page.parts(
      [
        Toned("connection \(facts.id)", .strong), Toned("\(client) → \(server)"), Toned(ending),
        Toned(Wording.span(from: facts.start.time, to: facts.end.time)),
      ], indent: 2)
    for side in Side.allCases { page.paragraph(account(of: side), indent: 4, from: nil) }
    if !facts.rolesKnown {
      page.paragraph("The handshake was not seen: who is client and who is server is a guess.", indent: 4)
    }
    if run.inputs.count > 1 { page.paragraph(legend, indent: 4) }
    page.newline()
  }

  /// What the packets' names mean: `0:12`.
  private var legend: String {
    let used = Set(lines.compactMap { if case .row(let row) = $0 { row.packet.input } else { nil } }).sorted()
    let names = used.prefix(Ladder.namedInputs).filter(run.inputs.indices.contains).map {
      "\($0) is \(Wording.input(run.inputs[$0]))"
    }
    let more = used.count > Ladder.namedInputs ? ", and so on in the order in which they were given" : ""
    return "Packets are named CAPTURE:NUMBER; \(names.joined(separator: ", "))\(more)."
  }

  /// Captures that are told by name, at most.
  private static var namedInputs: Int { 8 }

  private var ending: String {
    let state = Wording.state(facts.state)
    let closer = facts.closedBy.map { $0 == .both ? ", by both at once" : ", first by the \($0.rawValue)" } ?? ""
    switch facts.state {
    case .reset: return reset
    case .closed: return state + closer
    case .closing: return "\(state)\(closer); a FIN is not acknowledged"
    case .halfClosed: return facts.closedBy.map { "\(state) by the \($0.rawValue)" } ?? state
    case .midstream: return "\(state): neither its handshake nor its end was seen"
    case .answered: return "\(state): the handshake never completed"
    case .attempted: return "\(state): never answered"
    case .established, .refused: return state
    }
  }

  /// Who reset need not be who closed first.
  private var reset: String {
    guard let side = facts.abort?.side else { return Wording.state(.reset) }
    let words = "\(Wording.state(.reset)) by the \(side.name)"
    switch facts.closedBy {
    case .both: return "\(words); both had closed at once"
    case let first? where first.rawValue != side.name: return "\(words); closed first by the \(first.rawValue)"
    default: return words
    }
  }

  /// `client  4 bytes sent, all acknowledged; socket: CLOSE`
  private func account(of side: Side) -> String {
    let own = facts[side]
    guard own.packets > 0 else { return "\(side.name): no packet seen" }
    var text = "\(side.name): \(Wording.count(own.payloadBytes, "byte")) sent"
    if own.payloadBytes > 0, facts[side.other].packets == 0 {
      text += ", and whether they arrived is not in the capture"
    } else if own.unackedBytes > 0 {
      text += ", \(Wording.number(own.unackedBytes)) \(Wording.unacknowledged(isOpen))"
    } else if own.payloadBytes > 0 {
      text += ", all acknowledged"
    }
    if own.missingBytes > 0 { text += ", \(Wording.number(own.missingBytes)) more not in the capture" }
    if own.retransmittedPackets > 0 {
      text += "; \(Wording.count(own.retransmittedPackets, "packet")) retransmitted"
    }
    return text + "; its socket at the end: \(facts.socketState(of: side)?.name ?? "unknown")"
  }

  private mutating func told() {
    guard !findings.isEmpty else {
      let isOneSided = facts.client.packets == 0 || facts.server.packets == 0
      if isNarrowed { return page.line("Nothing was found of what was asked for.") }
      if facts.isMixed {
        return page.line("Not judged: its packets are of two streams with the same addresses and ports.")
      }
      page.line("Nothing is wrong with this connection\(isOneSided ? ", as far as one direction shows" : "").")
      return
    }
    var text = FindingText(run: run, captureStart: facts.start.time, all: true, isBelowLadder: true)
    text.write(findings, facts, to: &page)
  }
}
