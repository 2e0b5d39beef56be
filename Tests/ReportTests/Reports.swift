import Audit
import Flow
import PacketScript
import Report
import Testing
import Wire

/// The facts of every connection of a script, in order of their ends.
func track(_ text: String) throws -> [Facts] {
  let script = try PacketScript.parse(text)
  var tracker = Tracker(TrackerOptions())
  var batch = SegmentBatch()
  var all: [Facts] = []
  for segment in script.segments {
    batch.segments[batch.count] = segment
    batch.count += 1
    if batch.count == SegmentBatch.capacity { tracker.track(&batch) }
  }
  tracker.track(&batch)
  tracker.finish()
  while let facts = tracker.nextFinished() { all.append(facts) }
  return all
}

/// A record of the one connection of a script, with findings numbered from 1.
func record(_ text: String, _ findings: [Finding] = []) throws -> ConnectionRecord {
  let facts = try #require(try track(text).first)
  let records = findings.enumerated().map {
    FindingRecord(id: UInt64($0.offset + 1), connection: facts.id, finding: $0.element)
  }
  return ConnectionRecord(facts: facts, findings: records, encapsulation: Encapsulation(), interface: nil)
}

/// The reply that was cut, as interface.md tells it.
let cutReply = """
  host C = 10.1.0.2:50124
  host S = 10.2.0.2:2181
  0.000 C > S S <mss 1460,sackOK,TS,wscale 7>
  0.080 S > C S. <mss 1460,sackOK,TS,wscale 7>
  0.081 C > S .
  0.081 C > S P. 1:5
  0.081 C > S F.
  0.161 S > C . ack 6
  0.162 S > C P. 1:13241/1448
  0.163 C > S R 6
  """

/// What a rule would say of it.
func cutReplyFinding(_ facts: Facts) -> Finding {
  let fin = facts.client.fin?.sent.first ?? facts.start
  let reset = facts.abort?.reset.moment ?? facts.end
  return Finding(
    rule: "half-close-truncated", severity: .error, confidence: .certain, suspects: [.client],
    summary: "client half-closed, then reset while the server was answering: 13,240 of 13,240 bytes lost",
    bytesLost: 13240, bytesLostExact: true,
    evidence: [
      Evidence(fin, .client, "FIN after 4 bytes"),
      Evidence(facts.server.fin?.sent.first ?? facts.client.fin?.firstAfter ?? reset, .server, "the answer begins"),
      Evidence(reset, .client, "RST, 13,240 bytes of the server unacknowledged"),
    ],
    facts: [
      NamedFact("sent_after_fin", .integer(13240)), NamedFact("fin_unacked", .bool(true)),
      NamedFact("in_flight_at_death", .null), NamedFact("idle", .duration(1_500_000_000)),
      NamedFact("instead_of", .list([.text("transfer-truncated")])),
    ],
    mend: "read until end of file before close()")
}

/// What a reporter of the kind that `make` makes writes of these.
func report<R: Reporter>(
  _ make: (Output) -> R, inputs: [String] = ["a.pcap"], filter: String? = nil, _ connections: [ConnectionRecord] = [],
  findings: [FindingRecord] = [], summary: SummaryRecord = SummaryRecord()
) -> String {
  let output = Output()
  var reporter = make(output)
  reporter.begin(RunRecord(version: "0.1.0", inputs: inputs, filter: filter))
  for connection in connections { reporter.report(connection) }
  for finding in findings { reporter.report(finding) }
  reporter.end(summary)
  return String(decoding: output.collected, as: UTF8.self)
}
