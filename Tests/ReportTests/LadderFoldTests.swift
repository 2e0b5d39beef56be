import Audit
import Flow
import Testing
import Wire

@Suite("What a ladder folds")
struct LadderFoldTests {
  @Test func longRunsFoldWithBothEdges() throws {
    let script =
      opening + """
        0.10 C > S P. 1:101
        0.18 S > C . 1:596777/1448
        0.30 C > S . ack 596777
        """
    let text = try ladder(script)
    #expect(text.contains("… 409 segments, 592,232 bytes of the server, all acknowledged\n"))
    #expect(text.split(separator: "\n").filter { $0.contains("│") }.count == 9)
    #expect(try !ladder(script, all: true).contains("…"))
  }

  /// Data and ACKs in turn, ACKs said again between them: one run. What was sent again shows where it begins and ends.
  @Test func whatIsBoringFoldsTogether() throws {
    func turns(_ numbers: ClosedRange<Int>) -> String {
      numbers.map { number in
        let (time, end) = (Double(number) / 100, number * 1000 + 1)
        let acks = "\(time + 0.001) C > S . ack \(end)\n\(time + 0.002) C > S . ack \(end)"
        return "\(time) S > C . \(end - 1000):\(end)\n\(acks)"
      }.joined(separator: "\n")
    }
    let again = (31...40).map { "0.\(600 + $0) S > C . \($0 * 1000 - 999):\($0 * 1000 + 1)" }
    let script =
      opening + "0.090 C > S P. 1:101\n" + turns(10...40).replacing("9001:10001", with: "1:10001") + "\n"
      + again.joined(separator: "\n") + "\n" + turns(70...90).replacing("69001:70001", with: "40001:70001")
    let text = try ladder(script)
    let rows = text.split(separator: "\n").filter { $0.contains("│") }
    #expect(rows.filter { $0.contains("retransmission of") }.count == 2, "\(text)")
    #expect(rows.count < 20, "\(text)")
    #expect(text.contains("… 8 retransmissions more, over 7 ms"), "\(text)")
    #expect(text.contains("repeated ACKs\n"), "\(text)")
  }

  /// What proves something is never folded away.
  @Test func evidenceStaysInARun() throws {
    let script = opening + "0.18 S > C . 1:100001/1000\n0.30 C > S . ack 100001"
    let text = try ladder(script) { facts in
      let moment = Moment(time: facts.start.time, packet: PacketReference(input: 0, number: 50))
      return [
        Finding(
          rule: "some-rule", severity: .note, confidence: .likely, suspects: [], summary: "x",
          evidence: [Evidence(moment, .server, "this one")])
      ]
    }
    #expect(text.contains("\n▶  #50  "))
    #expect(text.contains("this one · some-rule\n"))
    #expect(text.split(separator: "\n").filter { $0.contains("… ") }.count == 2)
  }

  @Test func keepalivesFoldOverTheirSilences() throws {
    let beats = (1...20).map { "\($0 * 75) C > S . 100:100\n\($0 * 75).1 S > C . ack 101" }
    let text = try ladder(opening + "0.1 C > S P. 1:101\n0.2 S > C . ack 101\n" + beats.joined(separator: "\n"))
    #expect(text.contains("… 36 probes and answers more, over 21 min 15 s\n"))
  }
}
