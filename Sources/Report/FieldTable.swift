internal import Audit
internal import Flow
internal import Wire

extension ConnectionRecord {
  /// Every field of the record by its path (`client.payload_bytes`), its value as JSON writes it, without quotes.
  public var fieldsByPath: [String: String] {
    var table = FieldTable()
    visit(&table, severalInputs: false)
    return table.values
  }
}

private struct FieldTable: FieldVisitor {
  var values: [String: String] = [:]
  private var group = ""

  private mutating func set(_ name: String, _ value: String?) { values[group + name] = value ?? "null" }

  private mutating func set(_ name: String, _ write: (inout ByteWriter) -> Void) {
    var writer = ByteWriter()
    write(&writer)
    set(name, String(decoding: writer.bytes, as: UTF8.self))
  }

  mutating func open(_ group: String) { self.group = group + "." }
  mutating func close() { group = "" }
  mutating func count(_ name: String, _ value: UInt64?) { set(name, value.map(String.init)) }
  mutating func flag(_ name: String, _ value: Bool?) { set(name, value.map { $0 ? "true" : "false" }) }
  mutating func text(_ name: String, _ value: String?) { set(name, value) }

  mutating func time(_ name: String, _ value: Timestamp?) {
    guard let value else { return set(name, nil) }
    set(name) { $0.time(value) }
  }

  mutating func seconds(_ name: String, _ nanoseconds: Int64?) {
    guard let nanoseconds else { return set(name, nil) }
    set(name) { $0.seconds(nanoseconds) }
  }

  mutating func communityID(_ name: String, _ facts: Facts) {
    set(name) { $0.communityID(facts.clientEndpoint, facts.serverEndpoint, ipVersion: facts.ipVersion) }
  }

  mutating func numbers(_ name: String, _ values: [UInt16]) {
    set(name, values.isEmpty ? nil : values.map { String($0) }.joined(separator: ","))
  }

  mutating func tunnels(_ name: String, _ values: [Tunnel]) {
    set(name, values.isEmpty ? nil : values.map(\.kind.rawValue).joined(separator: ","))
  }

  mutating func rules(_ name: String, _ findings: [FindingRecord]) {
    set(name, findings.map(\.finding.rule).joined(separator: ","))
  }
}
