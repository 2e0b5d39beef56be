import Audit
import Flow
import Report
import Screen
import Testing
import Wire

@testable import tcpaudit

@Suite("What a live audit has found so far, kept for whoever looks")
struct LiveBoardTests {
  private func record(
    _ id: UInt64, _ severity: Severity = .error, _ rule: String = "peer-vanished", revises: UInt64? = nil,
    _ before: Severity? = nil, lost: UInt64? = nil, isHealed: Bool = false
  ) -> FindingRecord {
    let moment = Moment(time: Timestamp(seconds: Int64(id)), packet: .none)
    var record = FindingRecord(
      id: id, revises: revises, connection: 1,
      finding: Finding(
        rule: rule, severity: severity, confidence: .likely, suspects: [.path], summary: "\(id)", bytesLost: lost,
        evidence: [Evidence(moment, nil, "")], facts: isHealed ? [NamedFact("healed", .bool(true))] : []))
    record.revised = before.map { LiveFigures.Kind(rule: rule, severity: $0, atFault: .path) }
    return record
  }

  private func count(_ board: LiveBoard, _ rule: String = "peer-vanished", _ severity: Severity = .error) -> UInt64? {
    board.findings[LiveFigures.Kind(rule: rule, severity: severity, atFault: .path)]
  }

  /// A counter that is born with its first finding never rose.
  @Test func allThatMayComeBeginsAtZero() {
    let board = LiveBoard()
    for rule in Catalogue.rules {
      #expect(board.bytesLost[rule.id] == 0)
      for party in Party.allCases.map(Optional.some) + [nil] {
        for severity in [Severity.warning, .error] {
          #expect(board.findings[LiveFigures.Kind(rule: rule.id, severity: severity, atFault: party)] == 0)
        }
      }
    }
    #expect(board.list.isEmpty && board.forgotten == 0)
  }

  @Test func aRevisionTakesThePlace() {
    let board = LiveBoard()
    board.take(record(1, .warning), nil)
    board.take(record(2, .error, revises: 1, .warning), nil)
    #expect(board.list.map(\.id) == [2])
    // Another severity is another finding.
    #expect(count(board, "peer-vanished", .warning) == 1 && count(board) == 1)
    board.take(record(3, .error, revises: 2, .error), nil)
    #expect(count(board) == 1)
    // Who has the first one open sees what stands in its place.
    #expect(board.standing(1) == 3 && board.entry(1)?.0.id == 3)
  }

  /// What is lost while a connection is open may still arrive.
  @Test func bytesCountWhenTheConnectionHasEnded() {
    let board = LiveBoard()
    board.take(record(1, lost: 100), nil)
    #expect(board.bytesLost["peer-vanished"] == 0)
    var told = record(1, lost: 100)
    told.wasTold = true
    board.settle([told, record(2, .error, "reset-abort", lost: 7), record(3, .note, "reset-abort")])
    #expect(board.bytesLost["peer-vanished"] == 100 && board.bytesLost["reset-abort"] == 7)
  }

  /// As where half of many connections change their state at once.
  @Test func aRevisionOfWhatWasForgottenIsNotCountedAgain() {
    let board = LiveBoard()
    let many = UInt64(2 * LiveBoard.limit)
    for id in 1...many { board.take(record(id), nil) }
    #expect(board.entry(1) == nil)
    for id in 1...many { board.take(record(many + id, revises: id, .error), nil) }
    #expect(count(board) == many)
  }

  @Test func whatHealedIsShownAndNotCounted() {
    let board = LiveBoard()
    board.take(record(1), nil)
    board.take(record(2, .note, revises: 1, isHealed: true), nil)
    #expect(board.list.map(\.isHealed) == [true] && board.list.first?.severity == .error)
    #expect(count(board) == 1 && count(board, "peer-vanished", .note) == nil)
    // Who has it open sees the finding, and that it no longer holds.
    let entry = board.entry(1)
    #expect(entry?.record.finding.severity == .error && entry?.healing == "2")
  }

  /// Its words stay; what its connection was in the end is shown beside them.
  @Test func whatWasToldIsSeenAsItEnded() {
    let board = LiveBoard()
    board.take(record(1), Facts())
    var told = record(1)
    told.wasTold = true
    var ended = Facts()
    ended.client.payloadBytes = 7
    board.take(told, ended)
    #expect(board.entry(1)?.facts?.client.payloadBytes == 7)
  }

  @Test func whatWasToldIsNoNews() {
    let board = LiveBoard()
    board.hasNews = false
    var told = record(1)
    told.wasTold = true
    board.take(told, nil)
    #expect(!board.hasNews && board.list.isEmpty)
    board.take(record(2), nil)
    #expect(board.hasNews)
  }

  /// First what healed, then the oldest of the mildest: a flood of notes hides no error.
  @Test func whatIsForgotten() {
    let board = LiveBoard()
    board.take(record(1, .error), nil)
    board.take(record(2, .error), nil)
    board.take(record(3, .note, revises: 2, isHealed: true), nil)
    board.take(record(4, .warning), nil)
    let first = UInt64(100)
    let room = UInt64(LiveBoard.limit - 3)
    for id in first..<first + room { board.take(record(id, .note, "syn-refused"), nil) }
    #expect(board.forgotten == 0 && board.list.count == LiveBoard.limit)
    board.take(record(5000, .note, "syn-refused"), nil)
    #expect(board.forgotten == 1 && !board.list.contains { $0.isHealed })
    for id in UInt64(6000)..<6010 { board.take(record(id, .note, "syn-refused"), nil) }
    #expect(board.forgotten == 11 && board.list.count == LiveBoard.limit)
    let ids = Set(board.list.map(\.id))
    #expect(ids.isSuperset(of: [1, 4, 5000, 6009]) && ids.isDisjoint(with: first..<first + 10))
    #expect(ids.contains(first + 10))
    #expect(board.entry(first) == nil)
    // Counters forget nothing.
    #expect(count(board, "syn-refused", .note) == room + 11)
  }

  /// As where connections falter and heal for days: while there is something milder to forget nobody looks for what has gone.
  @Test func whatWasRevisedLeavesNothing() {
    let board = LiveBoard()
    for turn in UInt64(0)..<10_000 {
      board.take(record(3 * turn + 1), nil)
      board.take(record(3 * turn + 2, .warning, revises: 3 * turn + 1, .error), nil)
      board.take(record(3 * turn + 3, .note, revises: 3 * turn + 2, .warning, isHealed: true), nil)
    }
    #expect(board.list.count == LiveBoard.limit && board.forgotten == 10_000 - UInt64(LiveBoard.limit))
    #expect(board.waiting <= 6 * LiveBoard.limit, "\(board.waiting)")
  }

  @Test func aProcessIsNamedWhereThereIsNoConnection() {
    let board = LiveBoard()
    var leak = record(1, .error, "socket-leak")
    leak.connection = nil
    leak.finding.facts = [NamedFact("process", .text("pool")), NamedFact("peer", .text("10.2.0.2:2181"))]
    board.take(leak, nil)
    #expect(board.list.first?.endpoints == "pool → 10.2.0.2:2181")
    board.take(record(2, .warning, "capture-loss"), nil)
    #expect(board.list.contains { $0.endpoints == "the capture" })
  }
}
