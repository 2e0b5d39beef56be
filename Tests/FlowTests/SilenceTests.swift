import Flow
import PacketScript
import Testing
import Wire

@Suite("Silence, and who hears whom")
struct SilenceTests {
  @Test func anIdleTimeThatWasSurvived() throws {
    let facts = try trackOne(
      handshake + """
        1 C > S P. 1:101
        1.1 S > C . ack 101
        301 C > S P. 101:201
        301.1 S > C . ack 201
        401 C > S P. 201:301
        401.1 S > C . ack 301
        """)
    #expect(facts.client.survivedIdle / 1_000_000_000 == 299)
    #expect(facts.server.survivedIdle < 1_000_000_000)
  }

  @Test func aKeepaliveThatWasAnswered() throws {
    let facts = try trackOne(
      handshake + """
        600 C > S . 0
        600.1 S > C .
        1500 C > S . 0
        """)
    #expect(facts.client.survivedIdle / 1_000_000_000 == 599)
    #expect(facts.client.unanswered?.kind == .keepalive)
    #expect(facts.client.unanswered?.sent.count == 1)
  }

  @Test func probesThatEchoNewTimestampsWereAnsweredUnseen() throws {
    func probes(_ echoes: [Int]) throws -> Facts {
      try trackOne(
        echoes.enumerated().map { index, echo in
          "\(index * 75) S > C . =500 ack =900 <TS val \(1000 + index) ecr \(echo)>"
        }.joined(separator: "\n"))
    }
    #expect(try probes([7, 7, 7, 7]).server.unanswered?.movedOn == false)
    #expect(try probes([7, 7, 82, 157]).server.unanswered?.movedOn == true)
  }

  @Test func anACKOfAnotherLifeCompletesNoHandshake() throws {
    let facts = try trackOne(
      """
      0.00 C > S S
      0.08 S > C S.
      0.09 C > S . 1 ack 900000000
      """)
    #expect(facts.handshake.synAck != nil)
    #expect(facts.handshake.ack == nil)
  }

  @Test func whoGoesOnIsNotDeaf() throws {
    let repeats = """
      1 S > C P. 1:101
      1.1 C > S . ack 101
      1.4,2.0,3.2,5.6 S > C P. 1:101

      """
    #expect(try trackOne(handshake + repeats).server.deaf?.count == 4)
    #expect(try trackOne(handshake + repeats + "5.9 S > C P. 101:201").server.deaf == nil)
  }

  /// The capture has not the ACK before it: SND.UNA stands lower, and what is repeated is the oldest all the same.
  @Test(
    "a run is one above SND.UNA too, where the capture lacks an ACK",
    arguments: [("ack 201", 0), ("ack 201 lost", 100)])
  func anACKThatIsMissingBeforeTheSilence(_ ack: String, missed: UInt64) throws {
    let facts = try trackOne(
      handshake + """
        1.0 C > S P. 1:101
        1.1 S > C . ack 101
        2.0 C > S P. 101:201
        2.1 S > C . \(ack)
        3.0,3.3,3.9,5.1,7.5 C > S P. 201:301
        """)
    let run = try #require(facts.client.unanswered)
    #expect(run.kind == .data && run.sent.count == 5)
    #expect(facts.client.ackMissedBytes == missed && facts.client.unackedBytes == 100 + missed)
    #expect(run.sent.first.packet.number < run.sent.last.packet.number)
    #expect(run.sent.last.time.since(run.sent.first.time) == 4_500_000_000)
  }

  /// A probe of the tail, and the oldest after it: that is what waits.
  @Test func aProbeOfTheTail() throws {
    let facts = try trackOne(
      handshake + """
        1.0 C > S P. 1:101
        1.01 C > S P. 101:201
        1.2 C > S P. 101:201
        1.4,2.0,3.2 C > S P. 1:101
        """)
    let run = try #require(facts.client.unanswered)
    #expect(run.sent.count == 4 && run.sent.last.time.since(run.sent.first.time) == 2_200_000_000)
  }
}
