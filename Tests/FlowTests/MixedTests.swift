import Flow
import PacketScript
import Testing
import Wire

@Suite("Two streams under one 4-tuple")
struct MixedTests {
  /// A transparent proxy that keeps the client's address and port, seen on both of its sides.
  private static let handshakes = """
    0 C > S S
    0.0001 S > C S.
    0.0002 C > S . 1
    0.0003 Q > T S
    0.0200 T > Q S.
    0.0201 Q > T . 1

    """
  private static let hosts = """
    host Q = 10.0.0.1:40000 isn 2500000000 ttl 63
    host T = 10.0.0.2:2181 isn 3700000000 ttl 60

    """
  private static let conversation = """
    0.0210 C > S P. 1:101 ack 1
    0.0212 S > C . 1 ack 101
    0.0220 Q > T P. 1:101 ack 1
    0.0401 T > Q . 1 ack 101
    0.0501 T > Q P. 1:1449 ack 101
    0.0502 Q > T . 101 ack 1449
    0.0503 S > C P. 1:1449 ack 101
    0.0504 C > S . 101 ack 1449
    0.0521 T > Q P. 1449:2897 ack 101
    0.0522 Q > T . 101 ack 2897
    0.0523 S > C P. 1449:2897 ack 101
    0.0524 C > S . 101 ack 2897
    1.0600 C > S P. 101:201 ack 2897
    1.0610 S > C . 2897 ack 201
    1.0611 Q > T P. 101:201 ack 2897
    1.0812 T > Q P. 2897:3097 ack 201
    1.0813 Q > T . 201 ack 3097
    1.0814 S > C P. 2897:3097 ack 201
    1.0815 C > S . 201 ack 3097

    """
  private static let close = """
    2.0000 C > S F. 201 ack 3097
    2.0001 S > C . 3097 ack 202
    2.0002 Q > T F. 201 ack 3097
    2.0202 T > Q F. 3097 ack 202
    2.0203 Q > T . 202 ack 3098
    2.0204 S > C F. 3097 ack 202
    2.0205 C > S . 202 ack 3098

    """

  @Test(
    "what lies between them was not lost",
    arguments: [
      hosts + handshakes + conversation, hosts + conversation, hosts + handshakes + conversation + close,
      hosts + conversation + close, hosts + conversation + "2 Q > T R. 201 ack 3097\n2.1 C > S R. 201 ack 3097",
    ])
  func noLossBetweenTwo(_ script: String) throws {
    let all = try track(script)
    #expect(all.allSatisfy { $0.client.missingBytes == 0 && $0.server.missingBytes == 0 })
    #expect(all.contains { $0.isMixed })
  }

  /// The capture paused: what it has not is a hole, as large as it may be.
  @Test func aStreamThatGoesOnAfterAPauseOfTheCapture() throws {
    let facts = try trackOne(
      handshake + """
        0.2 C > S P. 1:101
        0.3 S > C . 1 ack 101
        9.2 C > S P. 90000101:90000201 ack 1
        9.3 S > C . 1 ack 90000201
        9.4 C > S P. 90000201:90000301 ack 1
        9.5 S > C . 1 ack 90000301
        """)
    #expect(!facts.isMixed && facts.client.missingBytes == 90_000_000)
  }

  /// While the recorder paused one stream came more than halfway round, or both went on from before where they began: what answers the other
  /// side's numbers is no late packet.
  @Test(
    "behind its beginning, and of this connection",
    arguments: [
      """
      25 S > C P. -900000000:-899998552 ack 101
      25.1 C > S . 101 ack -899998552
      25.2 S > C F. -899998552 ack 101
      """,
      """
      25 C > S P. -800000000:-799999900 ack -900000000
      25.1 S > C . -900000000 ack -799999900
      25.2 S > C R. -900000000 ack -799999900
      """,
      "25 S > C P. -900000000:-899998552 ack 101\n25.1 S > C R. -899998552 ack 101",
    ]) func aStreamThatCameHalfwayRound(_ rest: String) throws
  {
    let facts = try trackOne(
      handshake + "0.2 C > S P. 1:101\n0.3 S > C P. 1:101 ack 101\n0.4 C > S . 101 ack 101\n" + rest)
    #expect(facts.isMixed)
  }

  /// Late packets of an earlier life say nothing against this one, nor does one packet that answers this one's.
  @Test(arguments: ["", "9 S > C P. -900000000:-899998552 ack 201\n"]) func latePacketsOfThen(_ another: String) throws
  {
    let facts = try trackOne(
      handshake + """
        0.2 C > S P. 1:101
        0.3 S > C P. 1:101 ack 101
        0.4 C > S . 101 ack 101
        0.5 S > C P. -900000000:-899998552 ack -700000000
        0.6 C > S P. 101:201 ack 101
        0.7 S > C . 101 ack 201
        """ + "\n" + another)
    #expect(!facts.isMixed)
  }

  /// A FIN of an earlier life that nobody acknowledges comes again and again: one packet is no stream.
  @Test func anOrphansFINOfThen() throws {
    let facts = try trackOne(
      handshake + """
        0.2 C > S P. 1:101
        0.3 S > C P. 1:101 ack 101
        0.4 C > S . 101 ack 101
        0.5,0.9,1.7,3.3,6.5 S > C F. -900000000 ack -700000000
        7 C > S P. 101:201 ack 101
        7.1 S > C . 101 ack 201
        """)
    #expect(!facts.isMixed)
  }

  /// What was sent before the pause and comes once or twice more is no other stream.
  @Test func aRepetitionOfWhatWasBeforeThePause() throws {
    let facts = try trackOne(
      handshake + """
        0.2 C > S P. 1:101
        0.3 S > C . 1 ack 101
        9.2 C > S P. 90000101:90000201 ack 1
        9.3 S > C . 1 ack 90000201
        9.4,9.9 C > S P. 1:101 ack 1
        10 C > S P. 90000201:90000301 ack 1
        10.1 S > C . 1 ack 90000301
        """)
    #expect(!facts.isMixed && facts.client.missingBytes == 90_000_000)
  }

  /// Behind a RST: the capture lost some, or the numbers of the next life have gone on.
  @Test(
    "behind a RST nobody knows whose it is",
    arguments: [
      ("C > S R. 101 ack 1", 5_000_000, 3.0, true), ("S > C R. 1 ack 101", 5_000_000, 3, true),
      ("C > S R. 101 ack 1", 15_000_000, 3, true), ("C > S R. 101 ack 1", 750_000, 3, true),
      ("C > S R. 101 ack 1", 5_000_000, 0.5, true), ("C > S R. 101 ack 1", 101, 3, false),
      ("C > S R. 101 ack 1", 100_000, 3, false), ("S > C R. 1 ack 101", 750_000, 0.5, false),
    ] as [(String, Int, Double, Bool)])
  func behindAReset(_ reset: String, ahead: Int, at time: Double, isMixed: Bool) throws {
    let facts = try trackOne(
      handshake + """
        0.2 C > S P. 1:101
        0.3 S > C . 1 ack 101
        0.4 \(reset)
        \(time) C > S P. \(ahead):\(ahead + 40) ack 1
        \(time + 0.1) S > C . 1 ack \(ahead + 40)
        \(time + 0.2) C > S P. \(ahead + 40):\(ahead + 80) ack 1
        """)
    #expect(facts.isMixed == isMixed)
    #expect(!isMixed || facts.client.missingBytes == 0)
  }
}
