import Audit
import Flow
import PacketScript
import Report
import Testing
import Wire

@Suite("conn.log")
struct ZeekReportTests {
  private func log(_ text: String, start: Timestamp? = nil, end: Timestamp? = nil) throws -> [String] {
    var options = TrackerOptions()
    options.zeek = true
    var tracker = Tracker(options)
    var batch = SegmentBatch()
    for segment in try PacketScript.parse(text).segments {
      batch.segments[batch.count] = segment
      batch.count += 1
      if batch.count == SegmentBatch.capacity { tracker.track(&batch) }
    }
    tracker.track(&batch)
    tracker.finish()
    let output = Output()
    var report = ZeekReport(output)
    report.begin(RunRecord(version: "0.1.0", inputs: ["a.pcap"]))
    while let facts = tracker.nextFinished() {
      report.report(
        ConnectionRecord(facts: facts, findings: [], encapsulation: Encapsulation(), interface: nil))
    }
    var summary = SummaryRecord()
    summary.start = start
    summary.end = end
    report.end(summary)
    return String(decoding: output.collected, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// Names of `#fields` and the values of one line.
  private func row(_ lines: [String], _ index: Int = 0) throws -> [String: String] {
    let names = try #require(lines.first { $0.hasPrefix("#fields\t") }).split(separator: "\t").dropFirst()
    let rows = lines.filter { !$0.hasPrefix("#") }
    let values = rows[index].split(separator: "\t", omittingEmptySubsequences: false)
    #expect(values.count == names.count)
    return Dictionary(uniqueKeysWithValues: zip(names.map(String.init), values.map(String.init)))
  }

  @Test func theHeaderIsZeeks() throws {
    let lines = try log(cutReply, end: Timestamp(seconds: 1_767_225_661))
    #expect(
      lines.prefix(6) == [
        "#separator \\x09", "#set_separator\t,", "#empty_field\t(empty)", "#unset_field\t-", "#path\tconn",
        "#open\t2026-01-01-00-00-00",
      ])
    #expect(
      lines[6] == "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes"
        + "\tresp_bytes\tconn_state\tlocal_orig\tlocal_resp\tmissed_bytes\thistory\torig_pkts\torig_ip_bytes\tresp_pkts"
        + "\tresp_ip_bytes\ttunnel_parents")
    #expect(
      lines[7]
        == "#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring\tbool\tbool"
        + "\tcount\tstring\tcount\tcount\tcount\tcount\tset[string]")
    #expect(lines.last == "#close\t2026-01-01-00-01-01")
  }

  @Test func aConnection() throws {
    let row = try row(log(cutReply))
    #expect(row["ts"] == "1767225600.000000")
    #expect(row["id.orig_h"] == "10.1.0.2" && row["id.orig_p"] == "50124")
    #expect(row["id.resp_h"] == "10.2.0.2" && row["id.resp_p"] == "2181")
    #expect(row["proto"] == "tcp" && row["service"] == "-" && row["tunnel_parents"] == "-")
    #expect(row["duration"] == "0.163000")
    #expect(row["orig_bytes"] == "4" && row["resp_bytes"] == "13240" && row["missed_bytes"] == "0")
    #expect(row["conn_state"] == "RSTO" && row["history"] == "ShADFadR")
    #expect(row["orig_pkts"] == "5" && row["resp_pkts"] == "12")
  }

  @Test func oneThatTookNoTimeHasNoBytes() throws {
    let row = try row(log("0 C > S S"))
    #expect(row["duration"] == "-" && row["orig_bytes"] == "-" && row["resp_bytes"] == "-")
    #expect(row["orig_pkts"] == "1" && row["resp_pkts"] == "0")
  }

  @Test func theRolesAreZeeks() throws {
    let script = """
      host C = [2001:db8::1]:40000
      host S = [2001:db8::2]:443
      0 S > C P. 1:11 ack 1
      1 C > S . 1 ack 11
      """
    let row = try row(log(script))
    #expect(row["id.orig_h"] == "2001:db8::1" && row["id.resp_h"] == "2001:db8::2")
    #expect(row["history"] == "^dA")
  }

  @Test func nothingIsALogToo() throws {
    let lines = try log("", start: Timestamp(seconds: 0), end: Timestamp(seconds: 59))
    #expect(lines[5] == "#open\t1970-01-01-00-00-00")
    #expect(lines.last == "#close\t1970-01-01-00-00-59")
    #expect(!lines.contains { !$0.hasPrefix("#") })
  }

  @Test func identifiersAreTheSameInEveryRunAndNeverTwice() throws {
    let script = (0..<40).map { "host C\($0) = 10.0.0.\($0 + 1):4000\n0.\($0 + 10) C\($0) > S S" }.joined(
      separator: "\n")
    let lines = try log(script).filter { !$0.hasPrefix("#") }
    let ids = lines.map { $0.split(separator: "\t")[1] }
    #expect(Set(ids).count == 40)
    #expect(ids.allSatisfy { $0.first == "C" && $0.count == 12 })
    #expect(try log(script).filter { !$0.hasPrefix("#") } == lines)
  }
}
