internal import Audit
public import Flow
internal import Wire

/// `--format csv`: one header line, one line a connection, the JSON record flattened; lines and quoting after RFC 4180.
public struct CSVReport: Reporter {
  private let output: Output
  private var fields = CSVFields()
  private var severalInputs = false

  /// Writes to `output`, which decides when.
  public init(_ output: Output) { self.output = output }

  /// As its output: the reader went away, or a write failed.
  public var isBroken: Bool { output.isClosed }

  /// The header line; none where the output goes on with an earlier run's file.
  public mutating func begin(_ run: RunRecord) {
    severalInputs = run.inputs.count > 1
    // A service that is started anew goes on with its table.
    if output.goesOn { return }
    var header = CSVHeader()
    let nothing = Moment(time: Timestamp(nanoseconds: 0), packet: .none)
    let nobody = Endpoint(address: IPAddress(v4: 0), port: 0)
    let facts = Facts(id: 0, client: nobody, server: nobody, rolesKnown: false, ipVersion: 4, start: nothing)
    ConnectionVerdict().visit(&header, with: facts, severalInputs: severalInputs)
    fields.writer.text(header.names.joined(separator: ","))
    endLine()
  }

  /// One line, its findings as rule ids joined by `;`.
  public mutating func report(_ connection: ConnectionRecord) { report(connection.facts, connection.verdict) }

  /// The same.
  public mutating func report(_ facts: Facts, _ verdict: ConnectionVerdict) {
    fields.hasPredecessor = false
    verdict.visit(&fields, with: facts, severalInputs: severalInputs)
    endLine()
  }

  /// Findings show as the names of their rules in their connection's line; those of the whole have no line.
  public mutating func report(_ finding: FindingRecord) {}

  /// No line: what waits is written out.
  public mutating func end(_ summary: SummaryRecord) { output.flush(&fields.writer) }

  private mutating func endLine() {
    fields.writer.text("\r\n")
    output.recordEnded(&fields.writer)
  }
}

/// Collects the names: `client_packets` for `packets` of the group `client`.
private struct CSVHeader: FieldVisitor {
  var names: [String] = []
  private var group = ""

  private mutating func add(_ name: StaticString) { names.append("\(group)\(name)") }

  mutating func open(_ group: StaticString) { self.group = "\(group)_" }
  mutating func close() { group = "" }
  mutating func count(_ name: StaticString, _ value: UInt64?) { add(name) }
  mutating func flag(_ name: StaticString, _ value: Bool?) { add(name) }
  mutating func text(_ name: StaticString, _ value: String?) { add(name) }
  mutating func address(_ name: StaticString, _ value: IPAddress, ipVersion: UInt8) { add(name) }
  mutating func time(_ name: StaticString, _ value: Timestamp?) { add(name) }
  mutating func seconds(_ name: StaticString, _ nanoseconds: Int64?) { add(name) }
  mutating func communityID(_ name: StaticString, _ client: Endpoint, _ server: Endpoint, ipVersion: UInt8) {
    add(name)
  }
  mutating func numbers(_ name: StaticString, _ values: [UInt16]) { add(name) }
  mutating func tunnels(_ name: StaticString, _ values: [Tunnel]) { add(name) }
  mutating func rules(_ name: StaticString, _ findings: [FindingRecord]) { add(name) }
}

/// Writes values with commas between; nothing where a value is unknown.
private struct CSVFields: FieldVisitor {
  var writer = ByteWriter()
  var hasPredecessor = false

  private mutating func separate() {
    if hasPredecessor { writer.byte(UInt8(ascii: ",")) }
    hasPredecessor = true
  }

  mutating func open(_ group: StaticString) {}
  mutating func close() {}

  mutating func count(_ name: StaticString, _ value: UInt64?) {
    separate()
    if let value { writer.decimal(value) }
  }

  mutating func flag(_ name: StaticString, _ value: Bool?) {
    separate()
    if let value { if value { writer.literal("true") } else { writer.literal("false") } }
  }

  mutating func text(_ name: StaticString, _ value: String?) {
    separate()
    if let value { writer.csvText(value) }
  }

  mutating func word(_ name: StaticString, _ value: String?) {
    separate()
    if let value { writer.text(value) }
  }

  mutating func address(_ name: StaticString, _ value: IPAddress, ipVersion: UInt8) {
    separate()
    writer.address(value, ipVersion: ipVersion)
  }

  mutating func time(_ name: StaticString, _ value: Timestamp?) {
    separate()
    if let value { writer.time(value) }
  }

  mutating func seconds(_ name: StaticString, _ nanoseconds: Int64?) {
    separate()
    if let nanoseconds { writer.seconds(nanoseconds) }
  }

  mutating func communityID(_ name: StaticString, _ client: Endpoint, _ server: Endpoint, ipVersion: UInt8) {
    separate()
    writer.communityID(client, server, ipVersion: ipVersion)
  }

  mutating func numbers(_ name: StaticString, _ values: [UInt16]) {
    list(values) { $0.decimal(UInt64($1)) }
  }

  /// `TYPE ID SOURCE DESTINATION`, `-` where one is missing.
  mutating func tunnels(_ name: StaticString, _ values: [Tunnel]) {
    list(values) { writer, tunnel in
      writer.text(tunnel.kind.rawValue)
      writer.byte(UInt8(ascii: " "))
      if let id = tunnel.id { writer.decimal(UInt64(id)) } else { writer.byte(UInt8(ascii: "-")) }
      for address in [tunnel.source, tunnel.destination] {
        writer.byte(UInt8(ascii: " "))
        writer.text(address?.text(ipVersion: tunnel.ipVersion) ?? "-")
      }
    }
  }

  mutating func rules(_ name: StaticString, _ findings: [FindingRecord]) {
    list(findings) { $0.text($1.finding.rule) }
  }

  private mutating func list<Element>(_ elements: [Element], _ write: (inout ByteWriter, Element) -> Void) {
    separate()
    for (index, element) in elements.enumerated() {
      if index > 0 { writer.byte(UInt8(ascii: ";")) }
      write(&writer, element)
    }
  }
}

extension ByteWriter {
  /// Quoted where it holds a comma, a quote or a line break (RFC 4180 §2); control characters become `?`, for a
  /// spreadsheet's and a terminal's sake; what a spreadsheet would take for a formula has a `'` before it.
  fileprivate mutating func csvText(_ text: String) {
    let needsQuotes = text.utf8.contains { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") }
    if needsQuotes { byte(UInt8(ascii: "\"")) }
    if let first = text.utf8.first, "=+-@".utf8.contains(first) { byte(UInt8(ascii: "'")) }
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0..<0x20, 0x7f..<0xa0: byte(UInt8(ascii: "?"))
      case 0x22: self.text("\"\"")
      default: for unit in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { byte(unit) }
      }
    }
    if needsQuotes { byte(UInt8(ascii: "\"")) }
  }
}
