internal import Audit
internal import Flow
internal import Wire

/// Writes one JSON object, name by name, without blanks.
struct JSONFields: FieldVisitor {
  var writer = ByteWriter()
  /// Whether the next name follows another one.
  private var hasPredecessor = false

  mutating func begin() {
    writer.byte(UInt8(ascii: "{"))
    hasPredecessor = false
  }

  mutating func end() {
    writer.byte(UInt8(ascii: "}"))
    hasPredecessor = true
  }

  /// `"name":`, after a comma where one is needed. Names are ours: plain ASCII.
  @inline(__always) mutating func name(_ name: StaticString) {
    writer.jsonName(name, separated: hasPredecessor)
    hasPredecessor = true
  }

  /// One that is not known when this is compiled.
  mutating func name(of name: String) {
    writer.jsonName(name, separated: hasPredecessor)
    hasPredecessor = true
  }

  mutating func open(_ group: StaticString) {
    name(group)
    begin()
  }

  mutating func close() { end() }

  @inline(__always) mutating func null(_ name: StaticString) {
    self.name(name)
    writer.literal("null")
  }

  @inline(__always) mutating func count(_ name: StaticString, _ value: UInt64?) {
    guard let value else { return null(name) }
    writer.jsonCount(name, value, separated: hasPredecessor)
    hasPredecessor = true
  }

  mutating func count(of name: String, _ value: UInt64) {
    self.name(of: name)
    writer.decimal(value)
  }

  @inline(__always) mutating func flag(_ name: StaticString, _ value: Bool?) {
    guard let value else { return null(name) }
    self.name(name)
    if value { writer.literal("true") } else { writer.literal("false") }
  }

  mutating func text(_ name: StaticString, _ value: String?) {
    guard let value else { return null(name) }
    self.name(name)
    writer.jsonString(value)
  }

  @inline(__always) mutating func word(_ name: StaticString, _ value: String?) {
    guard let value else { return null(name) }
    self.name(name)
    writer.byte(UInt8(ascii: "\""))
    writer.text(value)
    writer.byte(UInt8(ascii: "\""))
  }

  mutating func address(_ name: StaticString, _ value: IPAddress, ipVersion: UInt8) {
    self.name(name)
    writer.byte(UInt8(ascii: "\""))
    writer.address(value, ipVersion: ipVersion)
    writer.byte(UInt8(ascii: "\""))
  }

  mutating func time(_ name: StaticString, _ value: Timestamp?) {
    guard let value else { return null(name) }
    self.name(name)
    writer.byte(UInt8(ascii: "\""))
    writer.time(value)
    writer.byte(UInt8(ascii: "\""))
  }

  mutating func seconds(_ name: StaticString, _ nanoseconds: Int64?) {
    guard let nanoseconds else { return null(name) }
    self.name(name)
    writer.seconds(nanoseconds)
  }

  mutating func communityID(_ name: StaticString, _ client: Endpoint, _ server: Endpoint, ipVersion: UInt8) {
    self.name(name)
    writer.byte(UInt8(ascii: "\""))
    writer.communityID(client, server, ipVersion: ipVersion)
    writer.byte(UInt8(ascii: "\""))
  }

  mutating func numbers(_ name: StaticString, _ values: [UInt16]) {
    guard !values.isEmpty else { return null(name) }
    list(name, values) { $0.writer.decimal(UInt64($1)) }
  }

  mutating func tunnels(_ name: StaticString, _ values: [Tunnel]) {
    guard !values.isEmpty else { return null(name) }
    list(name, values) { fields, tunnel in
      fields.begin()
      fields.text("type", tunnel.kind.rawValue)
      fields.count("id", tunnel.id.map(UInt64.init))
      fields.text("source", tunnel.source?.text(ipVersion: tunnel.ipVersion))
      fields.text("destination", tunnel.destination?.text(ipVersion: tunnel.ipVersion))
      fields.end()
    }
  }

  mutating func rules(_ name: StaticString, _ findings: [FindingRecord]) {
    list(name, findings) { $0.writer.jsonString($1.finding.rule) }
  }

  /// A list; `element` writes one value.
  mutating func list<Element>(
    _ name: StaticString, _ elements: [Element], _ element: (inout JSONFields, Element) -> Void
  ) {
    self.name(name)
    array(elements, element)
  }

  private mutating func array<Element>(_ elements: [Element], _ element: (inout JSONFields, Element) -> Void) {
    writer.byte(UInt8(ascii: "["))
    hasPredecessor = false
    for value in elements {
      separate()
      element(&self, value)
    }
    writer.byte(UInt8(ascii: "]"))
    hasPredecessor = true
  }

  private mutating func separate() {
    if hasPredecessor { writer.byte(UInt8(ascii: ",")) }
    hasPredecessor = true
  }

  mutating func value(_ value: FactValue) {
    switch value {
    case .null: writer.literal("null")
    case .bool(let flag): if flag { writer.literal("true") } else { writer.literal("false") }
    case .integer(let number): writer.decimal(number)
    case .duration(let nanoseconds): writer.seconds(nanoseconds)
    case .text(let text): writer.jsonString(text)
    case .list(let values): array(values) { $0.value($1) }
    }
  }
}
