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
}
