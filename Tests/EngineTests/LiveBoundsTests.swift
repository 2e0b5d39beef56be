import Audit
import Capture
import Flow
import PacketScript
import Report
import Testing
import Wire

@testable import Engine

@Suite("What a scan leaves to be judged is bounded")
struct LiveBoundsTests {
  private let scratch = Folder()
  private static let count = 300

  /// So many attempts that were refused, and one connection that was cut, all ended and none judged.
  private func scanned() throws -> LiveAudit {
    var text = severalConnections + "\n"
    for turn in 0..<Self.count {
      let time = "1.\(1000 + turn)"
      text += "host T\(turn) = 10.0.1.\(turn % 250):\(1000 + turn)\n"
      text += "\(time) C > T\(turn) S\n\(time)1 T\(turn) > C R. =0 ack 1\n"
    }
    let path = scratch.capture(try PacketScript.parse(text).pcapng(), ".pcapng")
    var audit = LiveAudit(RunOptions(), inputs: 1)
    var reporter = LedgerReporter(ledger: LiveLedger())
    var timeline = try Timeline(paths: [path])
    var last = Timestamp(nanoseconds: 0)
    while let frame = timeline.next() {
      audit.take(frame)
      last = frame.time
    }
    // Everything is over; there was no moment to judge it.
    for second in 0..<40 {
      audit.tick(last.advanced(by: Int64(second) * 1_000_000_000), CaptureLoss(), within: Budget(0), &reporter)
    }
    return audit
  }

  @Test func whatWaitsIsSeen() throws {
    let audit = try scanned()
    #expect(audit.stages.tracker.backlog > Self.count)
    let empty = LiveAudit(RunOptions(), inputs: 1)
    let each = MemoryLayout<Facts>.stride
    #expect(audit.stages.tracker.memoryInUse > empty.stages.tracker.memoryInUse + UInt64(Self.count * each))
  }

  /// Refused attempts go first; the connection that was cut is judged all the same.
  @Test func theLeastAreOnlyCounted() throws {
    var audit = try scanned()
    audit.backlogLimit = 200
    let ledger = LiveLedger()
    var reporter = LedgerReporter(ledger: ledger)
    audit.deliver(within: .unlimited, &reporter)
    #expect(audit.stages.tracker.backlog == 0)
    #expect((90...120).contains(audit.unjudged), "\(audit.unjudged)")
    #expect(ledger.entries.values.contains { $0.record.finding.rule == "half-close-truncated" })
    let summary = audit.summary(CaptureLoss(), frames: 0, end: nil)
    #expect(summary.connections == UInt64(Self.count + 3) && summary.unjudged == audit.unjudged)
  }

  /// Beyond twice the limit whatever it is.
  @Test func nothingIsKeptWithoutEnd() throws {
    var audit = try scanned()
    audit.backlogLimit = 10
    var reporter = LedgerReporter(ledger: LiveLedger())
    audit.deliver(within: .unlimited, &reporter)
    #expect(audit.unjudged > UInt64(Self.count - 25))
  }

  @Test func theEndDoesNotWaitForAll() throws {
    var audit = try scanned()
    let ledger = LiveLedger()
    var reporter = LedgerReporter(ledger: ledger)
    audit.finish(nil, CaptureLoss(), within: Budget(0), &reporter)
    #expect(audit.stages.tracker.backlog == 0 && audit.unjudged > UInt64(Self.count))
    #expect(audit.summary(CaptureLoss(), frames: 0, end: nil).connections == UInt64(Self.count + 3))
    // With time all of them are judged.
    var patient = try scanned()
    patient.finish(nil, CaptureLoss(), within: .unlimited, &reporter)
    #expect(patient.unjudged == 0)
  }

  /// Packets that wait come before connections that wait.
  @Test func packetsGoFirst() {
    let usual = LiveRun.judgingTime(10, isIdle: true, lag: 0)
    #expect(LiveRun.judgingTime(10_000, isIdle: true, lag: 0) > usual)
    #expect(LiveRun.judgingTime(10_000, isIdle: false, lag: 0.1) > usual)
    #expect(LiveRun.judgingTime(10_000, isIdle: false, lag: 2) < usual)
  }
}
