internal import Flow
internal import Wire

/// The columns of a ladder, each as wide as its content:
/// mark, packet, time, client lane to server lane, sequence number, acknowledgment, length, window, meaning.
struct LadderColumns {
  /// Columns for what a packet means; with less the meaning has a line of its own.
  static var meaningMinimum: Int { 24 }
  /// Below this many columns everything stands closer.
  static var roomy: Int { 100 }

  private let start: Timestamp
  private let severalInputs: Bool
  private var packetWidth = 2
  private var timeWidth = 7
  private var numberWidths = [3, 3, 3, 3]
  private let places: Int
  /// Narrow terminals get narrower lanes and gaps.
  private let lane: Int
  private let gap: Int

  private static let numberNames = ["seq", "ack", "len", "win"]

  init(_ lines: [LadderLine], _ style: Style, start: Timestamp, severalInputs: Bool) {
    self.start = start
    self.severalInputs = severalInputs
    let rows = lines.compactMap { if case .row(let row) = $0 { row } else { nil } }
    lane = style.width < LadderColumns.roomy ? 14 : 16
    gap = style.width < LadderColumns.roomy ? 1 : 2
    // In a connection of a second, microseconds matter.
    places = (rows.last?.time.since(start) ?? 0) < 1_000_000_000 ? 6 : 3
    for row in rows {
      packetWidth = max(packetWidth, Wording.width(packet(row)))
      timeWidth = max(timeWidth, Wording.width(time(row)))
      for (column, text) in numbers(row).enumerated() {
        numberWidths[column] = max(numberWidths[column], Wording.width(text))
      }
    }
  }

  private var laneColumn: Int { 2 + packetWidth + 2 + timeWidth + 2 }
  private var meaningColumn: Int { laneColumn + lane + numberWidths.reduce(0) { $0 + $1 + gap } + 2 }

  mutating func heading(to page: inout Page) {
    page.space(2)
    page.put(right("", packetWidth), .faint)
    page.space(2)
    page.put(right("seconds", timeWidth), .faint)
    page.space(2)
    page.put(Wording.padded("client", to: lane - 6) + "server", .faint)
    for (name, width) in zip(LadderColumns.numberNames, numberWidths) {
      page.space(gap)
      page.put(right(name, width), .faint)
    }
    page.newline()
  }

  func write(_ row: LadderRow, to page: inout Page) {
    let tone: Tone = row.isEvidence ? .error : row.kind == .event ? .strong : .plain
    page.put(row.isEvidence ? "▶ " : "  ", .error)
    page.put(right(packet(row), packetWidth), .code)
    page.space(2)
    page.put(right(time(row), timeWidth))
    page.space(2)
    page.put(lane(row), tone)
    for (text, width) in zip(numbers(row), numberWidths) {
      page.space(gap)
      page.put(right(text, width))
    }
    guard !row.meaning.isEmpty || row.isEvidence else { return page.newline() }
    var runs = [Toned(row.meaning)]
    if row.isEvidence { runs.append(Toned(" · \(row.rules.joined(separator: ", "))", .error)) }
    let room = page.style.width - meaningColumn
    if room >= LadderColumns.meaningMinimum || runs.reduce(0, { $0 + Wording.width($1.text) }) <= room {
      page.space(2)
      page.paragraph(runs, indent: meaningColumn, from: meaningColumn)
    } else {
      page.newline()
      page.paragraph(runs, indent: laneColumn)
    }
  }

  /// A line that stands for what is not drawn.
  func between(_ text: String, to page: inout Page) {
    page.paragraph([Toned(text, .faint)], indent: laneColumn)
  }

  /// `│─FIN ACK──────▶│`, `│◀──────────ACK─│`
  private func lane(_ row: LadderRow) -> String {
    let width = lane - 3
    let flags = String(row.flags.prefix(width - 2))
    let shaft = String(repeating: row.isICMP ? "·" : "─", count: width - flags.count - 1)
    // An ICMP error goes to whose packet it quotes.
    let toServer = (row.side == .client) != row.isICMP
    let dash = row.isICMP ? "·" : "─"
    return toServer ? "│\(dash)\(flags)\(shaft)▶│" : "│◀\(shaft)\(flags)\(dash)│"
  }

  private func numbers(_ row: LadderRow) -> [String] {
    if row.isICMP { return ["", "", "", ""] }
    return [
      row.sequence.map(String.init) ?? "", row.acknowledgment.map(String.init) ?? "",
      row.length > 0 ? String(row.length) : "", row.window?.text ?? "",
    ]
  }

  private func packet(_ row: LadderRow) -> String {
    severalInputs ? "\(row.packet.input):\(row.packet.number)" : "#\(row.packet.number)"
  }

  private func time(_ row: LadderRow) -> String {
    let offset = row.time.since(start)
    return (offset < 0 ? "-" : "+") + Wording.decimals(offset, unit: 1_000_000_000, places: places)
  }

  private func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - Wording.width(text))) + text
  }
}
