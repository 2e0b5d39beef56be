import ArgumentParser
import Glibc
import PacketScript
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
    ["--no-such-option", "a.pcap"], ["read"], ["read", "-", "-"], ["read", "--rule", "no-such-rule", "a.pcap"],
    ["read", "--extract", "d", "-"], ["check", "a.pcap"], ["show", "a.pcap"], ["show", "-", "--connection", "1"],
    ["read", "--format", "xml", "a.pcap"], ["read", "--max-memory", "1K", "a.pcap"],
  ])
  func mistakesAreRefused(arguments: [String]) {
    #expect(throws: (any Error).self) { _ = try Tcpaudit.parseAsRoot(arguments) }
  }

  @Test func aCaptureAloneIsRead() throws {
    let command = try #require(try Tcpaudit.parseAsRoot(["a.pcap", "b.pcap"]) as? Read)
    #expect(command.captures == ["a.pcap", "b.pcap"])
  }

  @Test func aNameDoesNotSpeakToTheTerminal() {
    #expect(Terminal.printable("a\u{1b}[2Jb\nc\u{9b}") == "a?[2Jb?c?")
  }
}
