import Audit
import Flow
import Report
import Testing
import Wire

@Suite("CSV")
struct CSVReportTests {
  /// Fields of RFC 4180, quotes taken off.
  func fields(_ line: some StringProtocol) -> [String] {
    var fields = [""]
    var quoted = false
    for character in line {
      switch character {
      case "\"":
        // Opening, closing, or the second of a pair: a pair shows as a closing and an opening one.
        if quoted == false, fields[fields.count - 1].hasSuffix("\u{0}") {
          fields[fields.count - 1].removeLast()
          fields[fields.count - 1] += "\""
        } else if quoted {
          fields[fields.count - 1] += "\u{0}"
        }
        quoted.toggle()
      case "," where !quoted: fields.append("")
      default: fields[fields.count - 1].append(character)
      }
    }
    return fields.map { $0.filter { $0 != "\u{0}" } }
  }

  @Test func theHeaderIsTheJSONRecordFlattened() {
    let header = report({ CSVReport($0) })
    let expected = JSONReportTests.connection.dropFirst().flatMap { name in
      name == "client" || name == "server" ? JSONReportTests.side.map { "\(name)_\($0)" } : [name]
    }
    #expect(header == expected.joined(separator: ",") + "\r\n")
  }

  @Test func severalInputsHaveTheirColumns() {
    let header = report({ CSVReport($0) }, inputs: ["a", "b"])
    #expect(header.contains(",client_last_packet,client_input,client_last_input,client_syn_packets,"))
  }

  @Test func aLineHasTheValuesOfTheJSONRecord() throws {
    let finding = cutReplyFinding(try #require(try track(cutReply).first))
    var connection = try record(cutReply, [finding, finding])
    connection.verdict.interface = "tap \"0\", left\nright"
    connection.verdict.encapsulation = Encapsulation(vlans: [1, 2], tunnels: [Tunnel(.gre, id: 9), Tunnel(.mpls)])
    let lines = report({ CSVReport($0) }, [connection]).split(separator: "\r\n")
    try #require(lines.count == 2)
    let row = Dictionary(uniqueKeysWithValues: zip(fields(lines[0]), fields(lines[1])))
    #expect(fields(lines[0]).count == fields(lines[1]).count)
    #expect(row["id"] == "1")
    #expect(row["client_port"] == "50124")
    #expect(row["client_fin_acked"] == "true")
    #expect(row["server_payload_bytes"] == "13240")
    #expect(row["interface"] == "tap \"0\", left?right")
    #expect(row["vlan"] == "1;2")
    #expect(row["tunnel"] == "gre 9 - -;mpls - - -")
    #expect(row["duration"] == "0.163")
    #expect(row["rules"] == "half-close-truncated;half-close-truncated")
  }

  /// What somebody called an interface is no formula of the spreadsheet that opens the file.
  @Test(arguments: [("=cmd|' /c calc'!A0", "'=cmd|' /c calc'!A0"), ("@a", "'@a"), ("-1+2", "'-1+2"), ("eth0", "eth0")])
  func noTextIsAFormula(name: String, written: String) throws {
    var connection = try record(cutReply)
    connection.verdict.interface = name
    let lines = report({ CSVReport($0) }, [connection]).split(separator: "\r\n")
    let row = Dictionary(uniqueKeysWithValues: zip(fields(lines[0]), fields(lines[1])))
    #expect(row["interface"] == written)
  }

  @Test func whatIsUnknownIsEmpty() throws {
    let lines = report({ CSVReport($0) }, [try record("0.0 C > S P. 1:101")]).split(separator: "\r\n")
    let row = Dictionary(uniqueKeysWithValues: zip(fields(lines[0]), fields(lines[1])))
    #expect(row["handshake_rtt"] == "")
    #expect(row["closed_by"] == "")
    #expect(row["vlan"] == "")
    #expect(row["rules"] == "")
  }
}
