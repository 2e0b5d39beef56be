import PacketScript
import Report
import Testing

/// What becomes of its ports long after a connection was written must be in the display filter of what was found on it.
@Suite("A display filter selects one connection, whatever comes later")
struct UsedAgainTests {
  /// It ends at 1 s and is forgotten at 16 s; others keep the clock going.
  private static let cut = """
    host C = 10.1.0.2:50124
    host S = 10.2.0.2:2181
    host X = 10.9.0.1:50001
    host Y = 10.9.0.2:80
    0.000 C > S S
    0.080 S > C S.
    0.081 C > S .
    0.082 C > S P. 1:5
    0.083 C > S F.
    0.161 S > C . ack 6
    0.162 S > C P. 1:5001/1000
    0.163 C > S R 6
    10,18,26,34 X > Y P. 1:11 ack 1

    """
  private static let again = """
    isn C 700000
    isn S 9000000
    40.0 C > S S
    40.1 S > C S.
    40.2 C > S .

    """
  private static let selection = "ip.addr==10.1.0.2 && ip.addr==10.2.0.2 && tcp.port==50124 && tcp.port==2181"
  private static let frames = " && frame.number>=1 && frame.number<=12"

  @Test(
    arguments: [
      ("", ""), (again, frames),
      // Another client, or another server, is nobody that the filter would show.
      (again.replacing("C", with: "X"), ""), (again.replacing("S >", with: "Y >").replacing("> S ", with: "> Y "), ""),
      // A lone SYN is shown too; so is one in the other direction, and who uses the ports the other way round.
      ("isn C 700000\n40 C > S S\n", frames), ("isn S 700000\n40 S > C S\n", frames),
      ("host P = 10.1.0.2:2181\nhost Q = 10.2.0.2:50124\n40 P > Q S\n", frames),
    ]) func ofItsFilter(_ later: String, _ frames: String) throws
  {
    let folder = Folder()
    let path = folder.capture(try PacketScript.parse(Self.cut + later).pcap())
    for findingsOnly in [false, true] {
      let lines = try report({ JSONReport($0, findingsOnly: findingsOnly) }, [path]).split(separator: "\n")
      let line = try #require(lines.first { $0.contains(#""rule":"half-close-truncated""#) })
      #expect(line.contains("\"display_filter\":\"\(Self.selection)\(frames)\","), "\(line)")
    }
    let text = try report({ TextReport($0) }, [path])
    #expect(text.contains("Wireshark: \(Self.selection)\(frames)\n"), "\(text)")
  }

  /// Live nothing waits: what comes later is not known.
  @Test func liveItIsWrittenAtOnce() throws {
    let folder = Folder()
    let path = folder.capture(try PacketScript.parse(Self.cut + Self.again).pcap())
    let text = try report({ JSONReport($0, isLive: true) }, [path])
    #expect(text.contains("\"display_filter\":\"\(Self.selection)\""))
  }

  /// Refused attempts are written in brief.
  @Test func ofARefusedAttempt() throws {
    let folder = Folder()
    let refused = """
      host C = 10.1.0.2:50124
      host S = 10.2.0.2:2181
      host X = 10.9.0.1:50001
      host Y = 10.9.0.2:80
      0.0 C > S S
      0.1 S > C R. =0 ack 1
      10,18,26,34 X > Y P. 1:11 ack 1

      """
    let path = folder.capture(try PacketScript.parse(refused + Self.again).pcap())
    let text = try report({ TextReport($0) }, [path])
    #expect(text.contains("Wireshark: \(Self.selection) && frame.number>=1 && frame.number<=2\n"), "\(text)")
  }
}
