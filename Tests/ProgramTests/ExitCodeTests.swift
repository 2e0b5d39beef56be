import Glibc
import PacketScript
import Testing

@Suite("The built program: what it ends with")
struct ExitCodeTests {
  private let folder = Folder()

  @Test func auditedToTheEndIsZeroWhateverWasFound() throws {
    let ran = try Program.run([captures + "cut-reply/client.pcapng"])
    #expect(ran.code == 0)
    #expect(ran.err == "")
    #expect(ran.out.contains("\nerror  half-close-truncated "))
    let packets = try frames(in: captures + "cut-reply/client.pcapng").count
    #expect(ran.lines.last == "\(packets) packets, all decoded. The capture shows no loss.")
  }

  @Test(
    arguments: [
      ("error", "cut-reply", 1), ("error", "close-wait-leak", 0), ("warning", "close-wait-leak", 1),
      ("warning", "refused", 0), ("note", "refused", 1), ("note", "clean-close", 0),
    ] as [(String, String, Int32)])
  func aFindingAtOrAboveFailOnIsOne(severity: String, scenario: String, code: Int32) throws {
    let ran = try Program.run(["--fail-on", severity, captures + scenario + "/client.pcapng"])
    #expect(ran.code == code)
    #expect(ran.err == "")
  }

  @Test(
    arguments: [
      (["--no-such-option", "x.pcap"], "--no-such-option"), (["--no-such-option", "x.pcap"], "(see tcpaudit --help)"),
      (["show", "--no-such-option", "x.pcap"], "(see tcpaudit show --help)"),
      (["check", "x.pcap"], "(see tcpaudit check --help)"), ([], "no capture is named"),
      (["chek", "x.pcap"], "did you mean tcpaudit check?"), (["-", "-"], "only once"),
      (["--filter", "tcp port", captures + "refused/client.pcapng"], "the filter"),
      (["show", captures + "refused/client.pcapng", "--connection", "77"], "no connection begins with packet 77"),
      (["explain", "no-such-rule"], "no rule is called"), (["--rule", "no-such-rule", "x.pcap"], "no rule is called"),
      (["--linger", "-1", "x.pcap"], "350s, 5m"), (["--threads", "x", "x.pcap"], "a whole number"),
      (["--max-connections", "-1", "x.pcap"], "from 16"), (["x\u{fffd}.pcap"], "only names in UTF-8"),
      (["check", captures + "refused/client.pcapng", "--expect", "/nonexistent"], "/nonexistent"),
    ] as [([String], String)])
  func aMistakeIsTwoAndOneLine(arguments: [String], words: String) throws {
    let ran = try Program.run(arguments)
    #expect(ran.code == 2)
    #expect(ran.out == "")
    #expect(ran.err.contains(words), "\(ran.err)")
    #expect(ran.err.split(separator: "\n").count == 1, "\(ran.err)")
    #expect(ran.err.hasPrefix("tcpaudit: "))
  }

  @Test func whatCannotBeReadToItsEndIsThreeAndTheRestIsAudited() throws {
    let whole = try PacketScript.parse(cutAndWhole).pcap()
    let cut = folder.file("cut.pcap", Array(whole.dropLast(10)))
    let ran = try Program.run(["--fail-on", "error", cut])
    #expect(ran.code == 3, "3 wins over 1")
    #expect(ran.out.contains("half-close-truncated"))
    #expect(ran.out.contains("capture-cut"))
    #expect(ran.err.contains("cut.pcap, byte "))

    let missing = try Program.run(["/nonexistent.pcap", captures + "refused/client.pcapng"])
    #expect(missing.code == 3)
    #expect(missing.out.contains("syn-refused"))
    #expect(missing.err.contains("/nonexistent.pcap"))
    #expect(try Program.run([folder.file("text.pcap", "no capture at all")]).code == 3)
    #expect(try Program.run([folder.file("empty.pcap", "")]).code == 3)
  }

  @Test func whatCannotBeWrittenIsThree() throws {
    let capture = captures + "cut-reply/client.pcapng"
    let full = try Program.run([capture], output: .file("/dev/full"))
    #expect(full.code == 3)
    #expect(full.err.contains("No space left on device"))
    #expect(try Program.run(["-o", "/dev/full", capture]).code == 3)
    #expect(try Program.run(["-o", "/nonexistent/results", capture]).code == 3)
    for command in [["rules"], ["explain", "fin-unacked"], ["show", capture, "--connection", "1"], ["--help"]] {
      #expect(try Program.run(command, output: .file("/dev/full")).code == 3, "\(command)")
    }
  }

  /// `ulimit -f`: as a full disk, and nothing half is left behind.
  @Test func aFileThatMayNotGrowIsThree() throws {
    let extracted = folder.folder("extracted")
    let words = ["-q", "--extract", extracted, captures + "cut-reply/client.pcapng"]
    let limited = try Program.run(
      ["-c", "ulimit -f 1; exec \"$0\" \"$@\" >/dev/null", Program.path] + words, of: "/bin/sh")
    #expect(limited.code == 3)
    #expect(limited.err.contains("File too large"), "\(limited.err)")
    #expect(folder.names(in: "extracted") == [])
  }

  /// Nor is there a hole where the half record was: who writes next goes on behind the last whole one.
  @Test(arguments: ["json", "csv", "zeek"]) func aFullDiskLeavesWholeRecords(format: String) throws {
    let path = folder.file("records", "")
    let words = ["--format", format, captures + "background/client.pcapng"]
    let script = "{ (ulimit -f 8; \"$0\" \"$@\"); code=$?; echo behind; } >'\(path)'; exit $code"
    let limited = try Program.run(["-c", script, Program.path] + words, of: "/bin/sh")
    #expect(limited.code == 3)
    let written = try #require(Folder.bytes(path))
    #expect((1...8192 + 7).contains(written.count) && !written.contains(0))
    let behind = Array("\nbehind\n".utf8)
    #expect(written.suffix(behind.count) == behind[...], "\(written.suffix(80))")
  }

  /// `tcpaudit … | head`: who reads no more wants no more, and no complaint either.
  @Test(arguments: [
    ["--format", "json"], ["--format", "csv"], ["--format", "zeek"], ["--connections", "--all"],
  ])
  func aReaderThatGoesAwayIsANormalEnd(arguments: [String]) throws {
    let pipe = try Pipe()
    close(pipe.reading)
    defer { close(pipe.writing) }
    let ran = try Program.run(
      arguments + [captures + "cut-reply/client.pcapng"], output: .descriptor(pipe.writing))
    #expect(ran.code == 0)
    #expect(ran.err == "")
  }

  @Test(arguments: [["rules"], ["explain", "fin-unacked"], ["interfaces"], ["--help"]])
  func soItIsForEveryCommand(arguments: [String]) throws {
    let pipe = try Pipe()
    close(pipe.reading)
    defer { close(pipe.writing) }
    let ran = try Program.run(arguments, output: .descriptor(pipe.writing))
    #expect(ran.code == 0)
    #expect(ran.err == "")
  }
}
