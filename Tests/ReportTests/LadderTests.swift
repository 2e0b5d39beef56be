import Audit
import Flow
import PacketScript
import Testing
import Wire

@testable import Report

/// The ladder of the one connection of a script.
func ladder(
  _ text: String, width: Int = 120, all: Bool = false, isNarrowed: Bool = false, color: Bool = false,
  inputs: [String] = ["a.pcap"],
  errors: [QuotedError] = [], _ find: (Facts) -> [Finding] = { _ in [] }
) throws -> String {
  let facts = try #require(try track(text).first)
  let records = find(facts).map { FindingRecord(id: 1, connection: facts.id, finding: $0) }
  let output = Output()
  var ladder = Ladder(
    facts, segments: try PacketScript.parse(text).segments, errors: errors, findings: records,
    run: RunRecord(version: "0.1.0", inputs: inputs), style: Style(color: color, width: width), all: all,
    isNarrowed: isNarrowed)
  ladder.draw(to: output)
  return String(decoding: output.collected, as: UTF8.self)
}

/// What the ladder says of each packet of a script, by number; nothing folded.
func meanings(_ text: String) throws -> [String] {
  let facts = try #require(try track(text).first)
  var reading = LadderReading(facts, [])
  return try PacketScript.parse(text).segments.map { reading.row($0).meaning }
}

let opening = """
  0.000 C > S S <mss 1460,sackOK,wscale 7>
  0.080 S > C S. <mss 1460,sackOK,wscale 7>
  0.081 C > S .

  """
let opened = ["asks to connect; MSS 1460, scale 7, SACK", "accepts; MSS 1460, scale 7, SACK", "handshake complete"]

