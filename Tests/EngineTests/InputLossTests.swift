import Audit
import Capture
import PacketScript
import Report
import Testing
import Wire

@testable import Engine

@Suite("What one interface loses is no matter of what was seen on others")
struct InputLossTests {
  private let scratch = Folder()
  /// Both interfaces have a packet each second, so that the clock goes on.
  private static let waiting =
    handshake + """
      0.100 C > S P. 1:101
      0.180 S > C P. 1:101 ack 101
      0.200 C > S F. 101 ack 101
      0.280 S > C . 101 ack 102
      60 tick
      """
  private static let unanswered = """
    0.000,1.000,3.000,7.000,15.000 C > S S <mss 1460>
    60 tick
    """
  private static let elsewhere = """
    host D = 10.0.7.1:4000
    host E = 10.0.7.2:80
    0.000 D > E S
    0.010 E > D S.
    0.020 D > E .
    """

  /// What is told by the end of a minute of one connection on the first of two interfaces.
  /// - Parameter known: the second in which that becomes known.
  private func told(
    _ text: String, at known: Int = 0, _ lose: (inout CaptureLoss, (Double) -> Timestamp) -> Void
  ) throws -> [String] {
    let scripts = try [text, Self.elsewhere].map { try PacketScript.parse($0) }
    var timeline = try Timeline(paths: scripts.map { scratch.capture($0.pcap()) })
    func time(_ second: Double) -> Timestamp { scripts[0].start.advanced(by: Int64(second * 1e9)) }
    var audit = LiveAudit(RunOptions(), inputs: 2)
    let ledger = LiveLedger()
    var reporter = LedgerReporter(ledger: ledger)
    while let frame = timeline.next() { audit.take(frame) }
    var loss = CaptureLoss()
    loss.ofInputs = [InputLoss(), InputLoss()]
    for second in 16...60 {
      if second == max(16, known) { lose(&loss, time) }
      audit.tick(time(Double(second)), loss, within: .unlimited, &reporter)
      audit.deliver(within: .unlimited, &reporter)
    }
    return ledger.entries.values.map { "\($0.record.finding.rule) \($0.record.finding.confidence.name)" }
  }

  @Test func ofTheOtherInterface() throws {
    #expect(try told(Self.waiting) { _, _ in } == ["fin-unanswered certain"])
    let isDown = try told(Self.waiting) { $0.ofInputs[1].away = [$1(-5)...$1(60)] }
    #expect(isDown == ["fin-unanswered certain"])
    let goesDown = try told(Self.waiting) { $0.ofInputs[1].away = [$1(2)...$1(60)] }
    #expect(goesDown == ["fin-unanswered certain"])
    let drops = try told(Self.waiting) {
      $0.kernelDropped = 7
      $0.ofInputs[1].dropping = [$1(2)...$1(3)]
    }
    #expect(drops == ["fin-unanswered certain"])
  }

  @Test func ofItsOwn() throws {
    #expect(try told(Self.waiting) { $0.ofInputs[0].away = [$1(2)...$1(3)] } == [])
    let drops = try told(Self.waiting) {
      $0.kernelDropped = 7
      $0.ofInputs[0].dropping = [$1(2)...$1(3)]
    }
    #expect(drops == [])
    // Before it began.
    #expect(try told(Self.waiting) { $0.ofInputs[0].away = [$1(-9)...$1(-2)] } == ["fin-unanswered certain"])
  }

  /// What was told already is judged again.
  @Test func thatBecomesKnownAfterwards() throws {
    func drop(_ input: Int) throws -> [String] {
      try told(Self.unanswered, at: 40) {
        $0.kernelDropped = 7
        $0.ofInputs[input].dropping = [$1(2)...$1(3)]
      }
    }
    #expect(try drop(0) == ["syn-unanswered likely"])
  }

  /// Who was never seen may come by any of them, but not by one that was down all the time.
  @Test func ofWhoWasNeverSeen() throws {
    #expect(try told(Self.unanswered) { _, _ in } == ["syn-unanswered certain"])
    #expect(try told(Self.unanswered) { $0.ofInputs[1].away = [$1(-5)...$1(60)] } == ["syn-unanswered certain"])
    #expect(try told(Self.unanswered) { $0.ofInputs[1].away = [$1(2)...$1(60)] } == ["syn-unanswered likely"])
    #expect(try told(Self.unanswered) { $0.ofInputs[1].dropping = [$1(2)...$1(3)] } == ["syn-unanswered likely"])
  }
}
