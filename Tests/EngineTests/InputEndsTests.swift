import Audit
import Engine
import Flow
import PacketScript
import Report
import Testing
import Wire

@Suite("Nothing is claimed of the time after the inputs that hold a connection")
struct InputEndsTests {
  /// A client that has closed its half, and one that asks and asks.
  private let waiting =
    handshake + """
      host D = 10.0.0.3:40001
      host E = 10.0.0.4:80
      0.100 C > S P. 1:101
      0.180 S > C P. 1:301 ack 101
      0.181 C > S . ack 301
      0.182 C > S F. ack 301
      0.262 S > C . ack 102
      0.300,1.300 D > E S <mss 1460,sackOK,TS,wscale 7>
      1.400 tick

      """
  private let others = "host X = 10.7.0.1:50000\nhost Y = 10.7.0.2:443\n"

  private func run(_ scripts: [String], _ options: RunOptions = RunOptions()) throws -> Records {
    let folder = Folder()
    return try records(scripts.map { folder.capture(try PacketScript.parse($0).pcap()) }, options)
  }

  private func found(_ scripts: [String], threads: Int = 1) throws -> [String] {
    var options = RunOptions()
    options.threads = threads
    let found = try run(scripts, options)
    return found.findings.map(\.rule).sorted() + found.ofCapture.map(\.rule)
  }

  @Test(
    "another recording that goes on tells nothing; the next part of the same one does",
    arguments: [
      ([0.05, 60], []),
      ([0.5, 60], []),
      ([1.35, 60], ["fin-unanswered", "syn-unanswered"]),
      ([20, 60], ["fin-unanswered", "syn-unanswered"]),
    ] as [([Double], [String])])
  func others(times: [Double], rules: [String]) throws {
    #expect(try found([waiting]) == [])
    #expect(try found([waiting + "60 tick"]) == ["fin-unanswered", "syn-unanswered"])
    let ticks = others + times.map { "\($0) tick\n" }.joined()
    for threads in 1...3 {
      #expect(try found([waiting, ticks], threads: threads) == rules, "\(threads) threads")
      #expect(try found([ticks, waiting], threads: threads) == rules, "\(threads) threads")
    }
  }

  /// Of a connection that both inputs hold, the longer one tells.
  @Test func oneOfTwoGoesOn() throws {
    let found = try run([waiting, waiting + "60 tick"]).findings
    #expect(found.map(\.rule).sorted() == ["fin-unanswered", "syn-unanswered"])
  }

  /// The RST is above all that was seen of its sender: only silence shows that it was taken.
  @Test(arguments: [("2 tick", false), ("9 tick", true)]) func aResetThatSilenceSettles(end: String, settled: Bool)
    throws
  {
    let script =
      handshake + """
        0.100 C > S P. 1:101
        0.180 S > C . ack 101
        0.190 S > C P. 1:1001 ack 101 lost
        0.200 S > C R. 1001 ack 101
        \(end)
        """
    let run = try run([script, others + "0.05 tick\n60 tick"])
    #expect((run.facts.first?.server.resets?.effective != nil) == settled)
  }

  /// A ring of which a file is missing: D misses what E sent then, so nobody knows what the others said. Where D misses nothing, nobody
  /// said anything.
  @Test(arguments: [(50_001, []), (1001, ["fin-unanswered"])] as [(Int, [String])], 1...3)
  func aFileIsMissing(next: (byte: Int, rules: [String]), threads: Int) throws {
    let hosts = "host D = 10.0.0.3:40001 isn 1000\nhost E = 10.0.0.4:80 isn 5000\n"
    let first =
      handshake + hosts + """
        0.100 C > S P. 1:101
        0.180 S > C P. 1:301 ack 101
        0.181 C > S . ack 301
        0.182 C > S F. ack 301
        0.262 S > C . ack 102
        0.300 D > E P. 1:101 ack 1
        0.310 E > D . 1:1001 ack 101
        1.300 D > E . 101 ack 1001

        """
    let third =
      hosts + """
        60.00 E > D . \(next.byte):\(next.byte + 1000) ack 101
        60.01 D > E . 101 ack \(next.byte + 1000)
        80 tick

        """
    #expect(try found([first, third], threads: threads).filter { !$0.hasPrefix("capture-") } == next.rules)
    #expect(try found([third, first], threads: threads).filter { !$0.hasPrefix("capture-") } == next.rules)
  }

  @Test("a clock that was set back: it has come so far once before", arguments: 1...3)
  func setBack(threads: Int) throws {
    let ahead = others + "60 X > Y . 1\n"
    // The tuple is used again at once: what was there before ends when the clock has said a minute more.
    let reuse = """
      1.5 tick
      isn C 90000000
      isn S 80000000
      2.0 C > S S <mss 1460,sackOK,TS,wscale 7>
      2.080 S > C S. <mss 1460,sackOK,TS,wscale 7>
      2.081 C > S .
      2.100 C > S F.
      2.180 S > C F. ack 2
      2.181 C > S . ack 2

      """
    #expect(try found([ahead + waiting + reuse], threads: threads) == ["capture-clock"])
    #expect(try found([waiting + reuse], threads: threads) == [])
    // The other input's clock was right all the time.
    #expect(
      try found([ahead + waiting, others + "59 tick\n62 tick\n63 tick\n64 tick"], threads: threads) == ["capture-clock"]
    )
  }
}
