import Flow
import PacketScript
import Testing
import Wire

/// A script, and what Zeek's conn.log would say of it.
struct ZeekCase: Sendable, CustomTestStringConvertible {
  var name: String
  var script: String
  var state: String
  var history: String
  var bytes: [UInt64?]
  var missed: UInt64 = 0
  var packets: [UInt64]
  /// Who sent the script's first packet is the responder.
  var flipped = false

  var testDescription: String { name }

  init(
    _ name: String, _ script: String, _ state: String, _ history: String, bytes: [UInt64?], missed: UInt64 = 0,
    packets: [UInt64], flipped: Bool = false
  ) {
    self.name = name
    self.script = script
    self.state = state
    self.history = history
    self.bytes = bytes
    self.missed = missed
    self.packets = packets
    self.flipped = flipped
  }
}

@Suite("Zeek's view")
struct ZeekTests {
  static let states = [
    ZeekCase(
      "the clean one",
      handshake + """
        0.1 C > S P. 1:5
        0.2 S > C P. 1:1001
        0.3 C > S F.
        0.4 S > C F.
        0.5 C > S .
        """, "SF", "ShADdFf", bytes: [4, 1000], packets: [5, 3]),
    ZeekCase("nobody answers", "0,1,3 C > S S 0", "S0", "S", bytes: [0, 0], packets: [3, 0]),
    ZeekCase("one packet takes no time", "0 C > S S 0", "S0", "S", bytes: [nil, nil], packets: [1, 0]),
    ZeekCase(
      "refused",
      """
      0 C > S S
      0.1 S > C R. 0
      """, "REJ", "Sr", bytes: [0, 0], packets: [1, 1]),
    ZeekCase(
      "a SYN-ACK establishes both", "0 C > S S\n0.1,1 S > C S. 0 ack 1", "S1", "Sh", bytes: [0, 0], packets: [1, 2]),
    ZeekCase(
      "half closed", handshake + "1 C > S F.\n1.1 S > C . ack 2", "S2", "ShAFa", bytes: [0, 0], packets: [3, 2]),
    ZeekCase(
      "closed by the server alone", handshake + "1 S > C F.\n1.1 C > S . ack 2", "S3", "ShAf", bytes: [0, 0],
      packets: [3, 2]),
    ZeekCase(
      "reset by the client", handshake + "1 C > S P. 1:11\n2 C > S R. 11", "RSTO", "ShADR", bytes: [10, 0],
      packets: [4, 1]),
    ZeekCase(
      "reset by the server", handshake + "1 C > S P. 1:11\n2 S > C R. 1", "RSTR", "ShADr", bytes: [10, 0],
      packets: [3, 2]),
    ZeekCase(
      "SYN, then RST", "0 C > S S\n1 C > S R 1", "RSTOS0", "SR", bytes: [0, 0], packets: [2, 0]),
    ZeekCase(
      "a RST after the client's FIN, and the server closes all the same",
      handshake + "1 C > S F. 1\n1.1 C > S R 2\n1.2 S > C F. 1 ack 2", "SF", "ShAFRf", bytes: [0, 0], packets: [4, 2]),
    ZeekCase(
      "only the server is heard",
      "0 S > C S. 0 ack 1\n1 S > C P. 1:101 ack 1\n2 S > C F. 101 ack 1", "SHR", "^hdf", bytes: [0, 100],
      packets: [0, 3], flipped: true),
    ZeekCase(
      "only the client is heard", "0 C > S S\n1 C > S . 1 ack 1\n2 C > S F. 1 ack 1", "SH", "SAF", bytes: [0, 0],
      packets: [3, 0]),
    ZeekCase(
      "met midstream", "0 C > S P. 1:11 ack 1\n1 S > C P. 1:21 ack 11", "OTH", "Dd", bytes: [10, 20], packets: [1, 1]),
    ZeekCase(
      "met at the end", "0 S > C F. 1 ack 1\n1 C > S R 1", "RSTR", "Fr", bytes: [0, 0],
      packets: [1, 1]),
  ]

