import Audit
import Capture
import Flow
import Glibc
import PacketScript
import Report
import Testing
import Wire

@testable import Engine

/// What whoever looks at a live audit sees of one connection, and of what open ones have lost.
@Suite("Looking at a live audit while it runs", .serialized)
struct LiveLookingTests {
  private static let mayCapture = CaptureDevice.mayCapture && (try? LiveCapture(["lo"], LiveOptions(), now: 0)) != nil
  private static let why: Comment = "left out: it takes libpcap, and root or CAP_NET_RAW, to capture on lo"

  private let scratch = Folder()

  /// Takes in a script's packets, and lets the clock run on behind each.
  /// - Parameter looked: after each tick.
  private func run(
    _ text: String, until end: Double, _ audit: inout LiveAudit, _ looked: (inout LiveAudit, Timestamp) -> Void
  ) throws {
    let path = scratch.capture(try PacketScript.parse(text).pcapng(), ".pcapng")
    var reporter = LedgerReporter(ledger: LiveLedger())
    var timeline = try Timeline(paths: [path])
    var clock: Timestamp?
    func pass(to time: Timestamp) {
      while let now = clock, now < time {
        let next = min(time, now.advanced(by: LiveAudit.tickTime))
        audit.tick(next.advanced(by: -1), CaptureLoss(), within: .unlimited, &reporter)
        audit.deliver(within: .unlimited, &reporter)
        looked(&audit, next)
        clock = next
      }
    }
    var first: Timestamp?
    while let frame = timeline.next() {
      let time = frame.time
      first = first ?? time
      pass(to: time)
      clock = time
      audit.take(frame)
    }
    if let first { pass(to: first.advanced(by: Int64(end * 1e9))) }
  }

  private let halfClosed = """
    0 C > S S
    0.01 S > C S.
    0.02 C > S .
    0.1 C > S F. 1 ack 1
    0.11 S > C . ack 2
    """

  /// As it is while it is open, and as it was at its end.
  @Test func theWantedConnectionIsShown() throws {
    var audit = LiveAudit(RunOptions(), inputs: 1)
    audit.wanted = 1
    var open: Facts?
    try run(halfClosed + "\n10 S > C F. 1 ack 2\n10.01 C > S . ack 2", until: 60, &audit) { audit, _ in
      if open == nil { open = audit.shown }
    }
    #expect(open?.id == 1 && open?.client.finPackets == 1 && open?.server.finPackets == 0)
    #expect(audit.shown?.id == 1 && audit.shown?.server.finPackets == 1)
    // Whoever looks at another one sees nothing of this.
    audit.wanted = 2
    #expect(audit.shown == nil)
    var other = LiveAudit(RunOptions(), inputs: 1)
    other.wanted = 7
    try run(halfClosed, until: 60, &other) { _, _ in }
    #expect(other.shown == nil)
  }

  /// Data that nobody acknowledges, on a connection that does not end: a counter of those that have ended never shows it.
  @Test func whatOpenConnectionsHaveLost() throws {
    let text = """
      0 C > S S
      0.01 S > C S.
      0.02 C > S .
      0.1 C > S P. 1:1001 ack 1
      0.4 C > S P. 1:1001 ack 1
      1 C > S P. 1:1001 ack 1
      2.2 C > S P. 1:1001 ack 1
      4.6 C > S P. 1:1001 ack 1
      9.4 C > S P. 1:1001 ack 1
      19 C > S P. 1:1001 ack 1
      38 C > S P. 1:1001 ack 1
      """
    var audit = LiveAudit(RunOptions(), inputs: 1)
    try run(text, until: 60, &audit) { _, _ in }
    #expect(audit.openBytesLost.values.reduce(0, +) == 1000, "\(audit.openBytesLost)")
    // It arrives after all.
    var healed = LiveAudit(RunOptions(), inputs: 1)
    var most: UInt64 = 0
    try run(text + "\n60 S > C . ack 1001", until: 90, &healed) { audit, _ in
      most = max(most, audit.openBytesLost.values.reduce(0, +))
    }
    #expect(most == 1000 && healed.openBytesLost.values.allSatisfy { $0 == 0 })
    // Or the connection ends: then it is counted there.
    var ended = LiveAudit(RunOptions(), inputs: 1)
    try run(text + "\n60 C > S R. 1001 ack 1", until: 600, &ended) { _, _ in }
    #expect(ended.stages.tracker.openConnections == 0 && ended.openBytesLost.values.allSatisfy { $0 == 0 })
  }

  /// What the listener wants, the run asks for, tick by tick.
  @Test(.enabled(if: mayCapture, why)) func theListenerIsAsked() throws {
    let conversation = try #require(Loopback.Conversation())
    defer { for descriptor in [conversation.client, conversation.server] { close(descriptor) } }
    var options = LiveOptions()
    options.filter = "tcp port \(conversation.port)"
    let capture = try LiveCapture(["lo"], options, now: LiveRun.clock)
    shutdown(conversation.client, Int32(SHUT_WR))
    var demand = LiveDemand()
    demand.duration = 20_000_000_000
    var listener = Onlooker()
    var reporter = LedgerReporter(ledger: LiveLedger())
    _ = LiveRun(capture, RunOptions(), demand).run(
      &reporter, RunRecord(version: "test", inputs: ["lo"]), &listener)
    // Without its handshake nobody knows whose the FIN is.
    let seen = try #require(listener.seen)
    #expect(seen.id == 1 && seen.client.finPackets + seen.server.finPackets == 1)
    #expect(!listener.sawAnother)
  }

  private struct Onlooker: LiveListener {
    var seen: Facts?
    var sawAnother = false

    var wanted: UInt64? { 1 }

    mutating func note(_ words: String) {}
    mutating func summarise(_ summary: SummaryRecord) {}
    mutating func reopen() -> Bool { false }
    mutating func look(at run: borrowing LiveRun) -> Bool {
      seen = run.facts(of: 1)
      if run.facts(of: 2) != nil { sawAnother = true }
      return seen == nil
    }
    mutating func end() {}
  }
}