@Suite("Ladder")
struct LadderTests {
  /// The whole of it, at a narrow and at a wide terminal.
  @Test func theCutReplyAtEightyColumns() throws {
    let text = try ladder(cutReply, width: 80) { [cutReplyFinding($0)] }
    #expect(
      text == """
        connection 1   10.1.0.2:50124 → 10.2.0.2:2181   reset by the client   163 ms
            client: 4 bytes sent, all acknowledged; its socket at the end: CLOSE
            server: 13,240 bytes sent, 13,240 never acknowledged; its socket at the end:
            CLOSE

                 seconds  client  server   seq ack  len   win
           #1  +0.000000  │─SYN───────▶│     0          64240  asks to connect; MSS
                                                               1460, scale 7, SACK,
                                                               timestamps
           #2  +0.080000  │◀───SYN ACK─│     0   1      64240  accepts; MSS 1460, scale
                                                               7, SACK, timestamps
           #3  +0.081000  │─ACK───────▶│     1   1      64256  handshake complete
           #4  +0.081000  │─PSH ACK───▶│     1   1    4 64256  first data of the client
        ▶  #5  +0.081000  │─FIN ACK───▶│     5   1      64256  FIN after 4 bytes ·
                                                               half-close-truncated
           #6  +0.161000  │◀───────ACK─│     1   6      64256  acknowledges the FIN
        ▶  #7  +0.162000  │◀───────ACK─│     1   6 1448 64256  the answer begins ·
                                                               half-close-truncated
           #8  +0.162010  │◀───────ACK─│  1449   6 1448 64256
           #9  +0.162020  │◀───────ACK─│  2897   6 1448 64256
                          … 5 segments, 7,240 bytes of the server, none acknowledged
          #15  +0.162080  │◀───────ACK─│ 11585   6 1448 64256
          #16  +0.162090  │◀───PSH ACK─│ 13033   6  208 64256
        ▶ #17  +0.163000  │─RST───────▶│     6                 RST, 13,240 bytes of the
                                                               server unacknowledged ·
                                                               half-close-truncated

        error  half-close-truncated   10.1.0.2:50124 → 10.2.0.2:2181   at fault: client
          certain
          Client half-closed, then reset while the server was answering: 13,240 of
          13,240 bytes lost.
            #5   +0.081 s  client → server  FIN after 4 bytes
            #7   +0.162 s  server → client  the answer begins
            #17  +0.163 s  client → server  RST, 13,240 bytes of the server
                                            unacknowledged
          See   Wireshark: ip.addr==10.1.0.2 && ip.addr==10.2.0.2 && tcp.port==50124 && tcp.port==2181
          Fix   read until end of file before close()
                tcpaudit explain half-close-truncated


        """)
  }

  @Test func aHealthyConnectionAtAHundredColumns() throws {
    let text = try ladder(
      opening + """
        0.100 C > S P. 1:101
        0.180 S > C P. 1:2001/1000
        0.181 C > S F.
        9.281 S > C F.
        9.282 C > S .
        """, width: 100)
    #expect(
      text == """
        connection 1   10.0.0.1:40000 → 10.0.0.2:2181   closed, first by the client   9.3 s
            client: 100 bytes sent, all acknowledged; its socket at the end: TIME-WAIT
            server: 2,000 bytes sent, all acknowledged; its socket at the end: CLOSE

              seconds  client    server   seq   ack   len    win
          #1   +0.000  │─SYN─────────▶│     0              64240  asks to connect; MSS 1460, scale 7, SACK
          #2   +0.080  │◀─────SYN ACK─│     0     1        64240  accepts; MSS 1460, scale 7, SACK
          #3   +0.081  │─ACK─────────▶│     1     1        64256  handshake complete
          #4   +0.100  │─PSH ACK─────▶│     1     1   100  64256  first data of the client
          #5   +0.180  │◀─────────ACK─│     1   101  1000  64256  first data of the server
          #6   +0.180  │◀─────PSH ACK─│  1001   101  1000  64256
          #7   +0.181  │─FIN ACK─────▶│   101  2001        64256  the client sends no more
                       … 9.1 s of silence
          #8   +9.281  │◀─────FIN ACK─│  2001   102        64256  the server sends no more either;
                                                                  acknowledges the FIN
          #9   +9.282  │─ACK─────────▶│   102  2002        64256  acknowledges the FIN

        Nothing is wrong with this connection.

        """)
  }

  @Test func retransmissionsSayOfWhat() throws {
    let said = try meanings(
      opening + """
        0.1 C > S P. 1:101
        0.3,0.7 C > S P. 1:101
        0.8 C > S P. 1:201
        0.9 S > C . ack 201
        """)
    #expect(
      said == opened + [
        "first data of the client", "retransmission of #4", "retransmission of #4, 3rd time",
        "retransmission, with new data", "",
      ])
  }

  @Test func gapsAreOpenedAndFilled() throws {
    let said = try meanings(
      opening + """
        0.100 C > S . 1:101
        0.101 C > S . 301:401
        0.102 C > S . 101:301
        0.180 S > C . ack 101 <sack 301-401>
        0.181 S > C . ack 101 <sack 301-401>
        0.182 S > C . ack 401
        """)
    #expect(said[4] == "200 bytes before it not seen yet")
    #expect(said[5] == "out of order: fills a gap")
    #expect(said[6] == "has more beyond a gap (SACK)")
    #expect(said[7] == "the same ACK again; has more beyond a gap (SACK)")
    #expect(said[8] == "")
  }

  @Test func keepalivesAndProbes() throws {
    let said = try meanings(
      opening + """
        0.10 C > S P. 1:101
        0.18 S > C . ack 101
        75.0 C > S . 100:100
        75.1 S > C . ack 101
        80.0 S > C . ack 101 win 0
        81.0 C > S . 100:100
        81.1 S > C . ack 101 win 0
        82.0 S > C . ack 101 win 500
        """)
    #expect(
      said.dropFirst(4) == [
        "", "keepalive", "answers the keepalive", "window 0: the server takes no more", "window probe",
        "answers the probe", "window open again",
      ])
  }

  @Test func finsAreCounted() throws {
    let said = try meanings(
      opening + """
        0.1,0.3,0.7 C > S F. 1
        0.8 S > C . ack 2
        """)
    #expect(
      said.dropFirst(3) == [
        "the client sends no more", "FIN again, 2nd time", "FIN again, 3rd time", "acknowledges the FIN",
      ])
  }

  @Test func synsAreCounted() throws {
    let said = try meanings("0,1,3 C > S S\n3.1,4.1 S > C S. 0 ack 1")
    #expect(
      said == [
        "asks to connect", "SYN again, attempt 2", "SYN again, attempt 3", "accepts", "SYN-ACK again, attempt 2",
      ])
  }

  @Test func aRefusal() throws {
    #expect(try meanings("0 C > S S\n0.1 S > C R. =0 ack 1") == ["asks to connect", "refuses the connection"])
  }

  /// A RST is said to end the connection only where it did.
  @Test func resetsByWhatBecameOfThem() throws {
    let ignored = try meanings(
      opening + """
        0.2 C > S P. 1:101
        0.3 S > C . ack 101
        0.4 S > C R 500000000
        0.5 C > S P. 101:201
        0.6 S > C . ack 201
        """)
    #expect(ignored[5] == "RST out of the window: ignored")
    let challenged = try meanings(
      opening + """
        0.2 C > S P. 1:101
        0.3 S > C . ack 101
        0.4 S > C R. 1
        1.5 C > S P. 101:201
        1.6 S > C P. 1:11 ack 201
        1.7 C > S . ack 11
        """)
    #expect(challenged[5] == "RST, challenged: changes nothing")
    let taken = try meanings(
      opening + """
        0.2 C > S P. 1:101
        0.3 S > C R. 1 ack 101
        0.4 C > S P. 101:201
        0.5 S > C R 101
        """)
    #expect(taken[4] == "ends the connection")
    #expect(taken[6] == "RST again")
  }

  @Test func theFirstBytesMayBeMissing() throws {
    let said = try meanings(
      opening + """
        0.1 C > S P. 486:786
        0.2 S > C . ack 1 <sack 486-786>
        0.3 C > S P. 1:786
        0.4 S > C . ack 786 <sack 486-786>
        """)
    #expect(said[3] == "485 bytes before it not seen yet")
    #expect(said[4].hasSuffix("has more beyond a gap (SACK)"))
    #expect(said[5] == "retransmission, with new data")
    #expect(said[6] == "got data twice (D-SACK)")
    #expect(try meanings("0 C > S P. 486:786")[0].hasPrefix("first data of the "))
  }

  @Test func oneDirectionClaimsNothingOfTheOther() throws {
    let text = try ladder("0 C > S S\n0.1 C > S . 1:1 ack 1\n0.2 C > S P. 1:101")
    #expect(text.contains("100 bytes sent, and whether they arrived is not in the capture;"))
    #expect(text.contains("\nNothing is wrong with this connection, as far as one direction shows.\n"))
  }

  @Test func dataInTheSYNIsNoGap() throws {
    let said = try meanings(
      """
      0.0 C > S S 0:100 <FO>
      0.1 S > C S. ack 101
      0.1 C > S . 101:101
      0.2 C > S P. 101:201
      """)
    #expect(said[0] == "asks to connect; brings 100 bytes")
    #expect(said[3] == "")
  }

  @Test func aWindowUpdateIsNoRepetition() throws {
    let said = try meanings(
      opening + """
        0.10 C > S P. 1:101
        0.18 S > C . ack 101 win 100
        0.19 S > C . ack 101 win 200
        0.20 S > C . ack 101 win 200
        """)
    #expect(said.dropFirst(4) == ["", "window update", "the same ACK again"])
  }

  @Test func aCopyOfTheCaptureIsNoRetransmission() throws {
    let said = try meanings(
      opening + """
        0.2 C > S P. 1:101 dup
        0.3 S > C . ack 101
        """)
    #expect(said[4] == "the same packet, captured again")
  }

  @Test func aWindowOfUnknownScaleIsALowerBound() throws {
    let text = try ladder("0 C > S P. 1:101 win 100\n0.1 S > C . ack 101 win 0", width: 100)
    #expect(text.contains("≥100"))
    #expect(text.contains("  0  window 0: the "))
    #expect(text.contains("The handshake was not seen: who is client and who is server is a guess."))
  }

  @Test func whatWasNotAskedForIsNotDenied() throws {
    #expect(try ladder(opening).contains("Nothing is wrong with this connection."))
    #expect(try ladder(opening, isNarrowed: true).contains("Nothing was found of what was asked for."))
  }

  /// Who closed first is one thing, who reset another.
  @Test func whoResetIsSaid() throws {
    let script =
      opening + """
        0.2 C > S F. 1:5
        0.3 S > C . ack 6
        0.4 S > C P. 1:1001
        0.5 S > C R. 1001
        """
    #expect(try ladder(script).contains("   reset by the server; closed first by the client   "))
    #expect(try ladder(opening + "0.2 S > C R. 1").contains("   reset by the server   "))
    #expect(try ladder(opening + "0.2 C > S F. 1:5\n0.3 S > C . ack 6").contains("   half closed by the client   "))
    #expect(try ladder("0 C > S S").contains("   attempted: never answered   "))
  }

  @Test func anErrorOfThePathIsDrawn() throws {
    let script = opening + "0.1 C > S P. 1:1449\n0.3 C > S P. 1:1449"
    var error = QuotedError()
    error.quoted = try PacketScript.parse(script).segments[3]
    error.quoted.packet = PacketReference(input: 0, number: 5)
    error.quoted.ordinal = 4
    error.type = 3
    error.code = 4
    error.mtu = 1280
    error.reporter = IPAddress(v4: 0x0a00_00fe)
    let text = try ladder(script, errors: [error])
    #expect(text.contains("│◀········ICMP·│"))
    #expect(text.contains("  10.0.0.254: fragmentation needed and DF set, MTU 1280, for a\n"))
  }

  /// A copy to the audit is a copy here, whenever it came.
  @Test(arguments: [("0.253", "the same packet, captured again"), ("0.289", "retransmission of #4")])
  func aCopyIsWhatTheAuditCounts(time: String, meaning: String) throws {
    let copied =
      opening + "0.188 C > S P. 1:6 id 9\n\(time) C > S P. 1:6 id 9\n0.300,0.301 C > S P. 6:11 id 10"
    #expect(try meanings(copied)[4] == meaning)
    #expect(try track(copied).first?.client.duplicatePackets == (meaning.hasPrefix("the same") ? 2 : 1))
  }

  /// The scale of a SYN whose options were cut is not known; that of one that bears none is.
  @Test(arguments: [true, false]) func aWindowWhoseScaleWasCutIsALeastOne(isCut: Bool) throws {
    let text = "0 C > S S <wscale 7>\n0.1 S > C S. <wscale 7>\n0.2 C > S .\n0.3 C > S P. 1:6 win 63"
    var facts = try #require(try track(text).first)
    for side in Side.allCases where isCut {
      facts[side].optionsCut = true
      (facts[side].mss, facts[side].windowScale, facts[side].sackPermitted, facts[side].timestamps) = (
        nil, nil, nil, nil
      )
    }
    let segment = try PacketScript.parse(text).segments[3]
    let window = SegmentReader(facts: facts).window(segment, .client)
    #expect(window.text == (isCut ? "≥63" : "8064"))
  }

  @Test func severalInputsNumberTheirPackets() throws {
    #expect(try ladder(opening, inputs: ["a", "b"]).contains("  0:3  "))
    #expect(try ladder(opening, inputs: ["a", "b"]).contains("\n    Packets are named CAPTURE:NUMBER; 0 is a.\n"))
    #expect(try !ladder(opening).contains("CAPTURE:NUMBER"))
  }

  @Test func sequenceNumbersWrapAndOffsetsDoNot() throws {
    let script = """
      isn C 4294967000
      0.000 C > S S
      0.080 S > C S.
      0.081 C > S .
      0.1 C > S P. 1:1001
      0.2 C > S P. 1001:2001
      0.3 S > C . ack 2001
      """
    let text = try ladder(script)
    #expect(text.contains("  1001  "))
    #expect(text.contains("  2001  "))
    #expect(!text.contains("not of this stream"))
  }

  @Test(arguments: [60, 80, 100, 120]) func nothingIsWiderThanTheTerminal(width: Int) throws {
    let text = try ladder(cutReply, width: width) { [cutReplyFinding($0)] }
    for line in text.split(separator: "\n") where line.count > width {
      #expect(line.contains("Wireshark: "), "\(line)")
    }
  }

  @Test func colourChangesNothingElse() throws {
    let plain = try ladder(cutReply) { [cutReplyFinding($0)] }
    let colored = try ladder(cutReply, color: true) { [cutReplyFinding($0)] }
    #expect(colored != plain)
    #expect(colored.replacing(/\u{1b}\[[0-9;]*m/, with: "") == plain)
  }
}
