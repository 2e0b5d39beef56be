import Audit
import Engine
import Flow
import PacketScript
import Report
import Testing
import Wire

@Suite("Trap 40 of field.md §5: health checks of load balancers")
struct HealthCheckTests {
  /// Connections of one host to one service, from these times on.
  /// - Parameter hangUp: what follows the handshake, from 3 ms on.
  private func script(_ times: [Double], hangUp: [String], port: Int = 40_000) -> String {
    times.enumerated().map { number, time in
      let name = "H\(port + number)"
      let lines = ["\(name) > S S", "S > \(name) S.", "\(name) > S ."] + hangUp.map { $0.replacing("H", with: name) }
      let packets = lines.enumerated().map { "\(time + 0.001 * Double($0.offset)) \($0.element)" }
      return (["host \(name) = 10.0.0.9:\(port + number) isn \(7919 * (number + 1))"] + packets).joined(separator: "\n")
    }.joined(separator: "\n") + "\n"
  }

  private static let byReset = ["H > S R. 1"]
  private static let byFIN = ["H > S F.", "S > H F.", "H > S ."]

  private func every(_ period: Double, _ count: Int, jitter: Double = 0) -> [Double] {
    (0..<count).map { Double($0) * period + (($0 % 2 == 0) ? jitter : 0) }
  }

  @Test("40: every half second, closed by RST: counted, and nothing is said of their RSTs")
  func periodic() throws {
    let run = try records(of: script(every(0.5, 8, jitter: 0.01), hangUp: Self.byReset))
    #expect(run.summary.healthChecks == 8)
    #expect(run.findings.isEmpty)
  }

  @Test("40: closed by FIN, likewise", arguments: [true, false])
  func closedByFIN(reportsAll: Bool) throws {
    var options = RunOptions()
    options.reportsAllConnections = reportsAll
    let run = try records(of: script(every(5, 40), hangUp: Self.byFIN), options)
    #expect(run.summary.healthChecks == 40)
    #expect(run.findings.isEmpty)
  }

