import PacketScript
import Testing
import Wire

@Suite struct NotationTests {
  @Test func aConversationReadsAsItIsWritten() throws {
    let script = try PacketScript.parse(
      """
      # three-way handshake, one request, a cut answer
      0.000  C > S  S 0 win 64240 <mss 1460,sackOK,TS val 1 ecr 0,wscale 7>
      0.080  S > C  S. 0 ack 1 win 65160 <mss 1460,sackOK,TS val 9 ecr 1,wscale 7>
      0.081  C > S  . ack 1
      0.081  C > S  P. 1:5 ack 1
      +0.01  C > S  F. 5 ack 1 lost
      0.162  S > C  . 1:1449 ack 6
      0.163  C > S  R 6
      """, client: "10.1.0.2:50124", server: "10.2.0.2:2181")
    let segments = script.segments
    #expect(segments.count == 6)
    #expect(segments.map(\.packet.number) == [1, 2, 3, 4, 5, 6])
    #expect(segments[0].source.v4 == 0x0a01_0002 && segments[0].sourcePort == 50124)
    #expect(segments[0].options == [.mss, .sackPermitted, .timestamps, .windowScale])
    #expect(segments[1].acknowledgment == segments[0].sequence.advanced(by: 1))
    #expect(segments[1].timestampEcho == 1 && segments[1].windowScale == 7)
    #expect(segments[2].options == .timestamps, "negotiated: the ACK has them too")
    #expect(segments[3].payloadLength == 4 && segments[3].sequence == segments[0].sequence.advanced(by: 1))
    #expect(segments[4].payloadLength == 1448 && segments[4].wireLength == 20 + 32 + 1448)
    #expect(segments[4].acknowledgment == segments[0].sequence.advanced(by: 6), "the lost FIN was sent")
    #expect(segments[5].flags == .rst && segments[5].window == 0 && segments[5].ipID == 0)
    #expect(segments[5].options.isEmpty)
    #expect(segments[5].time == script.time(0.163))
  }

  @Test func numbersWrap() throws {
    let script = try PacketScript.parse(
      """
      host C = 10.0.0.1:1 isn 4294967290
      0 C > S S
      0 S > C S. ack 1
      0 C > S P. 1:101 ack 1
      1 C > S . ack 1
      """)
    #expect(script.segments[2].sequence.rawValue == 4_294_967_291)
    #expect(script.segments[3].sequence.rawValue == 95, "START defaults to SND.NXT")
  }

  @Test func dataIsCutAndTimesRepeat() throws {
    let script = try PacketScript.parse(
      """
      0 S > C P. 1:3001/1448 ack 1
      1.0,1.2,1.6 S > C . 1:1449 ack 1
      """)
    #expect(script.segments.map(\.payloadLength) == [1448, 1448, 104, 1448, 1448, 1448])
    #expect(script.segments.map { $0.flags.contains(.psh) } == [false, false, true, false, false, false])
    #expect(script.segments[3].ipID != script.segments[4].ipID)
    #expect(script.segments[5].time == script.time(1.6))
  }

  @Test func copiesAreEqualAndLaterBy2Microseconds() throws {
    let script = try PacketScript.parse("0 C > S P. 1:5 ack 1 dup")
    #expect(script.frames.count == 2 && script.frames[0] == script.frames[1])
    #expect(script.segments[1].time.since(script.segments[0].time) == 2000)
  }

  @Test func anICMPErrorQuotesTheLastPacket() throws {
    let script = try PacketScript.parse(
      """
      0 C > S S
      1 C > S S
      1.1 R > C icmp unreachable host for C > S last
      """)
    let error = try #require(script.icmpErrors.first)
    #expect(error.error.type == 3 && error.error.code == 1 && error.packet.number == 3)
    #expect(error.quoted.ipID == script.segments[1].ipID)
    #expect(script.frames[2].count == 14 + 20 + 8 + 28)
  }

  @Test func hostsOfTheSixthVersion() throws {
    let script = try PacketScript.parse(
      "0 C > S S\n0.1 S > C icmp toobig 1280 for C > S", client: "[2001:db8::1]:1000", server: "[2001:db8::2]:80")
    #expect(script.segments[0].ipVersion == 6 && script.segments[0].wireLength == 60)
    #expect(script.segments[0].source == IPAddress(high: 0x2001_0db8_0000_0000, low: 1))
    #expect(script.frames[0][12...13] == [0x86, 0xdd])
    #expect(script.icmpErrors[0].error.type == 2)
  }

  @Test(arguments: [
    ("0 C > S S\n\n0 C > X .", 3, "no host is named 'X'"),
    ("0 C > S Q", 1, "'Q' in 'Q' is no flag; there are S F R P . U E W A"),
    ("0 C > S . 9:5", 1, "'9:5' ends before it begins"),
    ("0 C > S . ack", 1, "the ACK number is missing"),
    ("0 C > S S <mss 70000>", 1, "the MSS must be a number up to 65535, not '70000'"),
    ("zero C > S S", 1, "the time must be a time such as 0.081 or 350s, not 'zero'"),
    ("0 C > S . ttl 64 soon", 1, "'soon' is not understood here"),
    ("0 R > C icmp unreachable host for C > S", 1, "C>S has sent no such packet"),
  ])
  func aMistakeIsNamedWithItsLine(script: String, line: Int, message: String) {
    #expect(throws: ScriptError(line: line, message: message)) { try PacketScript.parse(script) }
  }

  @Test func theFileHoldsWhatTheScriptSays() throws {
    let script = try PacketScript.parse("0 C > S S\n0.5 S > C S. ack 1 snap 40\n1 tick\nend 9")
    let little = script.pcap(nanosecond: false)
    #expect(little[0..<4] == [0xd4, 0xc3, 0xb2, 0xa1])
    #expect(script.pcap(bigEndian: true)[0..<4] == [0xa1, 0xb2, 0x3c, 0x4d])
    #expect(little.count == 24 + 16 + 54 + 16 + 40 + 16 + 46)
    #expect(script.pcapng().count % 4 == 0)
    #expect(script.captureEnd == script.time(9))
    var lengths: [Int] = []
    script.withFrames { frame in
      lengths.append(frame.bytes.byteCount)
      #expect(frame.originalLength >= frame.bytes.byteCount)
    }
    #expect(lengths == [54, 40, 46])
  }
}
