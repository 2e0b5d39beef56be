internal import Audit
internal import Flow
internal import Wire

/// Reads a connection's packets in order: each becomes a row that says what it means.
struct LadderReading {
  private let reader: SegmentReader
  /// Findings by the packet that they quote.
  let evidence: [PacketReference: [(rule: String, what: String)]]
  private var client: LadderSide
  private var server: LadderSide

  init(
    _ facts: Facts, _ findings: [FindingRecord], _ window: LadderScope = .whole, _ places: InputPlaces = InputPlaces(),
    severalInputs: Bool = true
  ) {
    reader = SegmentReader(facts: facts, isCut: window == .latest, severalInputs: severalInputs)
    client = LadderSide(facts.client, places)
    server = LadderSide(facts.server, places)
    var evidence: [PacketReference: [(rule: String, what: String)]] = [:]
    for record in findings {
      for item in record.finding.evidence where !item.moment.packet.isNone {
        evidence[item.moment.packet, default: []].append((record.finding.rule, item.what))
      }
    }
    self.evidence = evidence
  }

  mutating func row(_ segment: Segment) -> LadderRow {
    var row = LadderRow(packet: segment.packet, time: segment.time, side: reader.sender(of: segment))
    row.flags = LadderReading.flagNames(segment.flags)
    row.length = UInt64(segment.payloadLength)
    row.window = reader.window(segment, row.side)
    switch row.side {
    case .client: reader.read(segment, &client, &server, &row)
    case .server: reader.read(segment, &server, &client, &row)
    }
    quote(&row)
    return row
  }

  mutating func row(_ error: QuotedError) -> LadderRow {
    var row = LadderRow(packet: error.quoted.packet, time: error.quoted.time, side: reader.sender(of: error.quoted))
    row.kind = .event
    row.isICMP = true
    row.flags = "ICMP"
    let reporter = error.reporter.text(ipVersion: error.ipVersion)
    row.meaning = "\(reporter): \(error.words), for a packet of the \(row.side.name)"
    quote(&row)
    return row
  }

  /// Findings say more of a packet than we can.
  private func quote(_ row: inout LadderRow) {
    guard let quotes = evidence[row.packet] else { return }
    for quote in quotes where !row.rules.contains(quote.rule) { row.rules.append(quote.rule) }
    if let what = quotes.first?.what { row.meaning = what }
  }
}
