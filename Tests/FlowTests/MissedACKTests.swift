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

  /// Two clocks, a millisecond apart: the client's first data are recorded behind their ACK, and behind what answers them.
  @Test("an ACK that is recorded before the first data is theirs")
  func beforeTheFirstData() throws {
    let facts = try trackOne(
      """
      0.00095 C > S S
      0.0010 S > C S. 0 ack 1
      0.10006 S > C . 1 ack 301
      0.10025 S > C P. 1:501 ack 301
      0.10095 C > S . 1 ack 1
      0.10105 C > S P. 1:301 ack 1
      0.20145 C > S . 301 ack 501
      30.0 S > C R. 501 ack 301
      """)
    #expect(facts.client.ackedBytes == 300 && facts.client.unackedBytes == 0)
    #expect(facts.server.resets?.effective?.peerAcked == 300)
    #expect(facts.client.missingBytes == 0 && facts.client.retransmittedPackets == 0)
  }

  /// Two clocks again: what acknowledges the first data stands where its sender's stream of this life does, and nothing else need agree.
  @Test(arguments: [("F. 101", "102"), (". 101", "101"), ("P. 101:201", "201")])
  func onceBeforeTheFirstData(_ ack: String, _ end: String) throws {
    let facts = try trackOne(
      """
      0.0 C > S S
      0.0003 S > C S. 0 ack 1
      0.0004 C > S . 1 ack 1
      0.0005 C > S P. 1:101 ack 1
      0.0009 C > S \(ack) ack 212
      0.0010 S > C P. 1:212 ack 101
      0.0011 S > C R. 212 ack \(end)
      """)
    #expect(facts.server.ackedBytes == 211 && facts.server.unackedBytes == 0 && facts.server.missingBytes == 0)
    #expect(facts.client.fin?.firstAfter == nil)
    #expect(facts.server.largestSent == 211 && facts.server.largestAcked == 211)
  }

  /// A kernel aborts by RST+ACK. A bare RST answers an ACK, which the capture may have lost, by its number (RFC 9293 §3.10.7.1).
  @Test(
    "a bare RST is the echo of an ACK, seen or not",
    arguments: [
      // All of it, FIN and all; all of it; a part; nothing that was not known; and sooner than an ACK can be back.
      ("0.1001 S > C F. 2001", "0.25 S > C R 2002", 2000), ("", "0.25 S > C R 2001", 2000),
      ("", "0.25 S > C R 1449", 1448), ("", "0.25 S > C R 1", 0), ("", "0.102 S > C R 2001", 0),
      ("", "0.25 S > C R. 2001", 0),
    ])
  func aBareRST(_ more: String, _ reset: String, _ acked: UInt64) throws {
    let facts = try trackOne(
      """
      0.000 C > S S
      0.020 S > C S.
      0.040 C > S .
      0.041 C > S P. 1:101
      0.100 S > C . 1:2001/1448 ack 101
      \(more)
      \(reset)
      10 tick
      """)
    #expect(facts.server.unackedBytes == 2000 && facts.server.ackMissedBytes == acked)
  }

  /// The server's direction is dark from then on, but for what the client acknowledges of it.
  @Test("who is acknowledged unseen may have acknowledged unseen", arguments: [true, false])
  func aDarkPeer(_ isDark: Bool) throws {
    let facts = try trackOne(
      """
      0.000 C > S S
      0.020 S > C S.
      0.0201 C > S .
      0.021 C > S P. 1:101
      0.040 S > C P. 1:101 ack 101
      0.0401 C > S . 101 ack 101
      0.050 C > S . 101:14581/1448 ack 101
      \(isDark ? "0.071 C > S . 14581 ack 401" : "")
      0.111 C > S R. 14581 ack \(isDark ? 401 : 101)
      10 tick
      """)
    #expect(facts.client.unackedBytes == 14480 && facts.client.ackMissedBytes == (isDark ? 14480 : 0))
  }

  /// A challenge ACK stands where an earlier life was, which is no part of the stream that its sender's SYN begins.
  @Test(arguments: [1_000_000, 50_000_000, 900_000_000])
  func aChallengeOfAnEarlierLife(_ ahead: UInt32) throws {
    let facts = try trackOne(
      """
      isn S 1000000000
      0.0 C > S S
      0.02 S > C . =\(1_000_000_000 + ahead) ack =77000
      0.0201 C > S R =77000
      1.02 C > S S
      1.04 S > C S. 0 ack 1
      1.0401 C > S . 1 ack 1
      1.05 C > S P. 1:101 ack 1
      1.07 S > C P. 1:501 ack 101
      1.0701 C > S . 101 ack 501
      """)
    #expect(facts.server.missingBytes == 0 && facts.server.ackedBytes == 500)
  }

  /// And one that comes before its SYN was acknowledged is of another life: a challenge.
  @Test func anACKOfAnotherLife() throws {
    let facts = try trackOne(
      """
      0.0 C > S S
      0.1 S > C . =5000 ack 301
      1.0 C > S S
      1.1 S > C S. 0 ack 1
      1.101 C > S P. 1:501
      """)
    #expect(facts.client.unackedBytes == 500 && facts.client.missingBytes == 0)
  }

  /// A device resets in the client's name, and once more a round trip later: that is no answer to an ACK of all that was sent.
  @Test("an echo at SND.NXT is one behind an abort of the sender's own", arguments: [64, 98])
  func anEchoOfSomebodyElse(_ ttl: Int) throws {
    let facts = try trackOne(
      """
      0.000 C > S S
      0.020 S > C S.
      0.040 C > S .
      0.041 C > S P. 1:101
      0.061 S > C P. 1:51 ack 101
      0.080 C > S . 101 ack 51
      0.200 C > S . 101:14581/1448 ack 51
      0.203 C > S R. 14581 ack 51 ttl \(ttl)
      0.240 C > S R 14581 ttl \(ttl)
      10 tick
      """)
    #expect(facts.client.ackMissedBytes == (ttl == 64 ? 14480 : 0))
  }
}