  /// The period is known once there are six: those that had ended before are told.
  @Test("40: every ten seconds, for minutes")
  func slow() throws {
    let run = try records(of: script(every(10, 40), hangUp: Self.byReset))
    #expect(run.summary.healthChecks == 40)
    #expect(run.findings.count <= 5)
    let folder = Folder()
    let path = try folder.capture(script(every(10, 40), hangUp: Self.byReset))
    let text = try report({ TextReport($0) }, [path])
    #expect(
      text.contains("40 connections are health checks: opened and closed at regular times, without data or"), "\(text)")
    #expect(try json([path]).last?.contains(#""health_checks":40"#) == true)
  }

  @Test("40: one that is missing does not end the series")
  func oneIsMissing() throws {
    let times = every(2, 20).enumerated().filter { $0.offset != 12 }.map(\.element)
    #expect(try records(of: script(times, hangUp: Self.byFIN)).summary.healthChecks == 19)
  }

  @Test("40: at irregular times they are not called so")
  func irregular() throws {
    let times = [0, 0.4, 3.1, 3.9, 9.0, 11.5, 18.2, 18.9, 30.0, 31.2]
    let run = try records(of: script(times, hangUp: Self.byReset))
    #expect(run.summary.healthChecks == 0)
    #expect(run.findings.map(\.rule) == [String](repeating: "reset-abort", count: 10))
  }

  @Test("40: five are too few, and data make a conversation of it")
  func tooFewAndWithData() throws {
    #expect(try records(of: script(every(1, 5), hangUp: Self.byReset)).summary.healthChecks == 0)
    let talking = ["H > S P. 1:11", "S > H . ack 11", "H > S R. 11"]
    #expect(try records(of: script(every(1, 12), hangUp: talking)).summary.healthChecks == 0)
  }

  /// A hello, the beginning of its answer, and a RST: so a checker asks whether TLS is spoken.
  private static let greeting = [
    "H > S P. 1:518", "S > H . 1 ack 518", "S > H . 1:1449 ack 518", "S > H P. 1449:3001 ack 518",
  ]

  @Test("40: who hangs up on the answer to a hello, every time, only asks; those before the period is known are told")
  func hello() throws {
    let run = try records(of: script(every(5, 40), hangUp: Self.greeting + ["H > S R. 518 ack 1"]))
    #expect(run.summary.healthChecks == 40)
    #expect(run.findings.count <= 5, "\(run.findings.map(\.summary))")
    #expect(try records(of: script(every(0.5, 8), hangUp: Self.greeting + ["H > S R. 518 ack 1"])).findings.isEmpty)
  }

  private static let question = ["H > S P. 1:24", "S > H P. 1:201 ack 24"]

  /// It hangs up at the first line of the answer, and the service may have closed sooner.
  @Test(
    "40: who hangs up on some only is known by the period of all; and is not by those in order alone",
    arguments: [true, false])
  func inOrderMostly(_ isRegular: Bool) throws {
    let times = every(0.4, 24).enumerated().map {
      isRegular ? $0.element : $0.element + 0.3 * Double($0.offset % 3 % 2)
    }
    let hungUp: Set = [8, 11, 15, 16, 20]
    let closed = Self.question + ["S > H F. 201 ack 24", "H > S F. 24 ack 202", "S > H . 202 ack 25"]
    let parts = times.enumerated().map { number, time in
      let end = hungUp.contains(number) ? Self.question + ["H > S R. 24 ack 1"] : closed
      return script([time], hangUp: end, port: 40_000 + number)
    }
    let run = try records(of: parts.joined())
    #expect(run.summary.healthChecks == (isRegular ? 5 : 0))
    #expect(run.findings.isEmpty == isRegular, "\(run.findings.map(\.summary))")
  }

  /// What goes wrong with a poller now and then is told; and no check is counted by both periods.
  @Test(
    "40: one or two of many talks that were cut are no checks", arguments: [[13], [13, 17]])
  func talksThatWereCut(_ cut: [Int]) throws {
    let closed = Self.question + ["S > H F. 201 ack 24", "H > S F. 24 ack 202", "S > H . 202 ack 25"]
    let parts = every(0.4, 24).enumerated().map { number, time in
      script(
        [time], hangUp: cut.contains(number) ? Self.question + ["H > S R. 24 ack 1"] : closed, port: 40_000 + number)
    }
    let run = try records(of: parts.joined())
    #expect(run.summary.healthChecks == 0)
    #expect(run.findings.count == cut.count, "\(run.findings.map(\.summary))")
  }

  @Test("40: talks, and then hang-ups alone: each is counted once") func talksFirst() throws {
    let closed = Self.question + ["S > H F. 201 ack 24", "H > S F. 24 ack 202", "S > H . 202 ack 25"]
    let parts = every(0.4, 16).enumerated().map { number, time in
      script([time], hangUp: number < 6 ? closed : Self.question + ["H > S R. 24 ack 1"], port: 40_000 + number)
    }
    #expect(try records(of: parts.joined()).summary.healthChecks == 10)
  }

  @Test(
    "40: who is reset by the service, gets no answer, asks for much or at no regular times, is no checker",
    arguments: [
      greeting + ["S > H R. 3001 ack 518"], ["H > S P. 1:518", "S > H . 1 ack 518", "H > S R. 518 ack 1"],
      ["H > S . 1:2897/1448", "S > H . 1 ack 2897", "S > H . 1:1449 ack 2897", "H > S R. 2897 ack 1"],
      ["H > S P. 1:518", "S > H . 1:17377/1448 ack 518", "H > S R. 518 ack 1"],
    ])
  func noHello(_ talk: [String]) throws {
    let run = try records(of: script(every(5, 12), hangUp: talk))
    #expect(run.summary.healthChecks == 0)
    #expect(run.findings.count == 12)
  }

  @Test("40: several hosts that ask in turn are each told by their own period")
  func severalServices() throws {
    let other = script(every(3, 10), hangUp: Self.byFIN, port: 50_000).replacing("10.0.0.9:", with: "10.0.0.8:")
      .split(separator: "\n")
    let both = script(every(2, 12), hangUp: Self.byFIN).split(separator: "\n") + other
    func time(_ line: Substring) -> Double { Double(line.split(separator: " ")[0]) ?? -1 }
    let lines = both.enumerated().sorted { (time($0.element), $0.offset) < (time($1.element), $1.offset) }
    #expect(try records(of: lines.map { String($0.element) }.joined(separator: "\n")).summary.healthChecks == 22)
  }

  /// A RST is how a checker hangs up; a service that answers each check by one has no such excuse.
  @Test("40: the service's own RSTs are told")
  func theServiceResets() throws {
    let run = try records(of: script(every(2, 8), hangUp: ["S > H R. 1"]))
    #expect(run.summary.healthChecks == 8)
    #expect(run.findings.map(\.rule) == [String](repeating: "reset-abort", count: 8))
    #expect(run.findings.allSatisfy { $0.suspects.contains(.server) })
  }
}
