import PacketScript

/// Connections of every kind, for whatever must hold of all of them.
enum Scripts {
  static let exchange = """
    0.082 C > S P. 1:101
    0.162 S > C P. 1:2001/1000
    0.163 C > S . ack 2001
    0.170 C > S P. 101:301
    0.250 S > C P. 2001:2501 ack 301
    0.251 C > S . ack 2501

    """
  static let orderlyClose = """
    1.000 C > S F.
    1.080 S > C F.
    1.081 C > S .

    """

  static let all: [(name: String, text: String)] = [
    ("orderly close", handshake + exchange + orderlyClose),
    ("idle for an hour", handshake + exchange + "1h C > S P. 301:401\n1h S > C . ack 401\n"),
    (
      "half-close, reply, close",
      handshake + """
        0.1 C > S P. 1:101
        0.2 C > S F. 101
        0.3 S > C . ack 102
        0.4 S > C P. 1:3001/1000
        0.5 C > S . ack 3001
        0.6 S > C F. 3001
        0.7 C > S .
        """
    ),
    (
      "the cut reply",
      handshake + """
        0.081 C > S P. 1:5
        0.081 C > S F.
        0.161 S > C . ack 6
        0.162 S > C P. 1:13241/1448
        0.163 C > S R 6
        0.243 S > C P. 13241:14689
        0.244 C > S R 6
        """
    ),
    (
      "retransmitted data and FIN",
      handshake + """
        0.1 C > S P. 1:101
        0.4 C > S P. 1:101
        1.0 C > S P. 1:101
        1.1 S > C . ack 101
        2.0,2.3,2.9,4.1 C > S F. 101
        """
    ),
    (
      "a hole that the capture left",
      handshake + """
        0.100 S > C P. 1:1001
        0.100 S > C P. 1001:2001 lost
        0.101 S > C P. 2001:3001
        0.102 C > S . ack 3001
        0.3 S > C P. 3001:4001
        0.4 C > S . ack 4001
        """
    ),
    (
      "a FIN that the capture lost",
      handshake + """
        0.2 S > C P. 1:101
        0.3 C > S . ack 101
        0.4 S > C F. 101 lost
        0.5 C > S F. ack 102
        0.6 S > C . 102 ack 2
        """
    ),
    (
      "refused",
      """
      0.0 C > S S
      0.1 S > C R. =0 ack 1
      """
    ),
    (
      "SYNs without an answer",
      """
      0,1,3,7,15 C > S S
      """
    ),
    (
      "handshake unfinished",
      """
      0.0 C > S S
      0.1,1.1,3.1 S > C S.
      """
    ),
    (
      "aborted by a live socket, echoes",
      handshake + """
        0.100 C > S P. 1:6
        0.180 S > C P. 1:10001/1000
        0.181 S > C R. 10001
        0.260 C > S . ack 4001
        0.260 S > C R 4001
        0.261 C > S . ack 10001
        0.261 S > C R 10001
        """
    ),
    (
      "keepalives",
      handshake + exchange + """
        60 C > S . 300:300
        60.1 S > C . ack 301
        120 C > S . 300:300
        120.1 S > C . ack 301
        """
    ),
    (
      "zero window",
      handshake + """
        0.1 S > C P. 1:1001
        0.2 C > S . ack 1001 win 0
        0.5 S > C . 1000:1000
        0.6 C > S . ack 1001 win 0
        9.0 C > S . ack 1001 win 500
        9.1 S > C P. 1001:2001
        9.2 C > S . ack 2001
        """
    ),
    (
      "one direction, midstream",
      """
      0.0 S > C P. 1:1001 ack 1
      0.1 S > C P. 1001:2001 ack 501
      0.2 S > C P. 2001:3001 ack 701
      """
    ),
    (
      "sequence numbers wrap",
      """
      host C = 10.0.0.1:40000 isn 4294967290
      0.0 C > S S
      0.1 S > C S.
      0.1 C > S .
      0.2 C > S P. 1:3001/1000
      0.3 S > C .
      0.4 C > S F.
      0.5 S > C F.
      0.5 C > S .
      """
    ),
    (
      "SACK, then the hole is filled",
      handshake + """
        0.100 C > S P. 1:1001
        0.101 C > S P. 2001:3001
        0.180 S > C . ack 1001 <sack 2001-3001>
        0.300 C > S P. 1001:2001
        0.380 S > C . ack 3001
        """
    ),
    (
      "ICMP says no",
      """
      0.0 C > S S
      0.1 R > C icmp unreachable prohibited for C > S
      1.0 C > S S
      1.1 R > C icmp unreachable prohibited for C > S
      """
    ),
    (
      "simultaneous close",
      handshake + """
        1.00 C > S F. 1 ack 1
        1.01 S > C F. 1 ack 1
        1.09 C > S . 2 ack 2
        1.10 S > C . 2 ack 2
        """
    ),
  ]

  /// What a refused attempt may be followed by.
  static let refusals: [(name: String, text: String)] = [
    (
      "refused, and tried again",
      """
      host D = 10.0.0.3:40001
      0.0 C > S S ttl 60 id 7 win 1000 mac 02:00:00:00:00:09
      0.1 S > C R. =0 ack 1 ttl 50 id 9 win 77 mac 02:00:00:00:00:0a
      0.1001 S > C R. =0 ack 1 ttl 50 id 9 win 77 mac 02:00:00:00:00:0a
      0.2 D > S S
      0.3 S > D R. =0 ack 1
      0.5 C > S S
      0.6 S > C R. =0 ack 1 <TS>
      isn D 700000
      1.0 D > S S 0
      1.1 S > D R. =0 ack 1
      isn C 900000
      20 C > S S 0
      20.1 S > C R. =0 ack 1
      """
    ),
    (
      "refused, and what came after it",
      """
      host D = 10.0.0.3:40001
      host E = 10.0.0.4:40002
      host F = 10.0.0.5:40003
      0.0 C > S S
      0.0 D > S S
      0.0 E > S S
      0.0 F > S S
      0.1 S > C R. =0 ack 1
      0.1 S > D R. =0 ack 1
      0.1 S > E R. =0 ack 1
      0.1 S > F R. =0 ack 1
      0.2 R > D icmp unreachable port for D > S
      0.3 C > S . 1 ack 1
      14 E > S R 1
      16 S > E S.
      17 E > S .
      40 C > S R 1
      """
    ),
    (
      "no refusal",
      """
      host D = 10.0.0.3:40001
      host E = 10.0.0.4:40002
      0.0 C > S S
      0.0 D > S S
      0.0 E > S S
      0.1 S > C R. =0 ack 2
      0.1 S > D R 0
      0.1 E > S R. 1 ack 1
      """
    ),
  ]
}
