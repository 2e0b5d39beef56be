internal import Audit
internal import Flow
internal import Wire

extension ConnectionRecord {
  /// Those fields of the record at `paths` (`client.payload_bytes`) that it has. A number, a time, a flag is as JSON writes it,
  /// a text without its quotes, a list is its items with commas between (of a tunnel its kind alone), nothing is `null`.
  public func fields(at paths: Set<String>) -> [String: String] {
    guard !paths.isEmpty else { return [:] }
    var table = FieldTable(paths: paths)
    verdict.visit(&table, with: facts, severalInputs: false)
    return table.values
  }
}

private struct FieldTable: FieldVisitor {
  let paths: Set<String>
  private(set) var values: [String: String] = [:]
  private var group = ""

  init(paths: Set<String>) { self.paths = paths }

  /// `value` is asked for only where the field is.
  private mutating func set(_ name: StaticString, _ value: @autoclosure () -> String?) {
    let path = "\(group)\(name)"
    if paths.contains(path) { values[path] = value() ?? "null" }
  }

  private mutating func set(_ name: StaticString, _ write: (inout ByteWriter) -> Void) {
    func text() -> String {
      var writer = ByteWriter()
      write(&writer)
      return writer.text
    }
    set(name, text())
  }

  mutating func open(_ group: StaticString) { self.group = "\(group)." }
  mutating func close() { group = "" }
  mutating func count(_ name: StaticString, _ value: UInt64?) { set(name, value.map(String.init)) }
  mutating func flag(_ name: StaticString, _ value: Bool?) { set(name, value.map { $0 ? "true" : "false" }) }
  mutating func text(_ name: StaticString, _ value: String?) { set(name, value) }

  mutating func address(_ name: StaticString, _ value: IPAddress, ipVersion: UInt8) {
    set(name, value.text(ipVersion: ipVersion))
  }

  mutating func time(_ name: StaticString, _ value: Timestamp?) {
    guard let value else { return set(name, nil) }
    set(name) { $0.time(value) }
  }

  mutating func seconds(_ name: StaticString, _ nanoseconds: Int64?) {
    guard let nanoseconds else { return set(name, nil) }
    set(name) { $0.seconds(nanoseconds) }
  }

  mutating func communityID(_ name: StaticString, _ client: Endpoint, _ server: Endpoint, ipVersion: UInt8) {
    set(name) { $0.communityID(client, server, ipVersion: ipVersion) }
  }

  mutating func numbers(_ name: StaticString, _ values: [UInt16]) {
    set(name, values.isEmpty ? nil : values.map { String($0) }.joined(separator: ","))
  }

  mutating func tunnels(_ name: StaticString, _ values: [Tunnel]) {
    set(name, values.isEmpty ? nil : values.map(\.kind.rawValue).joined(separator: ","))
  }

  mutating func rules(_ name: StaticString, _ findings: [FindingRecord]) {
    set(name, findings.map(\.finding.rule).joined(separator: ","))
  }
}
