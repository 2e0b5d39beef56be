import PacketScript
import Testing
import Wire

/// With the options of its SYNs in Linux's order.
private let inLinuxOrder = """
  0.000 C > S S <mss 1460,sackOK,TS val 7 ecr 0,nop,wscale 7>
  0.080 S > C S. <mss 1460,sackOK,TS val 9 ecr 7,nop,wscale 7>
  0.081 C > S .

  """

@Suite("What a snaplen cuts off is unknown, and all else as it was")
struct SnaplenTests {
  private func connections(_ lines: [String]) -> [String] { lines.filter { $0.hasPrefix(#"{"type":"connection""#) } }
  private func findings(_ lines: [String]) -> [String] { lines.filter { $0.hasPrefix(#"{"type":"finding""#) } }

  /// Lengths come from the IP header: what the snaplen cut off was on the wire all the same. With every packet three times, as
  /// before, behind one VLAN tag and behind two: from 66 to 93 bytes the options are in one copy and not in another.
  @Test(arguments: [64, 66, 68, 70, 72, 76, 82, 90, 96], [false, true])
  func aSnaplenChangesNoRecord(_ snaplen: Int, isTagged: Bool) throws {
    let folder = Folder()
    var script = try PacketScript.parse(severalConnections)
    if isTagged {
      script.entries = script.entries.flatMap { [$0, tagged($0, [42], after: 30), tagged($0, [10, 20], after: 60)] }
      script.entries.sort { $0.time < $1.time }
    }
    let whole = try json([folder.capture(script.pcap())])
    let cut = try json([folder.capture(script.pcap(snaplen: snaplen))])
    #expect(whole.count == cut.count && connections(whole).count == 3)
    let duplicates = try #require(whole.last?.firstMatch(of: /"duplicates":(\d+)/).flatMap { Int($0.1) })
    #expect(isTagged ? duplicates >= 68 : duplicates == 0)
    for (line, cutLine) in zip(whole, cut) {
      for (field, cutField) in zip(line.split(separator: ","), cutLine.split(separator: ",")) where field != cutField {
        // The options of a SYN that was cut are null, not absent. All else is as it was.
        let name = field.prefix { $0 != ":" }
        #expect([#""mss""#, #""window_scale""#, #""sack_permitted""#, #""timestamps""#, #""inputs""#].contains(name))
        #expect(cutField.hasSuffix(":null") && snaplen < 74 + 8 || name == #""inputs""#, "\(field) is \(cutField)")
      }
    }
  }

  /// What the bytes allow: of a Linux SYN 64 bytes end within the timestamps, whose presence is known, and before the window scale.
  @Test(arguments: [57, 58, 60, 62, 64, 70, 74])
  func whatIsThereWholeIsTold(_ snaplen: Int) throws {
    let folder = Folder()
    let script = try PacketScript.parse(inLinuxOrder + "0.1 C > S P. 1:101\n0.2 S > C . ack 101")
    let line = try #require(connections(try json([folder.capture(script.pcap(snaplen: snaplen))])).first)
    let expected = [
      "\"mss\":\(snaplen < 58 ? "null" : "1460")", "\"window_scale\":\(snaplen < 74 ? "null" : "7")",
      "\"sack_permitted\":\(snaplen < 60 ? "null" : "true")", "\"timestamps\":\(snaplen < 62 ? "null" : "true")",
    ].joined(separator: ",")
    #expect(line.ranges(of: expected).count == 2, "\(line)")
    // Two SYNs without such options are another matter.
    let plain = try PacketScript.parse("0 C > S S\n0.1 S > C S.\n0.2 C > S .")
    let without = try #require(connections(try json([folder.capture(plain.pcap(snaplen: snaplen))])).first)
    #expect(
      without.ranges(of: #""mss":null,"window_scale":null,"sack_permitted":false,"timestamps":false"#).count == 2)
  }

  private func tagged(
    _ entry: PacketScript.Entry, _ vlans: [UInt16], after milliseconds: Int64
  ) -> PacketScript.Entry {
    var copy = entry
    copy.time = entry.time.advanced(by: milliseconds * 1_000_000)
    guard case .tcp(var packet) = entry.content else { return copy }
    packet.vlans = vlans
    copy.content = .tcp(packet)
    return copy
  }

  /// What was selectively acknowledged arrived. Where the SACK was cut off nobody knows, and no number is exact.
  @Test(arguments: [58, 262_144]) func aSACKThatWasCutMakesNoNumberExact(_ snaplen: Int) throws {
    let folder = Folder()
    let script = try PacketScript.parse(
      handshake + """
        0.082 C > S P. 1:5
        0.083 C > S F. 5
        0.162 S > C . 1:1001 ack 6
        0.162 S > C . 1001:2001 ack 6
        0.162 S > C FP. 2001:3001 ack 6
        0.163 C > S . 6 ack 1 <sack 1001-3001>
        0.300 C > S R. 6 ack 1
        9 tick
        """)
    let found = findings(try json([folder.capture(script.pcap(snaplen: snaplen))]))
    let finding = try #require(found.first { $0.contains(#""rule":"half-close-truncated""#) }, "\(found)")
    let isCut = snaplen == 58
    #expect(finding.contains("\"bytes_lost\":\(isCut ? 3000 : 1000),\"bytes_lost_exact\":\(!isCut)"), "\(finding)")
    #expect(finding.contains("up to 3,000 of 3,000 bytes") == isCut, "\(finding)")
  }

  /// An ACK that moves SND.UNA and bears a SACK. 70 bytes leave its kind and length, and not what it says; of an ACK with timestamps
  /// alone 58 leave enough to know that there is no SACK.
  @Test(arguments: [55, 58, 70, 78, 262_144], [true, false])
  func anACKThatIsCutMayBearASACK(_ snaplen: Int, _ hasSACK: Bool) throws {
    let folder = Folder()
    let script = try PacketScript.parse(
      handshake + """
        0.082 C > S P. 1:5
        0.162 S > C . 1:1001 ack 5
        0.162 S > C . 1001:2001
        0.162 S > C . 2001:3001
        0.163 C > S . 5 ack 1001 <nop,nop,TS val 8 ecr 9\(hasSACK ? ",nop,nop,sack 2001-3001" : "")>
        0.300 C > S R. 5 ack 1001
        9 tick
        """)
    let found = findings(try json([folder.capture(script.pcap(snaplen: snaplen))]))
    let finding = try #require(found.first { $0.contains(#""rule":"transfer-truncated""#) }, "\(found)")
    let isHidden = snaplen < 58 || hasSACK && snaplen < 78
    #expect(finding.contains("\"bytes_lost\":\(hasSACK && !isHidden ? 1000 : 2000),"), "\(finding)")
    #expect(finding.contains("about 2,000 bytes") == isHidden, "\(finding)")
  }

  /// A RST ahead of its stream is out of the window or not by a scale that is cut off: what it proves is no surer than with it.
  @Test(arguments: [58, 64, 72, 262_144]) func aRSTAheadOfAWindowWhoseScaleIsCut(_ snaplen: Int) throws {
    let folder = Folder()
    let script = try PacketScript.parse(
      inLinuxOrder + """
        0.1 C > S P. 1:401
        0.18 S > C P. 1:901 ack 401
        0.181 C > S . 401 ack 901
        1.18 S > C R. 100901 ack 401
        2.18 C > S P. 401:801 ack 901
        2.26 S > C P. 901:1801 ack 801
        2.261 C > S . 801 ack 1801
        9 tick
        """)
    let found = findings(try json([folder.capture(script.pcap(snaplen: snaplen))]))
    let finding = try #require(found.first { $0.contains(#""rule":"reset-forged""#) }, "\(found)")
    #expect(finding.contains(#""severity":"warning","confidence":"likely""#), "\(finding)")
  }

  /// An option of MPTCP may stand in what is cut of the SYNs. The client's ACK shows that there was none, where its own options are
  /// known; until then nothing that ends is certain to be more than a subflow.
  @Test(arguments: [58, 64, 262_144], [false, true])
  func whatIsCutMayBeASubflow(_ snaplen: Int, isMultipath: Bool) throws {
    let folder = Folder()
    let capable = isMultipath ? ",mptcp 00810102030405060708" : ""
    let script = try PacketScript.parse(
      """
      0.000 C > S S <mss 1460,sackOK,TS val 7 ecr 0,nop,wscale 7\(capable)>
      0.080 S > C S. <mss 1460,sackOK,TS val 9 ecr 7,nop,wscale 7\(capable)>
      0.081 C > S . <nop,nop,TS val 8 ecr 9\(capable)>
      1.000 C > S P. 1:101
      1.080 S > C . ack 101
      2.0,2.3,2.9,4.1,6.5,11.3 C > S P. 101:201
      30 tick
      """)
    let found = findings(try json([folder.capture(script.pcap(snaplen: snaplen))]))
    // Of what is known to be a subflow nobody says so.
    #expect(found.count == (isMultipath && snaplen > 64 ? 0 : 1), "\(found)")
    let expected = isMultipath ? "likely" : "certain"
    #expect(
      found.allSatisfy {
        $0.contains("\"rule\":\"peer-vanished\",\"severity\":\"error\",\"confidence\":\"\(expected)\"")
      })
  }

  /// A snaplen of 64 leaves ten bytes of TCP over IPv6: whose packet it is, and nothing of what it says.
  @Test func whatTheSnaplenHidesIsNull() throws {
    let folder = Folder()
    let script = try PacketScript.parse(
      "host C = [2001:db8::1]:40000\nhost S = [2001:db8::2]:443\n"
        + "0 C > S S\n0.1 S > C S.\n0.2 C > S .\n0.3 C > S P. 1:101\n0.4 S > C R. 1 ack 101\n9 tick")
    let lines = try json([folder.capture(script.pcap(snaplen: 64))])
    #expect(connections(lines).count == 1 && findings(lines).isEmpty)
    let line = try #require(connections(lines).first)
    #expect(line.contains(#""packets":3,"duplicate_packets":0,"wire_bytes":280,"sent_bytes":null"#))
    #expect(line.contains(#""rst_packets":null"#) && line.contains(#""socket_state":"UNKNOWN""#))
    #expect(lines.last?.contains(#""skipped":{"tcp":{"header cut":5}}"#) == true)
  }

  /// What the server sent is there, and cut in front of its TCP header: by a layer and a reason, and nobody is certain that it is missing.
  @Test(arguments: [(30, "ipv4", 1), (40, "tcp", 1), (54, "", 0)])
  func whatIsCutMayBeTheOtherDirection(_ kept: Int, _ layer: String, _ notes: Int) throws {
    let folder = Folder()
    let script = try PacketScript.parse(
      """
      0 C > S S
      0.1 S > C S. snap \(kept)
      0.2 C > S .
      0.3 C > S P. 1:101
      0.4 S > C P. 1:501 ack 101 snap \(kept)
      0.5 C > S . 101 ack 501
      9 tick
      """)
    let lines = try json([folder.capture(script.pcap())])
    let found = findings(lines)
    #expect(found.count == notes, "\(found)")
    let start = #""rule":"capture-one-sided","severity":"note","confidence":"possible""#
    #expect(found.allSatisfy { $0.contains(start) && $0.contains("2 packets whose headers the capture cut") })
    let skipped = layer.isEmpty ? "{}" : "{\"\(layer)\":{\"header cut\":2}}"
    #expect(lines.last?.contains("\"undecoded_packets\":\(2 * notes),") == true)
    #expect(lines.last?.contains("\"skipped\":\(skipped)") == true)
  }
}
