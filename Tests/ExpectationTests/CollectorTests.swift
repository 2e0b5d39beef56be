import Audit
import Expectation
import Flow
import Report
import Testing
import Wire

@Suite("What is kept of a run to hold it against expectations")
struct CollectorTests {
  private var record: ConnectionRecord {
    let start = Moment(time: Timestamp(seconds: 1), packet: PacketReference(input: 0, number: 1))
    let facts = Facts(
      id: 1, client: Endpoint(address: IPAddress(v4: 0x0a00_0001), port: 1),
      server: Endpoint(address: IPAddress(v4: 0x0a00_0002), port: 80), rolesKnown: true, ipVersion: 4, start: start)
    return ConnectionRecord(facts: facts, findings: [], encapsulation: Encapsulation(), interface: nil)
  }

  /// A capture of a million connections has sixty fields each: those alone are kept that somebody asked for.
  @Test func onlyWhatIsAskedFor() throws {
    let text =
      "connection 10.0.0.1:1 -> 10.0.0.2:80\n  server.packets 0\n  no.such 1\nconnection *:2 -> *:3\n  ip_version 4"
    var collector = Collector(for: try Expectations(parsing: text, knownRules: []))
    collector.report(record)
    #expect(collector.connections.map(\.fields) == [["server.packets": "0", "ip_version": "4"]])
    collector = Collector(for: Expectations())
    collector.report(record)
    #expect(collector.connections.map(\.fields) == [[:]])
    #expect(collector.connections[0].client.text == "10.0.0.1:1")
  }

  @Test func aDraftTellsItsFields() {
    var collector = Collector.forDraft
    collector.report(record)
    let draft = Expectations.draft(captures: [], collector.connections, captureFindings: [])
    for line in ["state ", "client.payload_bytes 0", "server.payload_bytes 0"] { #expect(draft.contains("  " + line)) }
  }
}
