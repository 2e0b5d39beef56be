import Audit
import Flow
import PacketScript
import Report
import Testing
import Wire

@Suite("Refused attempts in text")
struct RefusalTextTests {
  /// As refusals they are written as they would be as connections.
  @Test(arguments: [false, true]) func eitherWayItIsTheSameText(all: Bool) throws {
    var options = TrackerOptions()
    options.brief = true
    options.briefRefusals = true
    var tracker = Tracker(options)
    var batch = SegmentBatch()
    for host in 1...9 {
      let script = try PacketScript.parse(
        "host C = 10.0.0.\(host):40000\nhost S = 10.0.1.\(host / 5):443\n0.0 C > S S\n0.1 S > C R. =0 ack 1")
      for segment in script.segments {
        batch.segments[batch.count] = segment
        batch.count += 1
      }
    }
    tracker.track(&batch)
    tracker.finish()
    var refusals: [RefusalRecord] = []
    var connections: [ConnectionRecord] = []
    while let brief = tracker.nextBrief() {
      guard case .refusal(let refusal) = brief.kind else { continue }
      let id = UInt64(refusals.count + 1)
      refusals.append(RefusalRecord(id: id, brief, refusal))
      let facts = tracker.facts(of: refusal)
      let finding = Finding.refused(refusal.syn, by: refusal.reset, port: facts.serverEndpoint.port)
      #expect(finding.rule == RefusalRecord.rule && finding.severity == RefusalRecord.severity)
      connections.append(
        ConnectionRecord(
          facts: facts, findings: [FindingRecord(id: id, connection: facts.id, finding: finding)],
          encapsulation: Encapsulation(), interface: nil))
    }
    #expect(refusals.count == 9)
    let output = Output()
    var reporter = TextReport(output, TextReport.Options(all: all, style: Style(color: false, width: 100)))
    reporter.begin(RunRecord(version: "0.1.0", inputs: ["cut-reply.pcapng"]))
    for refusal in refusals { reporter.report(refusal) }
    reporter.end(summary(connections, packets: 18))
    let text = String(decoding: output.collected, as: UTF8.self)
    #expect(text == textReport(connections, summary: summary(connections, packets: 18), all: all))
  }
}
