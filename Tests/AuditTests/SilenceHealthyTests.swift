import Audit
import Flow
import PacketScript
import Testing
import Wire

/// Nothing here is broken: whatever the capture has of it, nobody may be accused of silence.
@Suite("Silence: healthy connections, cut and holed")
struct SilenceHealthyTests {
  static let healthy = [
    "request and answer": atClient + """
      0.10 C > S P. 1:101
      0.18 S > C . 1 ack 101
      0.20 S > C P. 1:10001/1448
      0.28 C > S . ack 5793
      0.281 C > S . ack 10001
      0.30 C > S F.
      0.38 S > C F. ack 102
      0.381 C > S . ack 10002
      end 60
      """,
    "keepalives": atClient + """
      0.10 C > S P. 1:101
      0.18 S > C P. 1:501
      0.181 C > S .
      60 C > S . 100
      60.08 S > C . 501 ack 101
      120 C > S . 100
      120.08 S > C . 501 ack 101
      180 C > S . 100
      180.08 S > C . 501 ack 101
      240 C > S . 100
      240.08 S > C . 501 ack 101
      300 C > S P. 101:201
      300.08 S > C P. 501:601
      300.081 C > S .
      end 900
      """,
    "losses that heal": atServer + """
      0.10 C > S P. 1:101
      0.1001 S > C . 1:1449
      0.1002 S > C . 1449:2897
      0.1003 S > C . 2897:4345
      0.18 C > S . 101 ack 1 <sack 1449-2897>
      0.1801 C > S . 101 ack 1 <sack 1449-4345>
      0.19 S > C . 1:1449
      0.40 S > C . 1:1449
      0.90 S > C . 1:1449
      0.98 C > S . ack 4345
      1.5 S > C F.
      1.58 C > S F. ack 4346
      1.5801 S > C . ack 102
      end 60
      """,
    "a pause of the reader": atClient + """
      0.10 C > S P. 1:1001
      0.18 S > C . ack 1001 win 0
      0.40 C > S . 1000
      0.48 S > C . 1 ack 1001 win 0
      0.90 C > S . 1000
      0.98 S > C . 1 ack 1001 win 0
      1.90 C > S . 1000
      1.98 S > C . 1 ack 1001 win 0
      2.50 S > C . 1 ack 1001 win 500
      2.51 C > S P. 1001:2001
      2.59 S > C . ack 2001
      2.60 C > S F.
      2.68 S > C F. ack 2002
      2.69 C > S .
      end 60
      """,
    "a simultaneous open and close": """
    0.00 C > S S
    0.01 S > C S
    0.08 C > S S. 0 ack 1
    0.09 S > C S. 0 ack 1
    0.10 C > S . 1 ack 1
    0.20 C > S P. 1:101
    0.30 S > C P. 1:101 ack 101
    0.38 C > S . ack 101
    1.00 C > S F. 101
    1.01 S > C F. 101
    1.09 C > S . ack 102
    1.10 S > C . ack 102
    end 60
    """,
  ]

  @Test(arguments: healthy.keys.sorted()) func begunLateEndedEarlyOrHoled(_ name: String) throws {
    let script = try PacketScript.parse(try #require(Self.healthy[name]))
    let count = script.entries.count
    for place in 0...count {
      var late = script
      late.entries.removeFirst(min(place, count - 1))
      expectSilence(of: late, "begun at \(place)")
      var early = script
      early.entries.removeLast(min(place, count - 1))
      early.recordingEnd = nil
      expectSilence(of: early, "ended \(place) before")
      guard place < count else { continue }
      var holed = script
      holed.entries[place].lost = true
      expectSilence(of: holed, "without \(place)")
    }
  }

  @Test(arguments: healthy.keys.sorted(), Side.allCases) func ofOneDirection(_ name: String, _ side: Side) throws {
    var script = try PacketScript.parse(try #require(Self.healthy[name]))
    script.entries.removeAll { entry in
      guard case .tcp(let packet) = entry.content else { return false }
      return (packet.source.port == 40000) != (side == .client)
    }
    for place in 0..<script.entries.count {
      var late = script
      late.entries.removeFirst(place)
      expectSilence(of: late, "begun at \(place)", Circumstances(bothDirectionsSeen: false))
    }
  }

  /// Those that have left the table when a straggler comes: a copy that was held up, a FIN whose last ACK was lost.
  static let stragglers = [
    "data, answered by RST": """
    30 S > C P. 1:501
    30.0001 C > S R 102
    """,
    "a FIN, repeated": "30,50,90,170,330 S > C F. 501",
    "data, repeated": "30,50,90,170,330 S > C P. 1:501",
  ]

  @Test(arguments: stragglers.keys.sorted()) func longAfterTheClose(_ name: String) throws {
    let late = try #require(Self.stragglers[name])
    let closed =
      atClient + SilencePeerTests.alive + """
        2 C > S F.
        2.08 S > C F. ack 102
        2.081 C > S .
        20 tick

        """
    // Another conversation lets time pass, so that the closed one leaves.
    let other = "host D = 10.0.0.9:50000\n20 D > S S\n20.08 S > D S.\n20.081 D > S .\n"
    let serious = try audit(closed + other + late).filter { $0.severity > .note }
    #expect(serious.isEmpty, "\(serious.map(\.rule))")
  }

  private func expectSilence(
    of script: PacketScript, _ what: Comment, _ circumstances: Circumstances = Circumstances()
  ) {
    let all = track(script)
    let around = surroundings(script, all, circumstances)
    for rule in Catalogue.rules where rule.section == .silence {
      for facts in all {
        guard let finding = rule.check?(facts, around, circumstances.thresholds), finding.severity > .note else {
          continue
        }
        Issue.record("\(what.rawValue): \(finding.rule): \(finding.summary)")
      }
    }
  }
}
