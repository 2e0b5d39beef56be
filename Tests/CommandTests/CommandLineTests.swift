import ArgumentParser
import Glibc
import PacketScript
import Report
import Testing
import Wire

@testable import tcpaudit

@Suite("What is typed, and what it means")
struct CommandLineTests {
  @Test(
    arguments: [
      ("5", 5_000_000_000), ("5s", 5_000_000_000), ("250ms", 250_000_000), ("2m", 120_000_000_000),
      ("1h", 3_600_000_000_000), ("0.5", 500_000_000), ("", nil), ("s", nil), ("-1", nil), ("nan", nil), ("1e300", nil),
      ("5 s", nil),
    ] as [(String, Int64?)])
  func spans(text: String, nanoseconds: Int64?) { #expect(Span(argument: text)?.nanoseconds == nanoseconds) }

  @Test(
    arguments: [
      ("512M", 512 << 20), ("2G", 2 << 30), ("1048576", 1_048_576), ("1KiB", 1024), ("64mb", 64 << 20), ("0", nil),
      ("G", nil), ("9999999999999T", nil), ("-5M", nil),
    ] as [(String, Int?)])
  func sizes(text: String, bytes: Int?) { #expect(ByteSize(argument: text)?.bytes == bytes) }

  @Test(arguments: [
    ["--no-such-option", "a.pcap"], ["read", "-", "-"], ["read", "--rule", "no-such-rule", "a.pcap"],
    ["read", "--extract", "d", "-"], ["check", "a.pcap"], ["show", "a.pcap"], ["show", "-", "--connection", "1"],
    ["read", "--format", "xml", "a.pcap"], ["read", "--max-memory", "1K", "a.pcap"],
    ["read", "--linger", "1x", "a.pcap"], ["live", "eth0", "--sockets", "--timestamps", "adapter_unsynced"],
  ])
  func mistakesAreRefused(arguments: [String]) {
    #expect(throws: (any Error).self) { _ = try Tcpaudit.parseAsRoot(arguments) }
  }

  @Test func aCaptureAloneIsRead() throws {
    let command = try #require(try Tcpaudit.parseAsRoot(["a.pcap", "b.pcap"]) as? Read)
    #expect(command.captures == ["a.pcap", "b.pcap"])
  }

  @Test(
    arguments: [
      (["compare", "a", "b"], "no such command: “compare”; the commands are read, "), (["live", "eth0"], nil),
      (["chek", "a.pcap"], "did you mean tcpaudit check?"), (["raed", "a.pcap"], "did you mean tcpaudit read?"),
      (["help", "nosuch"], "no such command: “nosuch”; the commands are "),
      (["help", "shwo"], "did you mean tcpaudit show?"),
      (["help", "show"], nil), (["read", "live"], nil), (["a.pcap"], nil), (["check.pcap"], nil), (["there"], nil),
      (["chex"], nil), (["--version"], nil), ([], nil),
    ] as [([String], String?)])
  func aMistypedCommandIsNoFile(arguments: [String], words: String?) {
    let mistake = Commands.mistake(in: arguments) { $0 == "chex" }
    #expect((mistake == nil) == (words == nil))
    if let words { #expect(mistake?.contains(words) == true, "\(mistake ?? "")") }
  }

  @Test func everyCommandIsKnown() {
    for command in Tcpaudit.configuration.subcommands { #expect(Commands.built.contains(command._commandName)) }
  }

  @Test func helpNamesUnitsAndDefaults() {
    for command in [Read.self, Show.self, Check.self] as [any ParsableCommand.Type] {
      let help = command.helpMessage(columns: 120)
      for words in ["(default: 5s)", "(default: 60s)", "ns, us, ms, s, m, h or d", "K, M, G or T"] {
        #expect(help.contains(words), "\(command): \(words)")
      }
    }
  }

  @Test func theManPageNamesEveryCommandAndOption() throws {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let page = try TextFile.read("/\(root)/docs/tcpaudit.1").replacing("\\-", with: "-")
    for command in Tcpaudit.configuration.subcommands {
      #expect(page.contains("\n.B \(command._commandName)\n"), "\(command._commandName)")
      for option in command.helpMessage(columns: 120).matches(of: /\n  (?:-., )?(--[a-z-]+)/) {
        #expect(page.contains(option.1), "\(command._commandName) \(option.1)")
      }
    }
  }

  /// What is reckoned from one that is too long would not fit.
  @Test(arguments: ["1x", "25000d", "-1s"]) func aTimeThatIsNoneIsExplained(_ time: String) {
    let error = #expect(throws: (any Error).self) {
      _ = try Tcpaudit.parseAsRoot(["read", "--linger=\(time)", "a.pcap"])
    }
    let message = error.map { Tcpaudit.message(for: $0) }
    #expect(message?.contains("a time is a number and one of ns, us, ms, s, m, h, d") == true)
  }

  /// A full disk is no success, whatever the command; nor is a capture that was not read to its end.
  @Test func whatCannotBeWrittenEndsWith3() throws {
    #expect(throws: Failure.self) {
      let target = try Target("/dev/full")
      var writer = ByteWriter()
      writer.text("x")
      target.output.flush(&writer)
      try target.finish()
    }
    #expect(throws: Failure.self) { _ = try Target("/nonexistent/x") }
  }

  /// Results never take the place of what they are the results of.
  @Test func aCaptureIsNeverOverwritten() throws {
    let path = "/tmp/tcpaudit-test-overwrite-\(UInt64.random(in: 0 ... .max)).pcap"
    #expect(PacketScript.write([1, 2, 3], to: path))
    defer { unlink(path) }
    for name in [path, "/tmp/../" + path] {
      do {
        _ = try Target(name, captures: ["other.pcap", path])
        Issue.record("\(name) was opened")
      } catch {
        #expect((error as? Failure)?.exit == .usage)
      }
    }
    #expect(try TextFile.read(path).utf8.count == 3)
    // Live goes on behind what an earlier run has written; an audit of files begins anew.
    let live = try Target(path, isLive: true)
    var writer = ByteWriter()
    writer.text("x")
    live.output.flush(&writer)
    #expect(try TextFile.read(path).utf8.count == 4)
    _ = try Target(path, captures: ["other.pcap"])
    #expect(try TextFile.read(path).isEmpty)
  }
}
