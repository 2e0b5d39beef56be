import Audit
import Flow
import PacketScript
import Testing
import Wire

@Suite("A refused attempt in brief, and in full")
struct RefusalTests {
  private static let hosts: [ClosedRange<UInt8>?] = [nil, 64...64, 50...50, 128...128, 60...64, 1...1, 255...255]

  /// What is known without the facts is what the rules say of them; where it may not be, they are asked.
  @Test(arguments: [50, 64, 63, 114, 128, 1, 255] as [UInt8], hosts) func isJudgedAlike(
    _ ttl: UInt8, _ host: ClosedRange<UInt8>?
  ) throws {
    let script = try PacketScript.parse("0.0 C > S S\n0.1 S > C R. =0 ack 1 ttl \(ttl)")
    var options = TrackerOptions()
    options.brief = true
    options.briefRefusals = true
    var tracker = Tracker(options)
    var batch = SegmentBatch()
    for segment in script.segments {
      batch.segments[batch.count] = segment
      batch.count += 1
    }
    tracker.track(&batch)
    tracker.finish(recordedUntil: script.captureEnd)
    guard case .refusal(let refusal)? = tracker.nextBrief()?.kind else {
      Issue.record("not given as a refusal")
      return
    }
    let facts = tracker.facts(of: refusal)
    var surroundings = Surroundings()
    surroundings.captureEnd = script.captureEnd
    surroundings.serverHostTTL = host
    let findings = judge(facts, surroundings, Thresholds())
    let brief = Finding.refused(refusal.syn, by: refusal.reset, port: facts.serverEndpoint.port)
    #expect((findings == [brief]) == refusal.isPlain(surroundings))
    surroundings.leaps = [facts.start.time...script.captureEnd]
    #expect(!refusal.isPlain(surroundings))
  }
}
