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

  /// A finding was told, and then its connection ended among too many others: what came last is in its file all the same.
  @Test func aRecordingEndsUnjudged() throws {
    let folder = scratch.folder("record")
    let text = """
      0 C > S S
      0.01 S > C S.
      0.02 C > S .
      0.1 C > S F. 1 ack 1
      0.11 S > C . ack 2
      40 S > C F. 1 ack 2
      40.01 C > S . ack 2
      """
    let path = scratch.capture(try PacketScript.parse(text).pcapng(), ".pcapng")
    var audit = LiveAudit(RunOptions(), inputs: 1)
    audit.recorder = FlightRecorder(try RecordDirectory(folder))
    audit.backlogLimit = 0
    var reporter = LedgerReporter(ledger: LiveLedger())
    func pass(from start: Timestamp, to end: Timestamp) {
      var now = start
      while now < end {
        now = now.advanced(by: LiveAudit.tickTime)
        audit.tick(now, CaptureLoss(), within: .unlimited, &reporter)
        audit.deliver(within: .unlimited, &reporter)
      }
    }
    var timeline = try Timeline(paths: [path])
    var last: Timestamp?
    while let frame = timeline.next() {
      let time = frame.time
      if let last { pass(from: last, to: time) }
      audit.take(frame)
      last = time
    }
    let name = try #require(Folder.names(folder).first)
    // What came after the finding as far as somebody looked.
    #expect(try frames(in: folder + "/" + name) < 7)
    let end = try #require(last)
    pass(from: end, to: end.advanced(by: 40_000_000_000))
    #expect(audit.unjudged == 1 && audit.stages.tracker.openConnections == 0)
    #expect(try frames(in: folder + "/" + name) == 7)
  }

  private func frames(in path: String) throws -> Int {
    var timeline = try Timeline(paths: [path])
    var count = 0
    while timeline.next() != nil { count += 1 }
    return count
  }

  /// Packets that wait come before connections that wait.
  @Test func packetsGoFirst() {
    let usual = LiveRun.judgingTime(10, isIdle: true, lag: 0)
    #expect(LiveRun.judgingTime(10_000, isIdle: true, lag: 0) > usual)
    #expect(LiveRun.judgingTime(10_000, isIdle: false, lag: 0.1) > usual)
    #expect(LiveRun.judgingTime(10_000, isIdle: false, lag: 2) < usual)
  }
}