  static let letters = [
    ZeekCase(
      "data sent twice is said once, then at the tenth time",
      handshake + "1 C > S P. 1:11\n2,3,4,5,6,7,8,9,10,11 C > S P. 1:11", "S1", "ShADTT", bytes: [10, 0],
      packets: [13, 1]),
    ZeekCase(
      "a zero window, and no matter after the peer's FIN",
      handshake + "1 S > C . ack 1 win 0\n2 S > C F.\n3 C > S . win 0", "S3", "ShAawf",
      bytes: [0, 0], packets: [3, 3]),
    ZeekCase(
      "what an ACK passes is missing",
      handshake + "1 C > S P. 1:101 lost\n1.1 C > S P. 101:201\n2 S > C . ack 201", "S1", "ShADaG",
      bytes: [200, 0], missed: 100, packets: [3, 2]),
    ZeekCase(
      "what comes late, and before the ACK, is not missing",
      handshake + "1 C > S P. 101:201\n1.1 C > S P. 1:101\n2 S > C . ack 201", "S1", "ShADTa", bytes: [200, 0],
      packets: [4, 2]),
    ZeekCase(
      "two gaps are one letter",
      handshake + "1 C > S P. 11:21\n1.1 C > S P. 31:41\n2 S > C . ack 51", "S1", "ShADaG", bytes: [50, 0], missed: 30,
      packets: [4, 2]),
    ZeekCase(
      "more holes than are kept apart: the smallest is taken for filled",
      handshake
        + """
        1 C > S P. 11:21
        1 C > S P. 31:41
        1 C > S P. 51:61
        1 C > S P. 62:72
        1 C > S P. 91:101
        1 C > S P. 111:121
        1 C > S P. 131:141
        1 C > S P. 151:161
        1 C > S P. 171:181
        2 S > C . ack 181
        """, "S1", "ShADaG", bytes: [180, 0], missed: 89, packets: [11, 2]),
    ZeekCase(
      "a stream that nobody acknowledges is given up at 16 KiB above a hole",
      handshake + "1 C > S P. 1001:18001/1000\n2 S > C . ack 18001", "S1", "ShADa", bytes: [18000, 0],
      packets: [19, 2]),
    ZeekCase(
      "a missing FIN is no gap, missing data before it is",
      handshake + "1 S > C F. 101 ack 1\n2 C > S . ack 102", "S3", "ShAfg", bytes: [0, 100], missed: 100,
      packets: [3, 2]),
    ZeekCase(
      "midstream, what the capture lacks is no gap",
      "0 C > S P. 1:11 ack 1\n1 S > C . 1 ack 1001", "OTH", "Da", bytes: [1000, 0], packets: [1, 1]),
    ZeekCase(
      "FIN and RST in one, SYN and FIN in one", "0 C > S SF\n1 S > C S. 0 ack 1\n2 S > C FR. 1", "RSTR", "Qhi",
      bytes: [0, 0], packets: [1, 2]),
    ZeekCase(
      "a FIN elsewhere is another",
      handshake + "1 C > S F. 1\n2 C > S F. 1\n3 C > S F. 11", "S2", "ShAFF", bytes: [10, 0], packets: [5, 1]),
    ZeekCase(
      "copies count, and data twice is a retransmission",
      handshake + "1 C > S P. 1:11 dup\n2 S > C . ack 11", "S1", "ShADTa", bytes: [10, 0], packets: [4, 2]),
    ZeekCase(
      "SYN and SYN-ACK in the wrong order", "0 S > C S. 0 ack 1\n0.001 C > S S 0\n1 C > S . 1 ack 1", "S1", "Hs^A",
      bytes: [0, 0], packets: [2, 1], flipped: true),
  ]

  @Test("conn_state", arguments: states) func connState(_ example: ZeekCase) throws { try check(example) }
  @Test("history", arguments: letters) func history(_ example: ZeekCase) throws { try check(example) }

  @Test("a known port tells the server", arguments: [(443, 40_000, true), (40_000, 443, false), (22, 80, true)])
  func ports(source: Int, destination: Int, isFlipped: Bool) throws {
    let segments = try PacketScript.parse(
      "0 C > S P. 1:11 ack 1\n1 S > C . 1 ack 11", client: "10.0.0.1:\(source)", server: "10.0.0.2:\(destination)"
    ).segments
    let view = try self.view(segments)
    #expect(view.history == (isFlipped ? "^dA" : "Da"))
  }

  @Test func aBadChecksumIsIgnored() throws {
    var segments = try PacketScript.parse(handshake + "1 C > S P. 1:11\n2 C > S P. 1:11\n3 C > S P. 11:21").segments
    segments[3].options.insert(.badChecksum)
    let view = try self.view(segments)
    #expect(view.history == "ShACD")
    #expect(view.originatorPackets == 4)
    #expect(view.originatorBytes == 20)
  }

  @Test func theEndAsTheClosingSidesHadIt() throws {
    let view = try self.view(PacketScript.parse(handshake + "1 C > S F.\n2 S > C F.\n3 C > S .").segments)
    #expect(view.duration == 2_000_000_000, "the last ACK comes after both have closed")
  }

  private func check(_ example: ZeekCase) throws {
    let segments = try PacketScript.parse(example.script).segments
    let view = try self.view(segments)
    #expect(view.connState == example.state)
    #expect(view.history == example.history)
    #expect([view.originatorBytes, view.responderBytes] == example.bytes)
    #expect(view.missedBytes == example.missed)
    #expect([view.originatorPackets, view.responderPackets] == example.packets)
    let bytes = segments.reduce(0) { $0 + UInt64($1.wireLength) }
    #expect(view.originatorIPBytes + view.responderIPBytes == bytes)
  }

  /// Of the one connection.
  private func view(_ segments: [Segment]) throws -> ZeekView {
    var options = TrackerOptions()
    options.zeek = true
    let all = track(segments, options: options)
    #expect(all.count == 1)
    return try #require(all.first?.zeek)
  }
}
