import Flow
import PacketScript
import Testing
import Wire

@Suite("ACKs that the capture has not")
struct MissedACKTests {
  /// The SYN was sent twice, so of no leg is known how long it takes: the handshake as a whole took 1.2 s, and an ACK takes as long.
  @Test("what a far peer has not acknowledged yet waits for it", arguments: [3.5, 5.2, 6.5])
  func aFarPeerWhoseHandshakeWasRepeated(_ reset: Double) throws {
    let facts = try trackOne(
      """
      0.0,1.0 C > S S
      1.2 S > C S.
      1.2001 C > S .
      2.2 S > C S.
      2.2001 C > S .
      2.3 C > S . 1:14481/1448
      \(reset) S > C R 1
      """)
    #expect(facts.client.unackedBytes == 14480)
    // Three times three seconds and a half: by then it was acknowledged, or sent again.
    #expect(facts.client.ackMissedBytes == (reset < 6.45 ? 0 : 14480))
  }
}
