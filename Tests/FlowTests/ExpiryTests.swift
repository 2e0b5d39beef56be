import PacketScript
import Testing
import Wire

@testable import Flow

@Suite("When the closed are let go")
struct ExpiryTests {
  /// Connections that close one after the other, and what comes between.
  private func closed(_ count: Int) -> String {
    (0..<count).map { number in
      let time = Double(number) * 0.01
      return """
        host H\(number) = 10.0.1.\(number):40000
        \(time) H\(number) > S S
        \(time + 0.001) S > H\(number) S.
        \(time + 0.002) H\(number) > S F.
        \(time + 0.003) S > H\(number) F.
        \(time + 0.004) H\(number) > S .

        """
    }.joined()
  }

  private func ended(after text: String) throws -> (closed: Int, now: Timestamp, start: Timestamp) {
    let script = try PacketScript.parse(text)
    var tracker = Tracker(TrackerOptions())
    let ended = feed(script.observations, &tracker, batchSize: 1)
    return (ended.count, tracker.now, script.start)
  }

  /// Its time is wrong, and the others are not to suffer for it.
  @Test("7: one packet from the future lets nobody go")
  func onePacketFromTheFuture() throws {
    let stray = closed(20) + "86400 C > S S\n"
    #expect(try ended(after: stray).closed == 0)
    // Nor those that come later, as long as it stays alone.
    let goesOn = stray + "0.9 C > S S\n1.0 S > C S.\n1.1 C > S .\n"
    let run = try ended(after: goesOn)
    #expect(run.closed == 0)
    #expect(run.now.since(run.start) < 60_000_000_000)
    // At their time they leave.
    #expect(try ended(after: goesOn + "16 C > S P. 1:2\n17 C > S P. 2:3\n").closed == 20)
  }

  @Test func twoPacketsAfterALongSilenceLetThemGo() throws {
    #expect(try ended(after: closed(20) + "86400 C > S S\n86400.1 S > C S.\n86400.2 C > S .\n").closed >= 16)
  }

  /// What comes late for a closed connection is judged by its own time.
  @Test("7: a straggler after a packet from the future belongs to its connection")
  func stragglers() throws {
    let script = closed(2) + "86400 C > S S\n1.0 S > H0 R 2\n1.1 S > H0 R 2\n"
    let all = try track(script)
    #expect(all.count == 3)
    #expect(all.first { $0.clientEndpoint.address == IPAddress(v4: 0x0a00_0100) }?.server.rstPackets == 2)
  }
}
